package health.weft.ui;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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

    @Test
    void a_file_is_saved_and_kept_by_no_cache() {
        var answer = Csv.of("a").file("a.csv");
        assertThat(answer.getHeaders().getFirst("Content-Disposition")).contains("a.csv");
        assertThat(answer.getHeaders().getFirst("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.getBody()).startsWith((byte) 0xEF, (byte) 0xBB, (byte) 0xBF);
    }
}
