package health.weft.casework;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A table as a spreadsheet saves it, read by its columns: commas or semicolons, UTF-8 or what Windows writes, names of columns in English
 * or Spanish.
 *
 * @param columns as {@link #NAMES} has them
 */
record Sheet(List<String> columns, List<Row> rows) {
    /** Columns by the names they go by, without marks on letters. */
    private static final Map<String, String> NAMES = names();

    /** @param line of the file, the head is 1 */
    record Row(long line, Map<String, String> cells) {
        String of(String column) {
            return cells.getOrDefault(column, "");
        }
    }

    private static Map<String, String> names() {
        Map<String, String> names = new HashMap<>();
        Map.of(
                        "number", "number client_number numero numero_de_cliente",
                        "name", "name client nombre_completo cliente",
                        "given", "first_name given_name nombre",
                        "family", "last_name family_name surname apellido apellidos",
                        "born", "birth_date date_of_birth dob fecha_de_nacimiento nacimiento",
                        "phone", "phone telephone telefono",
                        "line", "address street direccion",
                        "city", "city town ciudad",
                        "postcode", "postcode zip zip_code postal_code codigo_postal",
                        "since", "since client_since cliente_desde desde")
                .forEach((column, all) -> List.of(all.split(" ")).forEach(name -> names.put(name, column)));
        Map.of(
                        "day", "date day visit_date fecha dia",
                        "time", "time hora",
                        "attendance", "attendance status asistencia",
                        "service", "service servicio",
                        "quantity", "amount quantity cantidad",
                        "unit", "unit unidad",
                        "note", "note notes nota notas")
                .forEach((column, all) -> List.of(all.split(" ")).forEach(name -> names.put(name, column)));
        return Map.copyOf(names);
    }

    /** The text of a file: UTF-8, else as Windows writes it; no NUL. */
    static String text(byte[] file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file))
                    .toString()
                    .replace("\0", "")
                    .replaceFirst("^\uFEFF", "");
        } catch (CharacterCodingException e) {
            return new String(file, Charset.forName("windows-1252")).replace("\0", "");
        }
    }

    /** @throws Problem unprocessable, when it is no table, has too many rows, or a column twice */
    static Sheet read(String text, int most) {
        if (text.chars().filter(c -> c == '"').count() % 2 != 0) {
            // The reader would take all rows after it for one cell.
            throw Problem.of(Category.UNPROCESSABLE, "casework.import.broken");
        }
        String head = text.lines().findFirst().orElse("");
        boolean semicolons = head.chars().filter(c -> c == ';').count()
                > head.chars().filter(c -> c == ',').count();
        try (CsvReader<CsvRecord> csv = CsvReader.builder()
                .fieldSeparator(semicolons ? ';' : ',')
                .allowExtraFields(true)
                .allowMissingFields(true)
                .ofCsvRecord(text)) {
            List<String> columns = new ArrayList<>();
            List<Row> rows = new ArrayList<>();
            for (CsvRecord each : csv) {
                if (columns.isEmpty()) {
                    columns.addAll(columns(each));
                } else if (each.getFields().stream().anyMatch(cell -> !cell.isBlank())) {
                    rows.add(new Row(each.getStartingLineNumber(), cells(columns, each)));
                }
                if (rows.size() > most) {
                    throw Problem.of(Category.UNPROCESSABLE, "casework.import.many", most);
                }
            }
            if (columns.stream().allMatch(String::isEmpty)) {
                throw Problem.of(Category.UNPROCESSABLE, "casework.import.head");
            }
            return new Sheet(List.copyOf(columns), rows);
        } catch (CsvParseException e) {
            throw Problem.of(Category.UNPROCESSABLE, "casework.import.broken");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> columns(CsvRecord head) {
        List<String> columns = new ArrayList<>();
        for (String cell : head.getFields()) {
            String name = Normalizer.normalize(cell.strip(), Normalizer.Form.NFKD)
                    .replaceAll("\\p{M}+", "")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z]+", "_");
            String column = NAMES.getOrDefault(name, "");
            if (!column.isEmpty() && columns.contains(column)) {
                throw Problem.of(Category.UNPROCESSABLE, "casework.import.column.twice", cell.strip());
            }
            columns.add(column);
        }
        return columns;
    }

    private static Map<String, String> cells(List<String> columns, CsvRecord row) {
        Map<String, String> cells = new HashMap<>();
        for (int i = 0; i < Math.min(columns.size(), row.getFieldCount()); i++) {
            // What our own files put before a formula is taken off again.
            String cell = row.getField(i).strip().replaceFirst("^'(?=[=+@\\t\\r-])", "");
            if (!columns.get(i).isEmpty() && !cell.isEmpty()) {
                cells.put(columns.get(i), cell);
            }
        }
        return cells;
    }
}
