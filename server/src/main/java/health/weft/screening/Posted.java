package health.weft.screening;

import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.FormItem;
import health.weft.fhir.questionnaire.Value;
import health.weft.ui.DateParts;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** What was typed into the fields of a page, brought into a filling; what cannot be an answer is kept as typed, to be mended. */
final class Posted {
    /** Characters of one answer where the form says no less. */
    static final int LONGEST = 20_000;

    private static final int LONGEST_NUMBER = 30;
    private static final String OTHER = "-other";

    private final Map<String, List<String>> fields;
    private final Set<String> shown;
    private final Function<FormItem, List<ObjectNode>> options;
    private final ZoneId zone;
    private final Map<String, String> wrong = new LinkedHashMap<>();

    /** @param options that an item offers */
    Posted(Map<String, List<String>> fields, Function<FormItem, List<ObjectNode>> options, ZoneId zone) {
        this.fields = fields;
        this.shown = fields.getOrDefault("_shown", List.of()).stream()
                .flatMap(names -> Arrays.stream(names.split(" ")))
                .filter(name -> !name.isBlank())
                .collect(Collectors.toSet());
        this.options = options;
        this.zone = zone;
    }

    /**
     * The name of an item's field: its key where that can stand in an id of HTML, else a name made of it.
     */
    static String name(String key) {
        return key.matches("[A-Za-z0-9/][A-Za-z0-9._~/-]*")
                ? key
                : "x" + HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8));
    }

    static String name(Filled filled) {
        return name(filled.key());
    }

    /** The value of the field of an option. */
    static String value(ObjectNode option) {
        if (option.has("valueCoding")) {
            String code = Json.text(option.path("valueCoding"), "code");
            return code.isEmpty() ? Json.text(option.path("valueCoding"), "display") : code;
        }
        return option.has("valueReference")
                ? Json.text(option.path("valueReference"), "reference")
                : Value.json(option).asString("");
    }

    /** Whether the item's field stood on the page that was sent. */
    boolean wasShown(Filled filled) {
        return shown.isEmpty() || shown.contains(name(filled));
    }

    /** Takes the answers to these items and to those below them. */
    void into(List<Filled> items) {
        for (Filled filled : items) {
            FormItem item = filled.item();
            if (item.isQuestion()
                    && !item.hidden()
                    && !item.readOnly()
                    && item.calculated() == null
                    && wasShown(filled)) {
                take(filled);
            }
            into(List.copyOf(filled.items()));
        }
    }

    /** What was typed and is no answer: a code of what is wrong, by the name of the field. */
    Map<String, String> wrong() {
        return wrong;
    }

    /** As typed, for a field that is wrong. */
    List<String> typed(String name) {
        return fields.getOrDefault(name, List.of());
    }

    String typed(String name, int at) {
        List<String> all = typed(name);
        return at < all.size() ? all.get(at) : "";
    }

    private void take(Filled filled) {
        FormItem item = filled.item();
        String name = name(filled);
        List<ObjectNode> answers = new ArrayList<>();
        switch (item.type()) {
            case "choice", "open-choice", "reference" -> choices(item, name, answers);
            case "date", "dateTime" -> dates(item, name, answers);
            case "quantity" -> quantities(item, name, answers);
            case "attachment" -> {
                return;
            }
            default -> {
                for (String typed : typed(name)) {
                    if (!typed.isBlank()) {
                        plain(item, name, typed.strip(), answers);
                    }
                }
            }
        }
        filled.answers().clear();
        filled.answers().addAll(answers);
    }

    private void plain(FormItem item, String name, String typed, List<ObjectNode> answers) {
        if (typed.length() > LONGEST) {
            wrong.put(name, "too-long");
            return;
        }
        switch (item.type()) {
            case "boolean" -> {
                if (Set.of("true", "false").contains(typed)) {
                    answers.add(Value.of(
                            "valueBoolean", Json.mapper().getNodeFactory().booleanNode(typed.equals("true"))));
                } else {
                    wrong.put(name, "option");
                }
            }
            case "integer", "decimal" -> number(item, name, typed, answers);
            case "time" -> {
                String time = time(typed);
                if (time.isEmpty()) {
                    wrong.put(name, "type");
                } else {
                    answers.add(Value.text("valueTime", time));
                }
            }
            case "url" -> {
                if (typed.matches("(?i)(https?|mailto|tel|urn|oid|uuid):\\S+")) {
                    answers.add(Value.text("valueUri", typed));
                } else {
                    wrong.put(name, "type");
                }
            }
            default -> answers.add(Value.text("valueString", typed.replace("\r\n", "\n")));
        }
    }

    private void number(FormItem item, String name, String typed, List<ObjectNode> answers) {
        try {
            if (typed.length() > LONGEST_NUMBER || !typed.matches("[+-]?\\d+([.]\\d+)?")) {
                throw new NumberFormatException(name);
            }
            answers.add(Value.number(
                    item.type().equals("integer") ? "valueInteger" : "valueDecimal", new BigDecimal(typed)));
        } catch (ArithmeticException | NumberFormatException e) {
            wrong.put(name, "type");
        }
    }

    private static String time(String typed) {
        try {
            LocalTime at = LocalTime.parse(typed.length() == 4 ? "0" + typed : typed);
            return at.toString().length() == 5 ? at + ":00" : at.toString();
        } catch (DateTimeParseException e) {
            return "";
        }
    }

    private void choices(FormItem item, String name, List<ObjectNode> answers) {
        List<ObjectNode> offered = options.apply(item);
        String other = typed(name + OTHER, 0).strip();
        for (String typed : typed(name)) {
            if (typed.isBlank() || typed.equals(OTHER)) {
                continue;
            }
            offered.stream()
                    .filter(option -> value(option).equals(typed))
                    .findFirst()
                    .ifPresentOrElse(option -> answers.add(plain(option)), () -> wrong.put(name, "option"));
        }
        if (item.type().equals("open-choice") && typed(name).contains(OTHER)) {
            if (other.isEmpty() || other.length() > LONGEST) {
                wrong.put(name, other.isEmpty() ? "other" : "too-long");
            } else {
                answers.add(Value.text("valueString", other));
            }
        }
    }

    /** The option as an answer: without its translations. */
    private static ObjectNode plain(ObjectNode option) {
        if (!option.has("valueCoding")) {
            return option.deepCopy();
        }
        ObjectNode coding = Json.mapper().createObjectNode();
        for (String field : List.of("system", "version", "code", "display")) {
            if (option.path("valueCoding").has(field)) {
                coding.set(field, option.path("valueCoding").get(field));
            }
        }
        return Value.of("valueCoding", coding);
    }

    private void dates(FormItem item, String name, List<ObjectNode> answers) {
        int many = Math.max(
                Math.max(typed(name + "-day").size(), typed(name + "-month").size()),
                typed(name + "-year").size());
        for (int i = 0; i < many; i++) {
            DateParts parts =
                    DateParts.of(typed(name + "-day", i), typed(name + "-month", i), typed(name + "-year", i));
            if (parts.isEmpty()) {
                continue;
            }
            String date = date(parts);
            String time =
                    item.type().equals("dateTime") ? typed(name + "-time", i).strip() : "";
            if (date.isEmpty() || !time.isEmpty() && (time(time).isEmpty() || date.length() < 10)) {
                wrong.put(name, "type");
            } else if (item.type().equals("date")) {
                answers.add(Value.text("valueDate", date));
            } else {
                answers.add(Value.text("valueDateTime", time.isEmpty() ? date : moment(date, time(time))));
            }
        }
    }

    /** A year, a year and a month, or a day; empty for what is none. */
    private static String date(DateParts parts) {
        if (parts.day().isEmpty() && parts.year().matches("\\d{4}")) {
            return parts.month().isEmpty()
                    ? parts.year()
                    : parts.month().matches("0?[1-9]|1[0-2]")
                            ? parts.year() + "-"
                                    + ("0" + parts.month())
                                            .substring(parts.month().length() - 1)
                            : "";
        }
        return parts.date().map(Object::toString).orElse("");
    }

    private String moment(String date, String time) {
        return LocalDate.parse(date)
                .atTime(LocalTime.parse(time))
                .atZone(zone)
                .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
    }

    private void quantities(FormItem item, String name, List<ObjectNode> answers) {
        List<String> typed = typed(name);
        for (int i = 0; i < typed.size(); i++) {
            if (typed.get(i).isBlank()) {
                continue;
            }
            String number = typed.get(i).strip();
            if (number.length() > LONGEST_NUMBER || !number.matches("[+-]?\\d+([.]\\d+)?")) {
                wrong.put(name, "type");
                continue;
            }
            ObjectNode quantity = Json.mapper().createObjectNode();
            quantity.put("value", new BigDecimal(number));
            String unit = typed(name + "-unit", i);
            item.units().stream()
                    .filter(u -> u.code().equals(unit) || item.units().size() == 1)
                    .findFirst()
                    .ifPresent(u -> u.onto(quantity));
            answers.add(Value.of("valueQuantity", quantity));
        }
    }
}
