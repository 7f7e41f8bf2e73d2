package health.weft.directory;

import java.io.IOException;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The tabular form of HSDS 3.x: a table a type, named as the type, in a zip. */
final class TabularFeed {
    private TabularFeed() {}

    static boolean fits(FeedFile file) {
        return file.names().stream().anyMatch(name -> List.of("organization.csv", "service.csv", "location.csv")
                .contains(name));
    }

    static void read(FeedFile file, FeedRows rows) throws IOException {
        for (String name : file.names()) {
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
        if (type.isEntity()) {
            rows.entity(type, row);
        } else {
            rows.part(type, row);
        }
    }
}
