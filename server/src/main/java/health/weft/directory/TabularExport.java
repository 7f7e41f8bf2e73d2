package health.weft.directory;

import de.siegmar.fastcsv.writer.CsvWriter;
import health.weft.fhir.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The directory in the tabular form of HSDS 3.1: a zip with a CSV a type and {@code datapackage.json}, which says what their columns are.
 *
 * <p>What a cell cannot say (lists of one's own, a zone by its name) stands in the column {@code weft} of the row as JSON, so that {@link
 * TabularFeed} reads again what was written. One entity is held in memory at a time; tables wait on disk.
 *
 * @see <a href="https://docs.openreferral.org/en/3.1/hsds/serialization.html">HSDS 3.1, tabular serialization</a>
 */
@Component
class TabularExport {
    /** What of a row its cells do not say, or say otherwise: a JSON object; null takes a field away. */
    static final String MORE = "weft";

    private static final String COLUMN = "[a-z][a-z0-9_]{0,60}";

    private final HsdsStore store;

    TabularExport(HsdsStore store) {
        this.store = store;
    }

    /**
     * Writes all of it, as it is at one moment.
     *
     * @param organization only what is of this one; taxonomies are written whole. Null for all
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public void write(@Nullable String organization, OutputStream out) throws IOException {
        try (Tables tables = new Tables()) {
            for (HsdsType type : HsdsType.ENTITIES) {
                tables.of(type); // also one without a row has its head
                store.all(
                        HsdsStore.raw(type, organization),
                        document -> tables.row(type, null, document, HsdsView.of(document)));
            }
            tables.write(out);
        }
    }

    private record Owner(HsdsType type, String id) {}

    /** One table: its rows as JSON lines until all its columns are known. */
    private static final class Table {
        final Path path;
        final BufferedWriter out;
        final Set<String> columns = new LinkedHashSet<>(List.of("id"));

        Table(Path folder, HsdsType type) {
            try {
                path = folder.resolve(type.key());
                out = Files.newBufferedWriter(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void row(ObjectNode cells) {
            columns.addAll(cells.propertyNames());
            try {
                out.write(cells.toString());
                out.write('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Tables implements AutoCloseable {
        private final Path folder;
        private final Map<HsdsType, Table> tables = new EnumMap<>(HsdsType.class);
        private final Set<String> units = new HashSet<>();
        /** Of parts that have parts of their own: whose these are is said by id. */
        private final Set<String> owners = new HashSet<>();

        Tables() throws IOException {
            folder = Files.createTempDirectory("weft-tables");
        }

        Table of(HsdsType type) {
            return tables.computeIfAbsent(type, t -> new Table(folder, t));
        }

        /**
         * @param raw as the directory keeps it
         * @param shown as HSDS wants it said
         */
        void row(HsdsType type, @Nullable Owner owner, JsonNode raw, JsonNode shown) {
            ObjectNode cells = Json.mapper().createObjectNode();
            ObjectNode more = Json.mapper().createObjectNode();
            String id = raw.path("id").asString("");
            Set<String> fields = new LinkedHashSet<>(shown.propertyNames());
            fields.addAll(raw.propertyNames());
            for (String field : fields) {
                HsdsType part = HsdsType.inside(field).orElse(null);
                if (part != null && isTable(type, id, part, raw.path(field))) {
                    for (int i = 0; i < raw.path(field).size(); i++) {
                        row(
                                part,
                                new Owner(type, id),
                                raw.path(field).path(i),
                                shown.path(field).path(i));
                    }
                } else {
                    cell(type, field, raw.path(field), shown.path(field), cells, more);
                }
            }
            if (raw.path("unit").isObject() && type == HsdsType.SERVICE_CAPACITY) {
                unit(shown.path("unit"), cells, more);
            }
            String term = raw.path("taxonomy_term").path("id").asString("");
            if (!term.isEmpty() && !raw.has("taxonomy_term_id")) {
                cells.put("taxonomy_term_id", term);
                more.putNull("taxonomy_term_id");
            }
            if (owner != null) {
                own(type, owner, raw, cells, more);
            }
            if (!more.isEmpty()) {
                cells.put(MORE, more.toString());
            }
            of(type).row(cells);
        }

        private static void own(HsdsType type, Owner owner, JsonNode raw, ObjectNode cells, ObjectNode more) {
            if (type != HsdsType.ATTRIBUTE) {
                cells.put(owner.type().key() + "_id", owner.id());
                return;
            }
            String said = raw.path("link_entity").asString("");
            cells.put("link_id", owner.id()).put("link_entity", owner.type().key());
            if (said.isEmpty()) {
                more.putNull("link_entity");
            } else if (!said.equals(owner.type().key())) {
                more.put("link_entity", said);
            }
        }

        private void unit(JsonNode unit, ObjectNode cells, ObjectNode more) {
            String id = unit.path("id").asString("");
            cells.put("unit_id", id);
            more.putNull("unit_id");
            if (units.add(id)) {
                of(HsdsType.UNIT)
                        .row(Json.mapper()
                                .createObjectNode()
                                .put("id", id)
                                .put("name", unit.path("name").asString("")));
            }
        }

        /** Whether a list is rows of a table of its own. */
        private boolean isTable(HsdsType owner, String id, HsdsType part, JsonNode list) {
            boolean known = part == HsdsType.ATTRIBUTE
                    || part.owners().contains(owner.key() + "_id") && part != HsdsType.METADATA;
            return !part.isEntity()
                    && known
                    && list instanceof ArrayNode
                    && !list.isEmpty()
                    && list.valueStream()
                            .allMatch(one -> !one.path("id").asString("").isEmpty())
                    && (owner.isEntity() || owners.add(owner.key() + part.key() + id));
        }

        private static void cell(
                HsdsType type, String field, JsonNode raw, JsonNode shown, ObjectNode cells, ObjectNode more) {
            String words =
                    shown.isValueNode() && field.matches(COLUMN) && !field.equals(MORE) ? shown.asString("") : "";
            if (!words.isBlank()) {
                cells.put(field, words);
            }
            if (!isReadAs(type, field, words, raw)) {
                more.set(field, raw.isMissingNode() ? Json.mapper().nullNode() : raw);
            }
        }

        /** Whether this is what {@link FeedRows} makes of the cell. */
        private static boolean isReadAs(HsdsType type, String field, String words, JsonNode raw) {
            if (words.isBlank()) {
                return raw.isMissingNode()
                        || type.filled().contains(field)
                                && raw.isString()
                                && raw.asString().isEmpty();
            }
            boolean number = FeedRows.isNumber(field, words);
            return number
                    ? raw.isNumber() && raw.decimalValue().compareTo(new java.math.BigDecimal(words)) == 0
                    : raw.isString() && raw.asString().equals(words) && words.equals(words.strip());
        }

        void write(OutputStream out) throws IOException {
            // Not closed: it is whoever's gave it.
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.putNextEntry(new ZipEntry("datapackage.json"));
            zip.write(description().toPrettyString().getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
            for (Map.Entry<HsdsType, Table> table : tables.entrySet()) {
                zip.putNextEntry(new ZipEntry(table.getKey().key() + ".csv"));
                csv(table.getValue(), new OutputStreamWriter(zip, StandardCharsets.UTF_8));
                zip.closeEntry();
            }
            zip.finish();
        }

        private static void csv(Table table, Writer out) throws IOException {
            table.out.close();
            List<String> columns = columns(table);
            CsvWriter csv = CsvWriter.builder().build(out);
            csv.writeRecord(columns);
            try (BufferedReader rows = Files.newBufferedReader(table.path)) {
                for (String line = rows.readLine(); line != null; line = rows.readLine()) {
                    ObjectNode cells = Json.parse(line);
                    csv.writeRecord(columns.stream()
                            .map(column -> cells.path(column).asString(""))
                            .toList());
                }
            }
            csv.flush();
        }

        /** What HSDS does not know stands last. */
        private static List<String> columns(Table table) {
            List<String> columns = new ArrayList<>(table.columns);
            if (columns.remove(MORE)) {
                columns.add(MORE);
            }
            return columns;
        }

        /** Frictionless Data's tabular data package. */
        private ObjectNode description() {
            ObjectNode description = Json.mapper().createObjectNode();
            description.put("profile", "tabular-data-package").put("name", "human_services_data");
            description.put("title", "Human Services Data Specification (HSDS) 3.1");
            for (Map.Entry<HsdsType, Table> table : tables.entrySet()) {
                String name = table.getKey().key();
                ObjectNode resource = description.withArray("resources").addObject();
                resource.put("profile", "tabular-data-resource").put("name", name);
                resource.put("path", name + ".csv").put("encoding", "utf-8");
                ObjectNode schema = resource.putObject("schema");
                for (String column : columns(table.getValue())) {
                    schema.withArray("fields")
                            .addObject()
                            .put("name", column)
                            .put(
                                    "type",
                                    FeedRows.isNumber(column, "0") || column.equals("timezone") ? "number" : "string");
                    HsdsType other =
                            HsdsType.of(column.replaceFirst("_id$", "")).orElse(null);
                    if (column.endsWith("_id") && other != null && tables.containsKey(other)) {
                        ObjectNode key = schema.withArray("foreignKeys").addObject();
                        key.put("fields", column)
                                .putObject("reference")
                                .put("resource", other.key())
                                .put("fields", "id");
                    }
                }
                schema.put("primaryKey", "id");
            }
            return description;
        }

        @Override
        public void close() throws IOException {
            for (Table table : tables.values()) {
                table.out.close();
                Files.deleteIfExists(table.path);
            }
            Files.deleteIfExists(folder);
        }
    }
}
