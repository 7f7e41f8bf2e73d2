package health.weft;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.modulith.docs.Documenter;

/** Keeps the arrows between the features, and draws them for docs/architecture.md. */
class ModuleArrowsTest {
    private final ApplicationModules modules = ApplicationModules.of(
            Weft.class,
            // The libraries: plain Java beneath every feature, kept apart by Maven and not by Modulith.
            resideInAnyPackage("health.weft.fhir..", "health.weft.store..", "health.weft.matching.."));

    @Test
    void every_feature_uses_only_what_its_package_says_and_nothing_goes_in_circles() {
        modules.verify();
        assertThat(modules.stream().count()).isGreaterThan(5);
    }

    @Test
    void the_diagram_of_the_modules_is_written() {
        new Documenter(modules, Documenter.Options.defaults().withOutputFolder("target/modules"))
                .writeModulesAsPlantUml();
        assertThat(java.nio.file.Path.of("target/modules/components.puml")).exists();
    }
}
