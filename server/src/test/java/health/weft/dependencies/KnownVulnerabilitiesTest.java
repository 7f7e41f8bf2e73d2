package health.weft.dependencies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.weft.dependencies.KnownVulnerabilities.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No library that Weft runs with has a known vulnerability; and what knows that reads the records right. */
class KnownVulnerabilitiesTest {
    private static final String RECORD = """
            {"schema_version": "1.7.0", "id": "%s", "modified": "2026-01-01T00:00:00Z", %s "affected": [
              {"package": {"ecosystem": "Maven", "name": "org.example:thread"},
               "ranges": [{"type": "ECOSYSTEM", "events": %s}], "versions": %s},
              {"package": {"ecosystem": "npm", "name": "org.example:other"},
               "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}""";

    @TempDir
    private Path folder;

    private static String record(String id, String more, String events, String versions) {
        return RECORD.formatted(id, more, events, versions);
    }

    @ParameterizedTest
    @CsvSource({
        "0.9, false",
        "1.0-beta1, false",
        "1.0, true",
        "1.9.9, true",
        "1.10, true",
        "2.0-rc1, true",
        "2.0, false",
        "2.0.1, false",
        "3.0, true",
        "3.4, true",
        "3.4.1, false",
        "7.7-odd, true"
    })
    void a_version_is_affected_from_where_it_was_brought_in_until_it_was_mended(String version, boolean affected)
            throws IOException {
        Files.writeString(
                folder.resolve("one.json"),
                record(
                        "OSV-1",
                        "",
                        "[{\"last_affected\": \"3.4\"}, {\"introduced\": \"1.0\"}, {\"fixed\": \"2.0\"}, {\"introduced\": \"3.0\"}]",
                        "[\"7.7-odd\"]"));
        assertThat(KnownVulnerabilities.in(folder).of(new Library("org.example:thread", version)))
                .isEqualTo(affected ? new TreeSet<>(List.of("OSV-1")) : new TreeSet<>());
    }

    @Test
    void archives_are_read_what_was_withdrawn_and_other_ecosystems_are_not() throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("all.zip")))) {
            for (String id : List.of("OSV-2", "OSV-3")) {
                zip.putNextEntry(new ZipEntry(id + ".json"));
                String withdrawn = id.equals("OSV-3") ? "\"withdrawn\": \"2026-02-01T00:00:00Z\"," : "";
                zip.write(
                        record(id, withdrawn, "[{\"introduced\": \"0\"}]", "[]").getBytes());
                zip.closeEntry();
            }
        }
        KnownVulnerabilities known = KnownVulnerabilities.in(folder);
        assertThat(known.records()).isEqualTo(1);
        assertThat(known.of(new Library("org.example:thread", "0.0.1"))).containsExactly("OSV-2");
        assertThat(known.of(new Library("org.example:other", "1"))).isEmpty();
        assertThat(known.of(new Library("org.example:another", "1"))).isEmpty();
    }

    @Test
    void every_library_on_the_class_path_has_a_name_and_a_version() throws IOException {
        List<Library> libraries = KnownVulnerabilities.onTheClassPath();
        assertThat(libraries).hasSizeGreaterThan(50);
        assertThat(libraries)
                .anySatisfy(library -> assertThat(library.name()).isEqualTo("org.postgresql:postgresql"))
                .allSatisfy(library -> assertThat(library.version()).matches("[0-9A-Za-z].*"));
    }

    @Test
    void no_library_has_a_known_vulnerability() throws IOException {
        String records = System.getenv("WEFT_OSV");
        assumeTrue(records != null && !records.isBlank(), "WEFT_OSV names no folder of OSV records");
        KnownVulnerabilities known = KnownVulnerabilities.in(Path.of(records));
        assertThat(known.records()).as("records in " + records).isPositive();
        Map<Library, TreeSet<String>> found =
                new TreeMap<>(java.util.Comparator.comparing(Library::name).thenComparing(Library::version));
        for (Library library : KnownVulnerabilities.onTheClassPath()) {
            TreeSet<String> ids = known.of(library);
            if (!ids.isEmpty()) {
                found.put(library, ids);
            }
        }
        assertThat(found).isEmpty();
    }
}
