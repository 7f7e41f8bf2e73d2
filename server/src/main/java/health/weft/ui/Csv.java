package health.weft.ui;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * A table as a file that spreadsheets read: RFC 4180, UTF-8 with a byte order mark, every cell quoted, no cell a formula.
 *
 * <pre>{@code
 * return Csv.of("day", "people").row(day, 12).file("people.csv");
 * }</pre>
 */
public final class Csv {
    private static final String FORMULA = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private final StringWriter text = new StringWriter().append('\uFEFF');
    private final CsvWriter rows = CsvWriter.builder()
            .lineDelimiter(LineDelimiter.CRLF)
            .quoteStrategy(QuoteStrategies.ALWAYS)
            .build(text);

    private Csv() {}

    public static Csv of(String... columns) {
        return new Csv().row((Object[]) columns);
    }

    /** @param cells null for an empty one */
    public Csv row(@Nullable Object... cells) {
        rows.writeRecord(Arrays.stream(cells)
                .map(cell -> harmless(Objects.toString(cell, "")))
                .toArray(String[]::new));
        return this;
    }

    /** A spreadsheet would carry out what begins like a formula; some take wide signs for plain ones. */
    static String harmless(String value) {
        boolean formula = !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0 && !value.matches("-?[0-9.]+");
        return formula ? "'" + value : value;
    }

    /** As an answer that is saved under this name and kept by no cache. */
    public ResponseEntity<byte[]> file(String name) {
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        try {
            rows.flush();
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
