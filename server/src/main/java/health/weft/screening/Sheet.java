package health.weft.screening;

import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Extensions;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.Form;
import health.weft.fhir.questionnaire.FormItem;
import health.weft.fhir.questionnaire.Surroundings;
import health.weft.fhir.questionnaire.Value;
import health.weft.ui.DateParts;
import health.weft.ui.Errors;
import health.weft.ui.Option;
import health.weft.ui.Text;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A page of a form.
 *
 * @param draft key of what is being answered
 * @param number of the page, 0 for the first
 * @param pages how many there are
 * @param shown names of the fields on it
 */
public record Sheet(
        String title,
        String copyright,
        String form,
        String draft,
        String language,
        int number,
        int pages,
        List<Field> fields,
        List<String> shown,
        Errors errors,
        boolean kept) {
    private static final int MOST_RADIOS = 12;
    /** Of a question, where the summary of what is wrong names it. */
    private static final int BRIEF = 120;

    public boolean isLast() {
        return number == pages - 1;
    }

    /** Puts a sheet together. */
    static final class Maker {
        private final Filling filling;
        private final Form form;
        private final Surroundings around;
        private final String language;
        private final Text text;
        private final Map<String, String> faults;
        private final @Nullable Posted posted;
        private final Set<String> watched;
        private final List<String> shown = new ArrayList<>();
        private final Errors errors = new Errors();
        private final Set<String> spacious = new HashSet<>();

        /**
         * @param faults what is wrong, in words, by the name of the field
         * @param posted what was typed, shown where it is wrong; null for none
         */
        Maker(
                Filling filling,
                Surroundings around,
                String language,
                Text text,
                Map<String, String> faults,
                @Nullable Posted posted) {
            this.filling = filling;
            this.form = filling.form();
            this.around = around;
            this.language = language;
            this.text = text;
            this.faults = faults;
            this.posted = posted;
            this.watched = form.watched();
        }

        /** Has room for one more value of this field. */
        Maker withSpace(String name) {
            spacious.add(name);
            return this;
        }

        Sheet sheet(Draft draft, int number, boolean kept) {
            List<List<FormItem>> pages = form.pages();
            List<Filled> on = on(filling, pages.get(number));
            List<Field> fields = fields(on);
            Map<String, String> questions = new HashMap<>();
            questions(fields, questions);
            faults.forEach((name, words) -> {
                if (shown.contains(name)) {
                    errors.add(name, words, brief(questions.getOrDefault(name, "")));
                }
            });
            return new Sheet(
                    Extensions.words(form.json(), "title", language),
                    Json.text(form.json(), "copyright"),
                    draft.formId(),
                    draft.key().toString(),
                    language,
                    number,
                    pages.size(),
                    fields,
                    List.copyOf(shown),
                    errors,
                    kept);
        }

        /** What is asked, by the name of the field. */
        private static void questions(List<Field> fields, Map<String, String> to) {
            fields.forEach(field -> {
                to.put(field.name(), field.words());
                questions(field.below(), to);
            });
        }

        /** As much of a question as tells it from the others. */
        private static String brief(String question) {
            return question.length() <= BRIEF
                    ? question.replaceFirst("[.:]$", "")
                    : question.substring(0, question.lastIndexOf(' ', BRIEF) + 1)
                                    .strip() + " …";
        }

        private List<Field> fields(List<Filled> on) {
            List<Field> fields = new ArrayList<>();
            for (int i = 0; i < on.size(); i++) {
                Filled filled = on.get(i);
                FormItem item = filled.item();
                if (!filled.isEnabled() || item.hidden() || isHelp(item)) {
                    continue;
                }
                boolean last = i + 1 == on.size() || on.get(i + 1).item() != item;
                fields.add(item.isGroup() ? group(filled, on, last) : question(filled));
            }
            return fields;
        }

        private static boolean isHelp(FormItem item) {
            return item.type().equals("display") && Set.of("help", "flyover").contains(item.control());
        }

        private Field group(Filled filled, List<Filled> beside, boolean last) {
            FormItem item = filled.item();
            String name = Posted.name(filled);
            shown.add(name);
            long many = beside.stream().filter(f -> f.item() == item).count();
            boolean repeats = item.repeats();
            String words = item.words(language) + (repeats && many > 1 ? " " + (filled.number() + 1) : "");
            return new Field(
                    name,
                    filled.key(),
                    "group",
                    words,
                    item.help(language),
                    faults.get(name),
                    false,
                    List.of(),
                    List.of(),
                    List.of(),
                    null,
                    List.of(),
                    "",
                    false,
                    repeats && many > 1,
                    repeats && last && many < item.maxOccurs() ? filled.key() : null,
                    false,
                    fields(filled.items()));
        }

        private Field question(Filled filled) {
            FormItem item = filled.item();
            String name = Posted.name(filled);
            String kind = kind(item);
            if (!kind.equals("words")) {
                shown.add(name);
            }
            List<ObjectNode> offered =
                    isChosen(item) ? around.options(item, form).orElse(List.of()) : List.of();
            List<Option> options = kind.equals("radios") && item.type().equals("boolean")
                    ? List.of(
                            new Option("true", text.get("screening.yes")),
                            new Option("false", text.get("screening.no")))
                    : offered.stream()
                            .map(option -> new Option(Posted.value(option), words(option)))
                            .toList();
            boolean typed = posted != null && posted.wrong().containsKey(name);
            List<String> values = typed && posted != null ? posted.typed(name) : values(filled, kind);
            List<DateParts> dates = typed && posted != null ? typedDates(name, posted) : dates(filled, kind);
            boolean many = item.repeats() && !isChosen(item) && !item.type().equals("boolean");
            return new Field(
                    name,
                    filled.key(),
                    kind,
                    item.words(language),
                    item.help(language),
                    faults.get(name),
                    item.required(),
                    options,
                    values,
                    dates,
                    item.type().equals("open-choice") ? own(filled, offered, typed, name) : null,
                    item.units().stream()
                            .map(u -> new Option(u.code(), u.words()))
                            .toList(),
                    item.units().size() == 1 ? item.units().getFirst().words() : "",
                    watched.contains(item.linkId()),
                    false,
                    null,
                    many && (spacious.contains(name) || values.isEmpty() && dates.isEmpty())
                            || !many && values.isEmpty() && dates.isEmpty(),
                    filled.answers().isEmpty() ? visibleBelow(filled) : fields(filled.items()));
        }

        /** What stands below a question is asked once that is answered; words stand there before. */
        private List<Field> visibleBelow(Filled filled) {
            return fields(filled.items().stream()
                    .filter(below -> below.item().type().equals("display"))
                    .toList());
        }

        private String kind(FormItem item) {
            if (item.type().equals("display")) {
                return "words";
            }
            if (item.readOnly() || item.calculated() != null) {
                return "told";
            }
            return switch (item.type()) {
                case "boolean" -> "radios";
                case "choice", "open-choice" -> choice(item);
                case "reference" ->
                    around.options(item, form).orElse(List.of()).isEmpty()
                            ? "none"
                            : item.repeats() ? "checkboxes" : "select";
                case "text" -> "area";
                case "integer", "decimal" -> "number";
                case "date" -> "date";
                case "dateTime" -> "moment";
                case "time" -> "time";
                case "quantity" -> "quantity";
                case "string", "url" -> "line";
                case "attachment" -> "file";
                default -> "none";
            };
        }

        private static boolean isChosen(FormItem item) {
            return item.isChoice() || item.type().equals("reference");
        }

        private String choice(FormItem item) {
            if (item.repeats()) {
                return "checkboxes";
            }
            int many = around.options(item, form).orElse(List.of()).size();
            return item.type().equals("choice")
                            && (many > MOST_RADIOS || item.control().equals("drop-down"))
                    ? "select"
                    : "radios";
        }

        private List<String> values(Filled filled, String kind) {
            List<String> values = new ArrayList<>();
            for (ObjectNode answer : filled.answers()) {
                JsonNode value = Value.json(answer);
                values.add(
                        switch (Value.kind(answer)) {
                            case "valueCoding", "valueReference" ->
                                kind.equals("told") ? words(answer) : Posted.value(answer);
                            case "valueQuantity" ->
                                value.path("value").asString("")
                                        + (kind.equals("told") ? " " + Json.text(value, "unit") : "");
                            case "valueBoolean" ->
                                kind.equals("told")
                                        ? text.get(value.asBoolean() ? "screening.yes" : "screening.no")
                                        : value.asString("");
                            case "valueDate", "valueDateTime" ->
                                kind.equals("told") ? text.time(value.asString("")) : time(value.asString(""));
                            case "valueAttachment" -> Json.text(value, "title");
                            case "valueTime" -> value.asString("").replaceFirst("(\\d\\d:\\d\\d):00", "$1");
                            default -> value.asString("");
                        });
            }
            return values;
        }

        /** The time of day of a moment as its field takes it; empty where it has none. */
        private String time(String moment) {
            if (moment.length() <= 10) {
                return "";
            }
            return OffsetDateTime.parse(moment)
                    .atZoneSameInstant(text.zone())
                    .toLocalTime()
                    .withSecond(0)
                    .withNano(0)
                    .toString();
        }

        private List<DateParts> dates(Filled filled, String kind) {
            return kind.equals("date") || kind.equals("moment")
                    ? filled.answers().stream()
                            .map(answer -> Value.json(answer).asString(""))
                            .map(this::day)
                            .toList()
                    : List.of();
        }

        private DateParts day(String date) {
            String local = date.length() > 10
                    ? OffsetDateTime.parse(date)
                            .atZoneSameInstant(text.zone())
                            .toLocalDate()
                            .toString()
                    : date;
            String[] parts = local.split("-");
            return DateParts.of(
                    parts.length > 2 ? parts[2].replaceFirst("^0", "") : "",
                    parts.length > 1 ? parts[1].replaceFirst("^0", "") : "",
                    parts[0]);
        }

        private static List<DateParts> typedDates(String name, Posted posted) {
            List<DateParts> parts = new ArrayList<>();
            for (int i = 0; i < posted.typed(name + "-year").size(); i++) {
                parts.add(DateParts.of(
                        posted.typed(name + "-day", i),
                        posted.typed(name + "-month", i),
                        posted.typed(name + "-year", i)));
            }
            return parts;
        }

        private String own(Filled filled, List<ObjectNode> offered, boolean typed, String name) {
            if (typed && posted != null) {
                return posted.typed(name + "-other", 0);
            }
            return filled.answers().stream()
                    .filter(answer ->
                            answer.has("valueString") && offered.stream().noneMatch(answer::equals))
                    .map(answer -> Json.text(answer, "valueString"))
                    .findFirst()
                    .orElse("");
        }

        private String words(ObjectNode option) {
            if (option.has("valueCoding")) {
                String display = Extensions.words(option.path("valueCoding"), "display", language);
                return display.isEmpty() ? Json.text(option.path("valueCoding"), "code") : display;
            }
            return option.has("valueReference")
                    ? Json.text(option.path("valueReference"), "display")
                    : Value.json(option).asString("");
        }
    }

    /** What of a filling stands on a page. */
    static List<Filled> on(Filling filling, List<FormItem> page) {
        return filling.all().filter(filled -> page.contains(filled.item())).toList();
    }
}
