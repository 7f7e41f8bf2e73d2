package health.weft.directory;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import java.io.BufferedReader;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** A table of a feed: the first row names the columns, every other row is as long. */
final class CsvTable {
    private static final String SEPARATORS = ",;\t";
    private static final int LONGEST_HEAD = 1 << 16;

    private CsvTable() {}

    /** Takes a row; what is empty is not there. */
    interface Row {
        void take(ObjectNode row);
    }

    /**
     * Reads row by row; a row with more or fewer cells than the head is named and left out.
     *
     * @throws Problem unprocessable, when there is no head or quotes do not end
     */
    static void read(Reader in, String file, FeedRows rows, Row taking) {
        try (BufferedReader buffered = new BufferedReader(in);
                CsvReader<CsvRecord> csv = CsvReader.builder()
                        .fieldSeparator(separator(buffered))
                        .allowExtraFields(true)
                        .allowMissingFields(true)
                        .ofCsvRecord(buffered)) {
            Iterator<CsvRecord> all = csv.iterator();
            if (!all.hasNext()) {
                throw Problem.unprocessable("The file " + file + " is empty: its first row names the columns.");
            }
            List<String> head = head(all.next(), file);
            while (all.hasNext()) {
                CsvRecord record = all.next();
                rows.at(file, record.getStartingLineNumber());
                if (record.getFieldCount() == 1 && record.getField(0).isBlank()) {
                    continue;
                }
                if (record.getFieldCount() != head.size()) {
                    rows.refuse(
                            file.replace(".csv", ""),
                            record.getField(0)
                                    .substring(
                                            0, Math.min(40, record.getField(0).length())),
                            "The row has " + record.getFieldCount() + " cells, the head has " + head.size() + ".");
                    continue;
                }
                ObjectNode row = Json.mapper().createObjectNode();
                for (int i = 0; i < head.size(); i++) {
                    if (!head.get(i).isEmpty() && !record.getField(i).isBlank()) {
                        row.put(head.get(i), record.getField(i).strip());
                    }
                }
                taking.take(row);
            }
        } catch (CsvParseException e) {
            if (e.getCause() instanceof java.io.IOException io) {
                throw new java.io.UncheckedIOException(io);
            }
            throw Problem.unprocessable(
                    "The file " + file + " is no CSV: a quote does not end, or a cell is too long. Nothing was taken.");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The names of the columns, in lower case. */
    static List<String> head(Reader in, String file) {
        try (BufferedReader buffered = new BufferedReader(in);
                CsvReader<CsvRecord> csv =
                        CsvReader.builder().fieldSeparator(separator(buffered)).ofCsvRecord(buffered)) {
            Iterator<CsvRecord> all = csv.iterator();
            return all.hasNext() ? head(all.next(), file) : List.of();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What stands between the cells of the head: a comma, or a semicolon or tab, as spreadsheets of many countries write, where there is more of it. */
    private static char separator(BufferedReader in) throws java.io.IOException {
        in.mark(LONGEST_HEAD);
        int[] counts = new int[SEPARATORS.length()];
        boolean quoted = false;
        for (int n = 0, c = in.read(); n < LONGEST_HEAD - 1 && c >= 0 && (quoted || c != '\n' && c != '\r'); n++) {
            quoted ^= c == '"';
            int separator = quoted ? -1 : SEPARATORS.indexOf(c);
            if (separator >= 0) {
                counts[separator]++;
            }
            c = in.read();
        }
        in.reset();
        int most = 0;
        for (int i = 1; i < counts.length; i++) {
            most = counts[i] > counts[most] ? i : most;
        }
        return SEPARATORS.charAt(most);
    }

    private static List<String> head(CsvRecord record, String file) {
        List<String> head = new ArrayList<>();
        HashSet<String> seen = new HashSet<>();
        for (String column : record.getFields()) {
            String name = column.strip().toLowerCase(Locale.ROOT);
            if (!name.isEmpty() && !seen.add(name)) {
                throw Problem.unprocessable("The file " + file + " has the column " + name + " twice.");
            }
            head.add(name);
        }
        return head;
    }
}
