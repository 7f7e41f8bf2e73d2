package health.weft.matching.shell;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import health.weft.matching.Progress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** A CSV file with a header, UTF-8, commas. What is wrong with it is told by line and column. */
record CsvFile(Path path) {
    /**
     * Reads the columns asked for, row after row.
     *
     * @param then takes the values of a row in the order asked for, and its line
     */
    void read(List<String> columns, Progress progress, BiConsumer<String[], Long> then) {
        try (SeekableByteChannel bytes = Files.newByteChannel(path);
                CsvReader<CsvRecord> csv = CsvReader.builder()
                        .detectBomHeader(false)
                        .allowExtraFields(true)
                        .allowMissingFields(true)
                        .ofCsvRecord(new InputStreamReader(
                                Channels.newInputStream(bytes), StandardCharsets.UTF_8.newDecoder()))) {
            var rows = csv.iterator();
            if (!rows.hasNext()) {
                throw new Refusal(path + " is empty: line 1 holds the names of the columns.");
            }
            List<String> header = header(rows.next());
            int[] at = new int[columns.size()];
            for (int i = 0; i < at.length; i++) {
                at[i] = header.indexOf(columns.get(i));
                if (at[i] < 0) {
                    throw new Refusal("%s, line 1: there is no column '%s'. Columns: %s."
                            .formatted(path, columns.get(i), String.join(", ", header)));
                }
            }
            if (!rows.hasNext()) {
                throw new Refusal(path + " has a header and no rows.");
            }
            String what = "reading " + path.getFileName();
            for (int n = 0; rows.hasNext(); n++) {
                if (n % 10_000 == 0) {
                    progress.show(what, bytes.position(), bytes.size());
                }
                CsvRecord row = rows.next();
                if (row.getFieldCount() != header.size()) {
                    throw new Refusal("%s, line %d, column %d: the row has %d columns, the header %d."
                            .formatted(
                                    path,
                                    row.getStartingLineNumber(),
                                    Math.min(row.getFieldCount(), header.size()) + 1,
                                    row.getFieldCount(),
                                    header.size()));
                }
                String[] values = new String[at.length];
                for (int i = 0; i < at.length; i++) {
                    values[i] = row.getField(at[i]).strip();
                }
                then.accept(values, row.getStartingLineNumber());
            }
            progress.show(what, bytes.size(), bytes.size());
        } catch (CharacterCodingException e) {
            throw notUtf8();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw notUtf8();
            }
            throw new Refusal(path + " cannot be read: " + e.getMessage() + ".");
        } catch (CsvParseException e) {
            throw e.getCause() instanceof CharacterCodingException
                    ? notUtf8()
                    : new Refusal(path + " is no CSV: " + e.getMessage()
                            + (e.getCause() == null ? "" : " " + e.getCause().getMessage()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private Refusal unreadable(IOException e) {
        return new Refusal(
                path + " cannot be read: " + (Files.exists(path) ? e.getMessage() : "there is no such file") + ".");
    }

    private List<String> header(CsvRecord row) {
        List<String> names = new ArrayList<>();
        for (String name : row.getFields()) {
            String bare = (names.isEmpty() && name.startsWith("\ufeff") ? name.substring(1) : name).strip();
            if (!bare.isEmpty() && names.contains(bare)) {
                throw new Refusal(
                        "%s, line 1, column %d: the column '%s' stands twice.".formatted(path, names.size() + 1, bare));
            }
            names.add(bare);
        }
        return names;
    }

    /** Finds the first byte that is no UTF-8, by line and column (a comma, quotes regarded, begins a column). */
    private Refusal notUtf8() {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            long line = 1;
            int column = 1;
            boolean quoted = false;
            int more = 0;
            for (int b = in.read(); b >= 0; b = in.read()) {
                boolean follows = (b & 0xC0) == 0x80;
                if (more > 0 != follows || b >= 0xF8 || b == 0xC0 || b == 0xC1) {
                    break;
                }
                more = follows ? more - 1 : b >= 0xF0 ? 3 : b >= 0xE0 ? 2 : b >= 0xC0 ? 1 : 0;
                if (b == '"') {
                    quoted = !quoted;
                } else if (b == '\n') {
                    line++;
                    column = quoted ? column : 1;
                } else if (b == ',' && !quoted) {
                    column++;
                }
            }
            return new Refusal("%s, line %d, column %d: not UTF-8. Save the file as UTF-8 and try again."
                    .formatted(path, line, column));
        } catch (IOException e) {
            return unreadable(e);
        }
    }
}
