package health.weft.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @Test
    void every_cell_is_quoted_and_none_is_a_formula() {
        assertThat(Csv.of("a", "b")
                        .row("=1+1", "-4.5")
                        .row("@x", null)
                        .row("say \"hi\"", "two\nlines")
                        .toString())
                .isEqualTo(
                        "\uFEFF\"a\",\"b\"\r\n\"'=1+1\",\"-4.5\"\r\n\"'@x\",\"\"\r\n\"say \"\"hi\"\"\",\"two\nlines\"\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+1+1",
                "-1+1",
                "@SUM(A1)",
                "\t=1+1",
                "\r=1+1",
                "\n=1+1",
                "\uFF1D1+1",
                "\uFF0B1",
                "\uFF0D1+1",
                "\uFF20A1",
                "=",
                "-"
            })
    void what_any_spreadsheet_takes_for_a_formula_is_text(String cell) {
        assertThat(Csv.harmless(cell)).isEqualTo("'" + cell);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-4.5", "12", "a=b", "7 - 8", "\u00d1u\u00f1ez"})
    void what_is_none_stays_as_it_is(String cell) {
        assertThat(Csv.harmless(cell)).isEqualTo(cell);
    }

    /** What is told to spreadsheets is made here alone; the tables of HSDS are for machines, and come in again without a difference. */
    @Test
    void no_other_class_answers_with_csv() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> {
                                try {
                                    String source = Files.readString(file);
                                    return source.contains("\"text/csv") || source.contains("\"text\", \"csv\"");
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            })
                            .map(file -> file.getFileName().toString()))
                    .containsExactly("Csv.java");
        }
    }

    @Test
    void a_file_is_saved_and_kept_by_no_cache() {
        var answer = Csv.of("a").file("a.csv");
        assertThat(answer.getHeaders().getFirst("Content-Disposition")).contains("a.csv");
        assertThat(answer.getHeaders().getFirst("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.getBody()).startsWith((byte) 0xEF, (byte) 0xBB, (byte) 0xBF);
    }
}
