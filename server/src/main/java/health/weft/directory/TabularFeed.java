package health.weft.directory;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The tabular form of HSDS: a table a type, named as the type, in a zip; what 1.1 and 2.0 say otherwise as {@link FormerTables} has it. */
final class TabularFeed {
    private TabularFeed() {}

    static boolean fits(FeedFile file) {
        return file.names().stream().anyMatch(name -> List.of("organization.csv", "service.csv", "location.csv")
                .contains(name));
    }

    static void read(FeedFile file, FeedRows rows) throws IOException {
        Map<String, CsvTable.Row> former = FormerTables.of(file, rows);
        for (String name : file.names()) {
            CsvTable.Row otherwise = former.get(name);
            if (otherwise != null) {
                file.text(name, in -> CsvTable.read(in, name, rows, otherwise));
                continue;
            }
            HsdsType type = HsdsType.of(name.replaceFirst("\\.csv$", "")).orElse(null);
            if (type == null || !name.endsWith(".csv")) {
                if (!name.equals("datapackage.json")) {
                    rows.at(name, 0).warn("", "", "HSDS has no such table; the file was not read.");
                }
                continue;
            }
            file.text(name, in -> CsvTable.read(in, name, rows, row -> take(rows, type, row)));
        }
    }

    private static void take(FeedRows rows, HsdsType type, ObjectNode row) {
        ObjectNode more = more(rows, type, row);
        if (type.isEntity()) {
            row.setAll(more);
            rows.entity(type, row);
        } else {
            rows.part(type, row, more);
        }
    }

    /** What {@link TabularExport} could not say in cells. */
    private static ObjectNode more(FeedRows rows, HsdsType type, ObjectNode row) {
        String words = row.path(TabularExport.MORE).asString("");
        row.remove(TabularExport.MORE);
        if (!words.isEmpty()) {
            try {
                ObjectNode more = Json.parse(words);
                more.remove("id");
                return more;
            } catch (InvalidResource e) {
                rows.warn(
                        type.key(),
                        row.path("id").asString(""),
                        "The column weft is no JSON as Weft writes it; it was passed over.");
            }
        }
        return Json.mapper().createObjectNode();
    }
}
