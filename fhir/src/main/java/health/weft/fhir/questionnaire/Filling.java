package health.weft.fhir.questionnaire;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A form with what was answered so far; every item of the form stands in it at least once. */
public final class Filling {
    /** Answers that one response may hold. */
    static final int MOST_ANSWERS = 5_000;

    private final Form form;
    private final List<Filled> items = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private int count;

    private Filling(Form form) {
        this.form = form;
        form.items().forEach(item -> items.add(new Filled(item, null)));
    }

    /** A form with no answers. */
    public static Filling of(Form form) {
        return new Filling(form);
    }

    /**
     * A form with the answers of a response. What does not belong to the form is left out and told by {@link #faults}.
     *
     * @param response a QuestionnaireResponse
     */
    public static Filling of(Form form, JsonNode response) {
        Filling filling = new Filling(form);
        filling.read(response, "QuestionnaireResponse", null);
        return filling;
    }

    public Form form() {
        return form;
    }

    /** Those at the top. */
    public List<Filled> items() {
        return items;
    }

    /** All, in the order of the form. */
    public Stream<Filled> all() {
        return items.stream().flatMap(Filled::all);
    }

    /** What of the response belongs to no place of the form. */
    public List<Fault> faults() {
        return faults;
    }

    public Optional<Filled> at(String key) {
        return all().filter(filled -> filled.key().equals(key)).findFirst();
    }

    /** Adds a repetition of a group, next to the last one. */
    public Filled repeat(Filled group) {
        List<Filled> beside = beside(group.above());
        Filled more = new Filled(group.item(), group.above());
        int last = 0;
        int number = 0;
        for (int i = 0; i < beside.size(); i++) {
            if (beside.get(i).item() == group.item()) {
                last = i;
                number++;
            }
        }
        beside.add(last + 1, more.numbered(number));
        return more;
    }

    /** Takes a repetition of a group out; the only one is emptied. */
    public void remove(Filled group) {
        List<Filled> beside = beside(group.above());
        int at = beside.indexOf(group);
        beside.remove(at);
        List<Filled> left =
                beside.stream().filter(f -> f.item() == group.item()).toList();
        if (left.isEmpty()) {
            beside.add(at, new Filled(group.item(), group.above()));
        }
        for (int i = 0; i < left.size(); i++) {
            left.get(i).numbered(i);
        }
    }

    private List<Filled> beside(@Nullable Filled above) {
        return above == null ? items : above.items();
    }

    /** The answers that count, as the items of a QuestionnaireResponse. */
    public ObjectNode response() {
        return response(false);
    }

    /** All answers, also those to what is not asked now: to go on from later. */
    public ObjectNode draft() {
        return response(true);
    }

    private ObjectNode response(boolean all) {
        ObjectNode response = Json.object("QuestionnaireResponse");
        response.put("questionnaire", form.canonical());
        response.put("status", "in-progress");
        var into = response.putArray("item");
        items.forEach(filled -> filled.onto(into, all));
        if (into.isEmpty()) {
            response.remove("item");
        }
        return response;
    }

    private void read(JsonNode holder, String path, @Nullable Filled above) {
        List<Filled> used = new ArrayList<>();
        for (int i = 0; i < holder.path("item").size(); i++) {
            JsonNode json = holder.path("item").path(i);
            String where = path + ".item[" + i + "]";
            String linkId = Json.text(json, "linkId");
            FormItem item = form.item(linkId).orElse(null);
            List<Filled> beside = beside(above);
            Filled free = beside.stream()
                    .filter(filled -> filled.item() == item && !used.contains(filled))
                    .findFirst()
                    .orElse(null);
            if (item == null) {
                faults.add(new Fault("", where, "unknown", linkId));
                continue;
            }
            if (free == null) {
                Filled other = beside.stream()
                        .filter(f -> f.item() == item)
                        .findFirst()
                        .orElse(null);
                if (other == null) {
                    faults.add(new Fault("", where, "misplaced", linkId));
                    continue;
                }
                if (!item.isGroup()
                        || !item.repeats()
                        || beside.size() > FormItem.MOST + form.items().size()) {
                    faults.add(new Fault(other.key(), where, "twice", linkId));
                    continue;
                }
                free = repeat(other);
            }
            used.add(free);
            answers(json, where, free);
        }
    }

    private void answers(JsonNode json, String where, Filled filled) {
        FormItem item = filled.item();
        JsonNode answers = json.path("answer");
        if (!answers.isEmpty() && !item.isQuestion()) {
            faults.add(new Fault(filled.key(), where + ".answer", "no-question", item.linkId()));
            return;
        }
        if (!item.isGroup() && json.has("item")) {
            faults.add(new Fault(filled.key(), where + ".item", "below-answer", item.linkId()));
        }
        for (int a = 0; a < answers.size(); a++) {
            if (++count > MOST_ANSWERS) {
                faults.add(new Fault(filled.key(), where, "too-many-in-all", item.linkId()));
                return;
            }
            String kind = Value.kind(answers.path(a));
            if (kind.isEmpty()) {
                faults.add(new Fault(filled.key(), where + ".answer[" + a + "]", "empty", item.linkId()));
                continue;
            }
            filled.answers().add(Value.of(kind, answers.path(a).path(kind)));
            if (a == 0) {
                read(answers.path(0), where + ".answer[0]", filled);
            }
        }
        if (item.isGroup()) {
            read(json, where, filled);
        }
    }
}
