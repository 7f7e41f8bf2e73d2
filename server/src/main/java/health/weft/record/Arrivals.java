package health.weft.record;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks features about what systems send ({@link ResourceArriving}), before it is written. */
@Component
public class Arrivals {
    private final List<RecordListener> features;

    Arrivals(List<RecordListener> features) {
        this.features = features;
    }

    /**
     * One resource on its way in.
     *
     * @return what its sender should know although it may be stored
     * @throws Problem unprocessable, when it must not be stored
     */
    List<Issue> one(Caller by, ObjectNode resource) {
        ResourceArriving arriving = asked(by, resource);
        if (!arriving.refused().isEmpty()) {
            throw refused(arriving.refused());
        }
        return arriving.warnings();
    }

    /**
     * What a transaction brings.
     *
     * @throws Problem unprocessable, naming each entry that must not be stored; nothing of it is then
     */
    public void transaction(Caller by, ObjectNode bundle) {
        List<Issue> refused = new ArrayList<>();
        entries(by, bundle).values().forEach(refused::addAll);
        if (!refused.isEmpty()) {
            throw refused(refused);
        }
    }

    /** The entries of a batch that must not be stored, by their number, with what is wrong with each. */
    Map<Integer, List<Issue>> batch(Caller by, ObjectNode bundle) {
        return entries(by, bundle);
    }

    private Map<Integer, List<Issue>> entries(Caller by, ObjectNode bundle) {
        Map<Integer, List<Issue>> refused = new LinkedHashMap<>();
        int i = 0;
        for (JsonNode entry : bundle.path("entry")) {
            String method = Json.text(entry.path("request"), "method");
            if ((method.equals("POST") || method.equals("PUT"))
                    && entry.get("resource") instanceof ObjectNode resource) {
                String at = "Bundle.entry[" + i + "].resource";
                List<Issue> issues = asked(by, resource).refused();
                if (!issues.isEmpty()) {
                    refused.put(i, issues.stream().map(issue -> issue.below(at)).toList());
                }
            }
            i++;
        }
        return refused;
    }

    private ResourceArriving asked(Caller by, ObjectNode resource) {
        ResourceArriving arriving = new ResourceArriving(by, resource);
        features.forEach(feature -> feature.arriving(arriving));
        return arriving;
    }

    private static Problem refused(List<Issue> issues) {
        return new Problem(
                Category.UNPROCESSABLE,
                "The resource does not keep to the profile that this network asks for.",
                issues.stream()
                        .map(i -> new Problem.Detail(
                                i.code(), i.diagnostics(), i.expression() == null ? "" : i.expression()))
                        .toList());
    }
}
