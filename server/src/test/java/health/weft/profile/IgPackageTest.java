package health.weft.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.weft.fhir.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IgPackageTest {
    @TempDir
    Path folder;

    @Test
    void a_package_is_read_without_its_examples_and_without_what_is_no_json() throws IOException {
        IgPackage read = IgPackage.read(Packages.guide("1.0.0").in(folder, "guide.tgz"));
        assertThat(read.id()).isEqualTo("weft.test.guide@1.0.0");
        assertThat(read.definitions())
                .extracting(Definition::canonical)
                .containsExactlyInAnyOrder(
                        "https://test.example/StructureDefinition/born|1.0.0",
                        "https://test.example/StructureDefinition/openly|1.0.0",
                        "https://test.example/ValueSet/marital|1.0.0",
                        "https://test.example/ValueSet/open|1.0.0",
                        "https://test.example/CodeSystem/marital|1.0.0");
    }

    @Test
    void a_definition_has_one_id_of_its_own_everywhere_and_another_in_another_version() throws IOException {
        List<Definition> one =
                IgPackage.read(Packages.guide("1.0.0").in(folder, "1.tgz")).definitions();
        List<Definition> again =
                IgPackage.read(Packages.guide("1.0.0").in(folder, "2.tgz")).definitions();
        List<Definition> other =
                IgPackage.read(Packages.guide("2.0.0").in(folder, "3.tgz")).definitions();
        assertThat(one.getFirst().id())
                .isEqualTo(again.getFirst().id())
                .isNotEqualTo(other.getFirst().id());
        assertThat(Json.text(one.getFirst().kept(), "version")).isEqualTo("1.0.0");
        assertThat(one.getFirst().kept().has("text")).isFalse();
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("not compressed", "no package".getBytes(), "gzip"),
                Arguments.of("cut off", Packages.guide("1").cut(), "ends too early"),
                Arguments.of(
                        "no manifest",
                        new Packages().file("package/x.json", "{}").bytes(),
                        "package/package.json"),
                Arguments.of("of R5", Packages.named("r5", "1", "5.0.0").bytes(), "4.0.1"),
                Arguments.of("nameless", Packages.named("", "1", "4.0.1").bytes(), "no name"),
                Arguments.of(
                        "manifest no JSON",
                        new Packages().file("package/package.json", "{").bytes(),
                        "package.json"),
                Arguments.of(
                        "out of it",
                        Packages.named("x", "1", "4.0.1")
                                .file("package/../../etc/x.json", "{}")
                                .bytes(),
                        "leads out"),
                Arguments.of(
                        "from the root",
                        Packages.named("x", "1", "4.0.1")
                                .file("/etc/x.json", "{}")
                                .bytes(),
                        "leads out"),
                Arguments.of(
                        "a link",
                        Packages.named("x", "1", "4.0.1")
                                .entry("package/x.json", '2', new byte[0], -1)
                                .bytes(),
                        "link"),
                Arguments.of(
                        "a bomb",
                        new Packages()
                                .entry("package/x.bin", '0', new byte[0], 077777777777L)
                                .bytes(),
                        "larger than"),
                Arguments.of(
                        "a huge file",
                        new Packages()
                                .entry("package/x.json", '0', new byte[0], 077777777777L)
                                .bytes(),
                        "more than 64 MB"),
                Arguments.of(
                        "no tar",
                        new Packages()
                                .entry("x", '0', new byte[600], 0)
                                .file("y", "z")
                                .bytes(),
                        "package"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void what_is_broken_is_refused_with_a_sentence(String name, byte[] bytes, String told) throws IOException {
        Path file = Files.write(folder.resolve("x.tgz"), bytes);
        assertThatThrownBy(() -> IgPackage.read(file))
                .isInstanceOf(Tar.Refused.class)
                .hasMessageContaining(told);
    }

    @Test
    void one_broken_package_takes_nothing_from_the_others_and_the_newest_comes_first() throws IOException {
        Packages.guide("1.9.0").in(folder, "a.tgz");
        Packages.guide("1.10.0").in(folder, "b.tgz");
        Packages.guide("1.10.0-ballot").in(folder, "c.tgz");
        Packages.named("later", "1", "5.0.0").in(folder, "r5.tgz");
        PackageFolder.Contents contents = new PackageFolder(folder.toString()).read();
        assertThat(contents.packages())
                .extracting(IgPackage::version)
                .containsExactly("1.10.0", "1.10.0-ballot", "1.9.0");
        assertThat(contents.refused()).containsOnlyKeys("r5.tgz");
        assertThat(new PackageFolder(folder + "/nowhere").read().refused()).hasSize(1);
    }

    @Test
    void what_a_package_leans_on_and_nobody_brings_is_told() {
        IgPackage leaning = new IgPackage("a", "1", List.of("hl7.fhir.r4.core@4.0.1", "b@1", "c@2"), List.of());
        IgPackage there = new IgPackage("b", "1", List.of(), List.of());
        assertThat(IgPackage.missing(List.of(leaning, there)))
                .containsOnlyKeys("a@1")
                .containsValue(List.of("c@2"));
    }

    @Test
    void published_packages_are_read() {
        String published = System.getenv("WEFT_TEST_PACKAGES");
        assumeTrue(published != null && Files.isDirectory(Path.of(published)), "WEFT_TEST_PACKAGES is not set");
        PackageFolder.Contents contents = new PackageFolder(published).read();
        assertThat(contents.refused()).isEmpty();
        assertThat(contents.packages()).isNotEmpty().allSatisfy(p -> assertThat(p.definitions())
                .isNotEmpty());
    }
}
