package health.weft.record;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The entries of a Bundle that ask for operations (R4, 3.1.0.11.1) or for what the server can do, which features answer; the store does the rest.
 */
@Component
final class BatchOperations {
    private static final Pattern TRAIL = Pattern.compile("^/?AuditEvent(?:[/?]|$)");

    private static final Pattern OPERATION = Pattern.compile("^[^?]*\\$.*|^/?metadata(?:\\?.*)?$");

    /** Bytes of what operations of one batch answer, all together. */
    private static final long MOST_TOLD = 16L << 20;

    private final ApplicationEventPublisher events;

    BatchOperations(ApplicationEventPublisher events) {
        this.events = events;
    }

    /**
     * What an entry was answered before the store saw the others.
     *
     * @param body the resource that an operation answered, or the OperationOutcome of a refusal
     */
    record Answered(int status, byte[] body) {
        /** The entry of the response. */
        byte[] entry() {
            String open =
                    status == 200 ? "{\"resource\":" : "{\"response\":{\"status\":\"" + status + "\",\"outcome\":";
            String close = status == 200 ? ",\"response\":{\"status\":\"200\"}}" : "}}";
            ByteArrayOutputStream entry = new ByteArrayOutputStream(open.length() + body.length + close.length());
            entry.writeBytes(open.getBytes(StandardCharsets.UTF_8));
            entry.writeBytes(body);
            entry.writeBytes(close.getBytes(StandardCharsets.UTF_8));
            return entry.toByteArray();
        }
    }

    /** The answers to the entries that a feature serves, as entries of the response, by their number. */
    Map<Integer, Answered> answered(Caller caller, ObjectNode batch, String base) {
        Map<Integer, Answered> answered = new TreeMap<>();
        long told = 0;
        int i = -1;
        for (JsonNode entry : batch.path("entry")) {
            i++;
            OperationAsked asked = asked(caller, entry, base);
            if (asked == null) {
                continue;
            }
            try {
                byte[] output = told > MOST_TOLD ? new byte[0] : answer(asked);
                told += output == null ? 0 : output.length;
                if (told > MOST_TOLD) {
                    throw Problem.tooLarge("What the operations of this batch answer is more than " + (MOST_TOLD >> 20)
                            + " MB, which is not told at once. Ask in several batches.");
                }
                if (output != null) {
                    answered.put(i, new Answered(200, output));
                }
            } catch (Problem refused) {
                answered.put(i, refused(BundlePatches.below(refused, "Bundle.entry[" + i + "]")));
            }
        }
        return answered;
    }

    private static @Nullable OperationAsked asked(Caller caller, JsonNode entry, String base) {
        String method = Json.text(entry.path("request"), "method");
        String url = Json.text(entry.path("request"), "url");
        ObjectNode input = entry.get("resource") instanceof ObjectNode sent ? sent : null;
        boolean fits = method.equals("GET") || method.equals("POST") && input != null;
        return fits && OPERATION.matcher(url).matches()
                ? new OperationAsked(caller, url, method.equals("GET") ? null : input, base)
                : null;
    }

    private byte @Nullable [] answer(OperationAsked asked) {
        events.publishEvent(asked);
        return asked.output();
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
            if (Json.text(request, "method").matches("GET|HEAD")
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

    static Answered refused(Problem problem) {
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
    static Answered refused(Category category, List<Issue> issues) {
        return new Answered(category.status().value(), Json.bytes(OperationOutcome.of(issues)));
    }

    /** Their HTTP statuses. */
    static List<Integer> statuses(Map<Integer, Answered> answered) {
        return answered.values().stream().map(Answered::status).toList();
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
}
