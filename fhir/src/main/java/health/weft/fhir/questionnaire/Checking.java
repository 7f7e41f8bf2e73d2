package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirPath;
import health.weft.fhir.FhirPathException;
import health.weft.fhir.FhirPathWork;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Holds a filling that is settled against its form. */
public final class Checking {
    private static final FhirPath LESS = FhirPath.compile("%a < %b", Set.of("a", "b"));

    private final Filling filling;
    private final Surroundings surroundings;
    private final boolean finished;
    private final List<Fault> faults;

    private Checking(Filling filling, Surroundings surroundings, boolean finished) {
        this.filling = filling;
        this.surroundings = surroundings;
        this.finished = finished;
        this.faults = new ArrayList<>(filling.faults());
    }

    /**
     * What is wrong; empty when nothing is.
     *
     * @param finished whether everything that must be answered must be there
     */
    public static List<Fault> of(Filling filling, Surroundings surroundings, boolean finished) {
        Checking checking = new Checking(filling, surroundings, finished);
        checking.items(filling.items(), "QuestionnaireResponse");
        return checking.faults;
    }

    /** What is wrong with some items and what stands below them, as {@link #of}. */
    public static List<Fault> of(List<Filled> some, Filling filling, Surroundings surroundings) {
        Checking checking = new Checking(filling, surroundings, true);
        checking.faults.clear();
        checking.items(some, "QuestionnaireResponse");
        return checking.faults;
    }

    private void items(List<Filled> beside, String path) {
        Map<FormItem, Integer> answered = new HashMap<>();
        int at = 0;
        for (Filled filled : beside) {
            String where = path + ".item[" + at + "]";
            if (filled.all().anyMatch(f -> !f.answers().isEmpty())) {
                at++;
            }
            answered.merge(filled.item(), filled.isAnswered() ? 1 : 0, Integer::sum);
            one(filled, where);
        }
        for (Map.Entry<FormItem, Integer> group : answered.entrySet()) {
            FormItem item = group.getKey();
            if (item.isGroup()) {
                Filled first = beside.stream()
                        .filter(f -> f.item() == item)
                        .findFirst()
                        .orElseThrow();
                if (group.getValue() > item.maxOccurs()) {
                    faults.add(new Fault(first.key(), path, "too-many", String.valueOf(item.maxOccurs())));
                }
                if (finished && first.isEnabled() && group.getValue() < item.minOccurs() && !asksBelow(first)) {
                    faults.add(new Fault(
                            first.key(), path, group.getValue() == 0 ? "required" : "too-few", item.linkId()));
                }
            }
        }
    }

    /** Whether it is told at a question below that an answer is missing. */
    private static boolean asksBelow(Filled group) {
        return group.all()
                .anyMatch(f -> f.item().isQuestion()
                        && f.item().required()
                        && f.isEnabled()
                        && f.answers().isEmpty());
    }

    private void one(Filled filled, String where) {
        FormItem item = filled.item();
        if (!filled.isEnabled()) {
            if (filled.all().anyMatch(f -> !f.answers().isEmpty())) {
                faults.add(new Fault(filled.key(), where, "disabled", item.linkId()));
            }
            return;
        }
        List<ObjectNode> answers = filled.answers();
        if (item.isQuestion()) {
            if (answers.size() > item.maxOccurs()) {
                faults.add(new Fault(filled.key(), where, "too-many", String.valueOf(item.maxOccurs())));
            }
            if (finished && answers.size() < item.minOccurs()) {
                faults.add(new Fault(filled.key(), where, answers.isEmpty() ? "required" : "too-few", item.linkId()));
            }
            if (answers.size() > 1
                    && item.exclusive().stream()
                            .anyMatch(only -> answers.stream().anyMatch(answer -> Value.same(answer, only)))) {
                faults.add(new Fault(filled.key(), where, "exclusive", item.linkId()));
            }
            for (int a = 0; a < answers.size(); a++) {
                Fault wrong = answer(filled, answers.get(a), where + ".answer[" + a + "]");
                if (wrong != null) {
                    faults.add(wrong);
                }
            }
        }
        if (item.isGroup()) {
            items(filled.items(), where);
        } else if (!answers.isEmpty()) {
            items(filled.items(), where + ".answer[0]");
        }
    }

    private @Nullable Fault answer(Filled filled, ObjectNode answer, String where) {
        FormItem item = filled.item();
        if (!Value.fits(item.type(), answer)) {
            return new Fault(filled.key(), where, "type", item.type());
        }
        JsonNode value = Value.json(answer);
        if (item.maxLength() > 0
                && value.isString()
                && value.stringValue().codePointCount(0, value.stringValue().length()) > item.maxLength()) {
            return new Fault(filled.key(), where, "too-long", String.valueOf(item.maxLength()));
        }
        Fault limited = limited(filled, value, where);
        if (limited != null) {
            return limited;
        }
        if (item.decimals() >= 0 && value.isNumber() && value.decimalValue().scale() > item.decimals()) {
            return new Fault(filled.key(), where, "decimals", String.valueOf(item.decimals()));
        }
        ObjectNode least = item.least();
        if (least != null && less(answer, least)) {
            return new Fault(filled.key(), where, "too-small", Value.json(least).asString(""));
        }
        ObjectNode most = item.most();
        if (most != null && less(most, answer)) {
            return new Fault(filled.key(), where, "too-large", Value.json(most).asString(""));
        }
        if (item.isChoice()) {
            return choice(filled, answer, where);
        }
        return item.type().equals("quantity") && !item.units().isEmpty() && !unit(item, value)
                ? new Fault(filled.key(), where, "unit", item.linkId())
                : null;
    }

    private static @Nullable Fault limited(Filled filled, JsonNode value, String where) {
        Limits limits = filled.item().limits();
        if (value.isString()
                && value.stringValue().codePointCount(0, value.stringValue().length()) < limits.shortest()) {
            return new Fault(filled.key(), where, "too-short", String.valueOf(limits.shortest()));
        }
        if (value.isValueNode() && !limits.isWritten(value.asString(""))) {
            return new Fault(filled.key(), where, "format", format(filled.item()));
        }
        return switch (filled.item().type()) {
            case "attachment" ->
                !limits.isKind(Json.text(value, "contentType"))
                        ? new Fault(filled.key(), where, "file-kind", String.join(", ", limits.kinds()))
                        : limits.isSmall(value)
                                ? null
                                : new Fault(filled.key(), where, "file-large", String.valueOf(limits.megabytes()));
            case "reference" ->
                limits.leads(value)
                        ? null
                        : new Fault(filled.key(), where, "resource", String.join(", ", limits.resources()));
            default -> null;
        };
    }

    /** How the form says in words that an answer is written ({@code entryFormat}), else the pattern itself. */
    private static String format(FormItem item) {
        String words =
                Extensions.value(item.json(), Extensions.CORE + "entryFormat").asString("");
        return words.isEmpty() ? String.valueOf(item.limits().written()) : words;
    }

    private static boolean unit(FormItem item, JsonNode quantity) {
        return item.units().stream()
                .anyMatch(unit -> unit.code().isEmpty()
                        ? Json.text(quantity, "unit").equals(unit.words())
                        : Json.text(quantity, "code").equals(unit.code())
                                || Json.text(quantity, "unit").equals(unit.words()));
    }

    private @Nullable Fault choice(Filled filled, ObjectNode answer, String where) {
        FormItem item = filled.item();
        List<ObjectNode> options = surroundings.options(item, filling.form()).orElse(null);
        if (options == null) {
            return new Fault(filled.key(), where, "options-unknown", item.valueSet());
        }
        boolean offered = options.stream().anyMatch(option -> Value.same(answer, option));
        boolean own = item.type().equals("open-choice") && answer.has("valueString");
        return offered || own || (options.isEmpty() && item.valueSet().isEmpty())
                ? null
                : new Fault(filled.key(), where, "option", item.linkId());
    }

    private static boolean less(ObjectNode a, ObjectNode b) {
        JsonNode left = Value.json(a);
        JsonNode right = Value.json(b);
        if (left.isNumber() && right.isNumber()) {
            return left.decimalValue().compareTo(right.decimalValue()) < 0;
        }
        Item first = Value.item(a);
        try {
            return LESS
                    .evaluate(
                            a, first, Map.of("a", List.of(first), "b", List.of(Value.item(b))), new FhirPathWork(1_000))
                    .stream()
                    .anyMatch(item -> item.json().asBoolean(false));
        } catch (FhirPathException e) {
            return false; // kinds that do not compare: told as the wrong kind
        }
    }
}
