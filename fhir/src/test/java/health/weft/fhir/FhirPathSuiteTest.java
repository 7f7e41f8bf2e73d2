package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Runs the official FHIRPath suite where the folder that WEFT_FHIRPATH_SUITE names holds it, and keeps the score from falling. */
class FhirPathSuiteTest {
    /** Tests that passed when this was last looked at. */
    private static final int LEAST = 935;

    private final Map<Path, ObjectNode> inputs = new HashMap<>();

    @Test
    void the_official_suite_scores_no_less_than_before() throws Exception {
        String folder = System.getenv("WEFT_FHIRPATH_SUITE");
        Assumptions.assumeTrue(folder != null && Files.isDirectory(Path.of(folder)), "WEFT_FHIRPATH_SUITE is not set");
        FhirPathSuite.Score score = FhirPathSuite.run(Path.of(folder), this::evaluate);
        Conformance.section("fhirpath", score.report());
        assertThat(score.passed()).as(score::report).isGreaterThanOrEqualTo(LEAST);
    }

    private List<FhirPathSuite.Value> evaluate(String expression, @Nullable Path input) throws IOException {
        ObjectNode resource = input == null ? Json.object("Patient") : inputs.get(input);
        if (resource == null) {
            byte[] bytes = Files.readAllBytes(input);
            resource = input.toString().endsWith(".json") ? Json.parse(bytes) : Xml.parse(bytes);
            inputs.put(input, resource);
        }
        return FhirPath.compile(expression, Json.text(resource, "resourceType")).evaluate(resource).stream()
                .map(item -> new FhirPathSuite.Value(item.type().replace("System.", ""), text(item)))
                .toList();
    }

    private static String text(Item item) {
        if (FhirPathTypes.isTemporal(item)) {
            return "@" + (item.type().equals("System.Time") ? "T" : "") + item.text();
        }
        return item.json().isObject()
                ? FhirPathQuantity.of(item).map(FhirPathQuantity::toString).orElse("")
                : item.text();
    }
}
