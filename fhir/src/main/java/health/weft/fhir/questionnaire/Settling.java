package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirPath;
import health.weft.fhir.FhirPathException;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Item;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Works out what a form asks now and what it calculates: conditions and calculations are looked at again until nothing changes any more,
 * at most some rounds, and within the work that {@link Surroundings} allow.
 */
public final class Settling {
    private static final int ROUNDS = 25;

    private final Filling filling;
    private final Surroundings surroundings;
    private final Variables variables;
    private JsonNode response;

    private Settling(Filling filling, Surroundings surroundings) {
        this.filling = filling;
        this.surroundings = surroundings;
        this.variables = new Variables(filling.form(), surroundings);
        this.response = filling.response();
    }

    /**
     * Brings the filling to rest.
     *
     * @throws InvalidResource when it never is, or calculates for too long: the form is at fault
     */
    public static Filling settle(Filling filling, Surroundings surroundings) {
        new Settling(filling, surroundings).run();
        return filling;
    }

    private void run() {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                boolean changed = conditions();
                response = filling.response();
                changed |= calculations();
                if (!changed) {
                    return;
                }
                response = filling.response();
            }
        } catch (FhirPathException e) {
            throw new InvalidResource(Issue.error("too-costly", "The form does not calculate: " + e.getMessage()));
        }
        throw new InvalidResource(Issue.error(
                "business-rule", "The form never comes to rest: what it asks or calculates depends on itself."));
    }

    private boolean conditions() {
        boolean changed = false;
        for (Filled filled : filling.all().toList()) {
            changed |= filled.enable(holds(filled));
        }
        return changed;
    }

    private boolean holds(Filled filled) {
        FormItem item = filled.item();
        FhirPath by = item.enabledBy();
        if (by != null) {
            List<Item> says = evaluate(by, filled);
            return says.size() == 1 && says.getFirst().json().asBoolean(false);
        }
        return item.conditions().isEmpty()
                || (item.any()
                        ? item.conditions().stream().anyMatch(c -> holds(c, filled))
                        : item.conditions().stream().allMatch(c -> holds(c, filled)));
    }

    /** Looks at the nearest question of that name: among what stands around the item first, then further out. */
    private boolean holds(EnableWhen condition, Filled filled) {
        List<ObjectNode> answers = List.of();
        for (Filled above = filled.above(); ; above = above.above()) {
            Stream<Filled> around = above == null ? filling.all() : above.all();
            List<Filled> found = around.filter(f -> f.item().linkId().equals(condition.question()))
                    .toList();
            if (!found.isEmpty()) {
                answers = found.stream()
                        .filter(Filled::isEnabled)
                        .flatMap(f -> f.answers().stream())
                        .toList();
                break;
            }
            if (above == null) {
                break;
            }
        }
        return condition.holds(answers, surroundings.work());
    }

    private boolean calculations() {
        boolean changed = false;
        for (Filled filled : filling.all().toList()) {
            FhirPath by = filled.item().calculated();
            if (by != null && filled.isEnabled()) {
                List<ObjectNode> options =
                        surroundings.options(filled.item(), filling.form()).orElse(List.of());
                List<ObjectNode> now = evaluate(by, filled).stream()
                        .flatMap(item -> Value.from(item, filled.item(), options).stream())
                        .limit(filled.item().maxOccurs())
                        .toList();
                if (!equal(now, filled.answers())) {
                    filled.answers().clear();
                    filled.answers().addAll(now);
                    changed = true;
                }
            }
        }
        return changed;
    }

    private static boolean equal(List<ObjectNode> a, List<ObjectNode> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!number(a.get(i), b.get(i)).orElseGet(same(a.get(i), b.get(i)))) {
                return false;
            }
        }
        return true;
    }

    private static Supplier<Boolean> same(ObjectNode a, ObjectNode b) {
        return () -> Value.same(a, b);
    }

    private static Optional<Boolean> number(ObjectNode a, ObjectNode b) {
        JsonNode left = Value.json(a);
        JsonNode right = Value.json(b);
        return left.isNumber() && right.isNumber()
                ? Optional.of(left.decimalValue().compareTo(right.decimalValue()) == 0)
                : Optional.empty();
    }

    private List<Item> evaluate(FhirPath path, Filled filled) {
        Map<String, List<Item>> names = new HashMap<>(variables.at(filled, response));
        return path.evaluate(response, Item.resource(response), names, surroundings.work());
    }

    /** What the names of a form mean at one of its items: those further in hide those further out. */
    static final class Variables {
        private final Form form;
        private final Surroundings surroundings;
        private final Map<String, List<Item>> searched = new HashMap<>();

        Variables(Form form, Surroundings surroundings) {
            this.form = form;
            this.surroundings = surroundings;
        }

        Map<String, List<Item>> at(@Nullable Filled filled, JsonNode response) {
            Map<String, List<Item>> names =
                    filled == null || filled.above() == null ? surroundings.names() : at(filled.above(), response);
            if (filled == null || filled.above() == null) {
                names.put("questionnaire", List.of(Item.resource(form.json())));
                form.variables().forEach(variable -> set(variable, names, response));
            }
            if (filled != null) {
                filled.item().variables().forEach(variable -> set(variable, names, response));
            }
            return names;
        }

        private void set(Expression variable, Map<String, List<Item>> names, JsonNode response) {
            FhirPath path = variable.path();
            names.put(
                    variable.name(),
                    path != null
                            ? path.evaluate(response, Item.resource(response), names, surroundings.work())
                            : searched.computeIfAbsent(variable.name(), name -> search(variable, names, response)));
        }

        private List<Item> search(Expression variable, Map<String, List<Item>> names, JsonNode response) {
            StringBuilder query = new StringBuilder();
            var hole = Expression.HOLE.matcher(variable.search());
            int last = 0;
            for (int i = 0; hole.find(); i++) {
                query.append(variable.search(), last, hole.start());
                query.append(String.join(
                        ",",
                        variable
                                .holes()
                                .get(i)
                                .evaluate(response, Item.resource(response), names, surroundings.work())
                                .stream()
                                .map(item -> URLEncoder.encode(item.text(), StandardCharsets.UTF_8))
                                .toList()));
                last = hole.end();
            }
            query.append(variable.search().substring(last));
            return List.of(Item.resource(surroundings.searches().apply(query.toString())));
        }
    }
}
