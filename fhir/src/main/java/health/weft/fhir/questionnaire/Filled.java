package health.weft.fhir.questionnaire;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One item of a form as it is filled in: of a repeating group there are several. */
public final class Filled {
    private final FormItem item;
    private final @Nullable Filled above;
    private final List<ObjectNode> answers = new ArrayList<>();
    private final List<Filled> items = new ArrayList<>();
    private boolean enabled = true;

    Filled(FormItem item, @Nullable Filled above) {
        this.item = item;
        this.above = above;
        item.items().forEach(below -> items.add(new Filled(below, this)));
    }

    public FormItem item() {
        return item;
    }

    /** What was answered, each an object with one {@code value[x]}. */
    public List<ObjectNode> answers() {
        return answers;
    }

    /** What stands below: of a question, below its first answer. */
    public List<Filled> items() {
        return items;
    }

    /** Whether it is asked: its own conditions hold and those of all it stands in. */
    public boolean isEnabled() {
        return enabled && (above == null || above.isEnabled());
    }

    boolean enable(boolean now) {
        boolean changed = enabled != now;
        enabled = now;
        return changed;
    }

    @Nullable
    Filled above() {
        return above;
    }

    /**
     * Names it among all that are filled: its link id, behind the numbers of the repeating groups it stands in, {@code
     * children~2~name}.
     */
    public String key() {
        String before = "";
        for (Filled at = this; at != null; at = at.above) {
            if (at.item.isGroup() && at.item.repeats()) {
                before = at.item.linkId() + "~" + at.number() + (at == this ? "" : "~") + before;
            }
        }
        return item.isGroup() && item.repeats() ? before : before + item.linkId();
    }

    /** Its place among those of its item. */
    public int number() {
        return above == null
                ? number
                : above.items.stream().filter(f -> f.item == item).toList().indexOf(this);
    }

    private int number;

    Filled numbered(int at) {
        number = at;
        return this;
    }

    /** Whether it stands below a question, and so is asked once that is answered. */
    public boolean isBelowAnswer() {
        return above != null && (above.item.isQuestion() || above.isBelowAnswer());
    }

    /** Whether all questions that it stands below are answered. */
    public boolean isBelowGiven() {
        return above == null || (!above.item.isQuestion() || !above.answers.isEmpty()) && above.isBelowGiven();
    }

    /** Itself and all below, in the order of the form. */
    public Stream<Filled> all() {
        return Stream.concat(Stream.of(this), items.stream().flatMap(Filled::all));
    }

    /** Whether anything that counts was answered here or below. */
    public boolean isAnswered() {
        return isEnabled() && (!answers.isEmpty() || items.stream().anyMatch(Filled::isAnswered));
    }

    /** Writes it as QuestionnaireResponse.item, when anything was answered. */
    void onto(ArrayNode into, boolean all) {
        if (all ? isBlank() : !isAnswered()) {
            return;
        }
        ObjectNode json = into.addObject().put("linkId", item.linkId());
        String text = Json.text(item.json(), "text");
        if (!text.isEmpty()) {
            json.put("text", text);
        }
        answers.forEach(answer -> json.withArray("answer").add(answer.deepCopy()));
        ArrayNode below = Json.mapper().createArrayNode();
        items.forEach(filled -> filled.onto(below, all));
        if (!below.isEmpty()) {
            if (item.isGroup()) {
                json.set("item", below);
            } else if (!answers.isEmpty()) {
                ((ObjectNode) json.path("answer").path(0)).set("item", below);
            }
        }
    }

    /** A further repetition of a group is none: somebody asked for it. */
    private boolean isBlank() {
        boolean further = item.isGroup() && item.repeats() && number() > 0;
        return !further && answers.isEmpty() && items.stream().allMatch(Filled::isBlank);
    }
}
