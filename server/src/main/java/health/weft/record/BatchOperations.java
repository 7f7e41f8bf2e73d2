package health.weft.record;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The entries of a Bundle that ask for operations (R4, 3.1.0.11.1), which features answer; the store does the rest.
 */
@Component
final class BatchOperations {
    private static final Pattern TRAIL = Pattern.compile("^/?AuditEvent(?:[/?]|$)");

    private final ApplicationEventPublisher events;

    BatchOperations(ApplicationEventPublisher events) {
        this.events = events;
    }

    /** The answers to the entries that a feature serves, as entries of the response, by their number. */
    Map<Integer, ObjectNode> answered(Caller caller, ObjectNode batch, String base) {
        Map<Integer, ObjectNode> answered = new TreeMap<>();
        int i = -1;
        for (JsonNode entry : batch.path("entry")) {
            i++;
            String url = Json.text(entry.path("request"), "url");
            if (Json.text(entry.path("request"), "method").equals("POST")
                    && url.contains("$")
                    && entry.get("resource") instanceof ObjectNode input) {
                OperationAsked asked = new OperationAsked(caller, url, input, base);
                try {
                    events.publishEvent(asked);
                    ObjectNode output = asked.output();
                    if (output != null) {
                        ObjectNode answer = Json.mapper().createObjectNode();
                        answer.set("resource", output);
                        answer.putObject("response").put("status", "200");
                        answered.put(i, answer);
                    }
                } catch (Problem refused) {
                    answered.put(i, refused(refused));
                }
            }
        }
        return answered;
    }

    /**
     * AuditEvents are told by the trail and not by the store, which would find none.
     *
     * @param refused what becomes of an entry, by its number, that asks for them; a transaction throws there
     */
    static void elsewhere(ObjectNode bundle, BiConsumer<Integer, Problem> refused) {
        int i = -1;
        for (JsonNode entry : bundle.path("entry")) {
            i++;
            JsonNode request = entry.path("request");
            if (Json.text(request, "method").equals("GET")
                    && TRAIL.matcher(Json.text(request, "url")).find()) {
                refused.accept(
                        i,
                        BundlePatches.below(
                                Problem.invalid(
                                        "AuditEvents are not answered as entries of a Bundle: ask for them by themselves."),
                                "Bundle.entry[" + i + "].request.url"));
            }
        }
    }

    static ObjectNode refused(Problem problem) {
        List<Issue> issues = new ArrayList<>();
        problem.details()
                .forEach(d -> issues.add(
                        new Issue("error", d.code(), d.message(), d.path().isEmpty() ? null : d.path())));
        if (issues.isEmpty()) {
            issues.add(Issue.error(problem.category().issueType(), problem.getMessage()));
        }
        return refused(problem.category(), issues);
    }

    /** The entry of the response to one that is refused for these reasons. */
    static ObjectNode refused(Category category, List<Issue> issues) {
        ObjectNode entry = Json.mapper().createObjectNode();
        entry.putObject("response")
                .put("status", Integer.toString(category.status().value()))
                .set("outcome", OperationOutcome.of(issues));
        return entry;
    }

    /** Their HTTP statuses. */
    static List<Integer> statuses(Map<Integer, ObjectNode> answered) {
        return answered.values().stream()
                .map(entry -> Integer.valueOf(Json.text(entry.path("response"), "status")))
                .toList();
    }

    /** The Bundle without these entries; the others keep their numbers, by which errors name them. */
    static ObjectNode without(ObjectNode bundle, Set<Integer> answered) {
        if (answered.isEmpty()) {
            return bundle;
        }
        ObjectNode rest = bundle.deepCopy();
        ArrayNode entries = rest.withArray("entry");
        answered.forEach(entries::setNull);
        return rest;
    }

    /** The response to the rest, with these entries in their places. */
    static byte[] with(byte[] response, Map<Integer, ObjectNode> answered) {
        if (answered.isEmpty()) {
            return response;
        }
        ObjectNode bundle = Json.parse(response);
        ArrayNode entries = bundle.withArray("entry");
        answered.forEach(entries::insert);
        return Json.bytes(bundle);
    }
}
