package health.weft.matching.shell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The census sets, which have no header: list, person, family, given, middle, house number and street between tabs. */
final class Census {
    static final String SCHEMA = """
            {"id": "row", "deduplicated": true, "fields": [
              {"column": "family", "kind": "family"}, {"column": "given", "kind": "given"},
              {"column": "middle", "kind": "middle"}, {"column": "number", "kind": "house number"},
              {"column": "street", "kind": "street line"}]}""";

    private Census() {}

    /** The same as CSV, the rows numbered. */
    static Path csv(Path tab) throws IOException {
        List<String> lines = new ArrayList<>(List.of("row,person,family,given,middle,number,street"));
        for (String line : Files.readAllLines(tab, StandardCharsets.ISO_8859_1)) {
            List<String> cells = new ArrayList<>(List.of(String.valueOf(lines.size())));
            String[] columns = line.split("\t", -1);
            for (int i = 1; i < 7; i++) {
                cells.add(
                        i < columns.length
                                ? columns[i].strip().replace(",", " ").replace("\"", "")
                                : "");
            }
            lines.add(String.join(",", cells));
        }
        Path csv = Files.createTempFile("census", ".csv");
        Files.write(csv, lines, StandardCharsets.UTF_8);
        return csv;
    }
}
