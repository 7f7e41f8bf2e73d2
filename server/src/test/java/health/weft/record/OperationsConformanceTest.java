package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Conformance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Interactions and operations by the handlers that serve them; written to the part {@code operations} of docs/conformance.md. */
class OperationsConformanceTest extends WeftTest {
    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    RequestMappingHandlerMapping mappings;

    @Test
    void every_handler_that_says_what_it_serves_is_told_with_its_addresses() throws Exception {
        Map<String, TreeSet<String>> interactions = new TreeMap<>();
        Map<String, TreeSet<String>> operations = new TreeMap<>();
        mappings.getHandlerMethods().forEach((mapping, handler) -> {
            Serves serves = handler.getMethodAnnotation(Serves.class);
            if (serves == null) {
                return;
            }
            List<String> addresses = new ArrayList<>();
            for (RequestMethod method : mapping.getMethodsCondition().getMethods()) {
                for (String path : mapping.getPatternValues()) {
                    addresses.add("`" + method + " "
                            + path.replace("/fhir", "")
                                    .replaceAll(":[^}/]*\\}", "}")
                                    .replaceAll("^$", "/") + "`");
                }
            }
            for (String interaction : serves.value()) {
                interactions.computeIfAbsent(interaction, k -> new TreeSet<>()).addAll(addresses);
            }
            if (!serves.conditional().isEmpty()) {
                interactions
                        .computeIfAbsent("conditional " + serves.conditional(), k -> new TreeSet<>())
                        .addAll(addresses);
            }
            if (!serves.operation().isEmpty()) {
                String on = serves.on().isEmpty() ? "" : serves.on() + "/";
                operations
                        .computeIfAbsent(on + "$" + serves.operation(), k -> new TreeSet<>())
                        .addAll(addresses);
            }
        });
        assertThat(interactions.keySet())
                .contains(
                        "read",
                        "vread",
                        "create",
                        "update",
                        "patch",
                        "delete",
                        "search-type",
                        "search-system",
                        "history-instance",
                        "history-type",
                        "history-system",
                        "transaction",
                        "batch",
                        "conditional create",
                        "conditional update",
                        "conditional patch",
                        "conditional delete");
        assertThat(operations.get("ValueSet/$expand"))
                .containsExactly(
                        "`GET /ValueSet/$expand`",
                        "`GET /ValueSet/{id}/$expand`",
                        "`POST /ValueSet/$expand`",
                        "`POST /ValueSet/{id}/$expand`");
        assertThat(operations)
                .containsKeys("CodeSystem/$lookup", "ConceptMap/$translate", "$export", "Patient/$everything");
        Conformance.section("operations", table("interaction", interactions) + "\n" + table("operation", operations));
    }

    private static String table(String head, Map<String, TreeSet<String>> rows) {
        StringBuilder table = new StringBuilder("| " + head + " | served at |\n|---|---|\n");
        rows.forEach((name, addresses) -> {
            StringJoiner all = new StringJoiner(", ");
            addresses.forEach(all::add);
            table.append("| ").append(name).append(" | ").append(all).append(" |\n");
        });
        return table.toString();
    }
}
