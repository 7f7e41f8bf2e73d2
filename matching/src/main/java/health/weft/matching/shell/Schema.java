package health.weft.matching.shell;

import health.weft.matching.Demographics;
import health.weft.matching.FieldKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the columns of the files mean; columns not named are ignored.
 *
 * <pre>{"id": "rec_id", "deduplicated": false, "country": "US", "fields": [{"column": "given_name", "kind": "given"}]}</pre>
 *
 * @param id the column with the record's own number
 * @param deduplicated whether no file holds anybody twice
 * @param country where phone numbers without a country code are from, ISO 3166 alpha-2
 */
record Schema(String id, boolean deduplicated, String country, List<Field> fields) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> NAMED = Set.of("id", "deduplicated", "country", "fields");
    private static final Set<String> NAMED_IN_FIELD = Set.of("column", "kind", "system");

    /** @param system whose numbers an identifier's are; the column's name where none is told */
    record Field(String column, Kind kind, String system) {}

    static Schema read(Path file) {
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw new Refusal("The schema " + file + " cannot be read: " + e.getMessage() + ".");
        }
    }

    static Schema parse(String json, String where) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new Refusal("The schema " + where + " is no JSON: " + e.getOriginalMessage() + " (line "
                    + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ").");
        }
        only(root, NAMED, where);
        String id = text(root, "id", where);
        List<Field> fields = new ArrayList<>();
        Set<String> columns = new HashSet<>();
        int n = 0;
        for (JsonNode field : root.path("fields")) {
            String at = where + ", field " + ++n;
            only(field, NAMED_IN_FIELD, at);
            String column = text(field, "column", at);
            String named = text(field, "kind", at);
            Kind kind = Kind.of(named)
                    .orElseThrow(() ->
                            new Refusal("There is no kind '" + named + "' (" + at + "). Kinds: " + Kind.all() + "."));
            if (!columns.add(column)) {
                throw new Refusal("The column '" + column + "' stands twice in the schema (" + at + ").");
            }
            fields.add(new Field(column, kind, field.path("system").asString(column)));
        }
        if (fields.isEmpty()) {
            throw new Refusal("The schema " + where + " names no fields: \"fields\":[{\"column\":...,\"kind\":...}].");
        }
        String country = root.path("country").asString("US").toUpperCase(Locale.ROOT);
        if (!country.matches("[A-Z]{2}")) {
            throw new Refusal("The country in " + where + " is two letters, such as US.");
        }
        JsonNode deduplicated = root.path("deduplicated");
        if (!deduplicated.isMissingNode() && !deduplicated.isBoolean()) {
            throw new Refusal("\"deduplicated\" in " + where + " is true or false.");
        }
        return new Schema(id, deduplicated.asBoolean(false), country, inOrder(fields));
    }

    private static List<Field> inOrder(List<Field> fields) {
        // Current names come before former ones, and a line of an address before a house number of its own.
        return fields.stream().sorted(Comparator.comparing(Field::kind)).toList();
    }

    private static String text(JsonNode node, String name, String where) {
        JsonNode value = node.path(name);
        if (!value.isString() || value.asString().isBlank()) {
            throw new Refusal("\"" + name + "\" is missing in " + where + ".");
        }
        return value.asString().strip();
    }

    private static void only(JsonNode node, Set<String> names, String where) {
        if (!node.isObject()) {
            throw new Refusal("A JSON object is expected: " + where + ".");
        }
        for (String name : node.propertyNames()) {
            if (!names.contains(name)) {
                throw new Refusal("\"" + name + "\" is not known in " + where + "; known: "
                        + String.join(", ", names.stream().sorted().toList()) + ".");
            }
        }
    }

    /** Whether any column is compared as this kind. */
    boolean has(FieldKind kind) {
        return fields.stream().anyMatch(field -> field.kind().compared().contains(kind));
    }

    /** Makes a record of the values of its columns, in the order of {@link #fields}. */
    Demographics demographics(String[] values) {
        Demographics.Builder to = Demographics.builder().region(country);
        for (int i = 0; i < values.length; i++) {
            Field field = fields.get(i);
            field.kind().give(to, field.system(), values[i]);
        }
        return to.build();
    }
}
