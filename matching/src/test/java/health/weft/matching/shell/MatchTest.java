package health.weft.matching.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.matching.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MatchTest {
    private static final String ROWS = """
            id,given,family,born,note
            1,Robert,Hale,1961-05-03,first
            2,"Bob",Hale,1961-05-03,"with, a comma"
            3,Susan,Reed,1990-01-30,
            4,Susan,Reid,1990-01-30,
            5,Chen,Wu,1975-11-02,
            """;

    @TempDir
    Path folder;

    private Path schema;

    @BeforeEach
    void schema() throws IOException {
        schema = write("schema.json", """
                {"id": "id", "fields": [{"column": "given", "kind": "given"}, {"column": "family", "kind": "family"},
                  {"column": "born", "kind": "birth date"}]}""");
    }

    @Test
    void records_of_one_person_get_one_number() throws IOException {
        Path in = write("a.csv", ROWS);
        match("--in", in.toString(), "--pairs", at("pairs.csv"), "--report", at("report.json"));
        assertThat(Files.readAllLines(folder.resolve("clusters.csv")))
                .containsExactly("file,id,cluster", "a.csv,1,1", "a.csv,2,1", "a.csv,3,2", "a.csv,4,2", "a.csv,5,3");
        List<String> pairs = Files.readAllLines(folder.resolve("pairs.csv"));
        assertThat(pairs.getFirst()).isEqualTo("a,b,probability,log2weight");
        assertThat(pairs).anyMatch(line -> line.startsWith("1,2,")).hasSize(3);
        JsonNode report = JsonMapper.builder()
                .build()
                .readTree(folder.resolve("report.json").toFile());
        assertThat(report.path("records").asInt()).isEqualTo(5);
        assertThat(report.path("matchesFound").asInt()).isEqualTo(2);
        assertThat(report.path("fields").path("birth_date").get(0).path("m").asDouble())
                .isBetween(.5, 1.0);
        assertThat(report.path("fields").has("email")).isFalse();
    }

    @Test
    void files_without_duplicates_are_linked_one_to_one() throws IOException {
        schema = write("schema.json", Files.readString(schema).replace("{\"id\"", "{\"deduplicated\": true, \"id\""));
        Path a = write("a.csv", ROWS);
        Path b = write("b.csv", "id,given,family,born\n1,Roberto,Hale,1961-05-03\n");
        match("--in", a.toString(), "--in", b.toString(), "--pairs", at("pairs.csv"));
        List<String> clusters = Files.readAllLines(folder.resolve("clusters.csv"));
        assertThat(clusters).hasSize(7).contains("a.csv,3,3", "a.csv,4,4");
        assertThat(Files.readAllLines(folder.resolve("pairs.csv"))).anyMatch(line -> line.contains("b.csv:1"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', textBlock = """
        a ragged row           ; id,given,family,born|1,Ann,Hale,1990-01-01|2,Ann,Hale          ; line 3, column 4
        too many columns       ; id,given,family,born|1,Ann,Hale,1990-01-01,more                ; line 2, column 5
        a column that is absent; id,given,family|1,Ann,Hale                                     ; there is no column 'born'
        a column twice         ; id,given,family,born,given|1,Ann,Hale,1990-01-01,Ann           ; column 5: the column 'given' stands twice
        an id twice            ; id,given,family,born|1,Ann,Hale,1990-01-01|1,Bo,Reed,1991-01-01; line 3: the id of line 2
        an id that is empty    ; id,given,family,born|,Ann,Hale,1990-01-01                      ; line 2: the column 'id' is empty
        no rows                ; id,given,family,born                                           ; no rows
        an open quote          ; id,given,family,born|1,"Ann,Hale,1990-01-01                    ; column
        """)
    void a_bad_file_is_told_by_its_place_and_nothing_is_written(String what, String rows, String told)
            throws IOException {
        Path in = write("bad.csv", rows.replace('|', '\n') + "\n");
        Files.writeString(folder.resolve("clusters.csv"), "as before");
        assertThatThrownBy(() -> match("--in", in.toString()))
                .as(what)
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("bad.csv")
                .hasMessageContaining(told);
        assertThat(folder.resolve("clusters.csv")).hasContent("as before");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("bad.csv", "clusters.csv", "schema.json");
        }
    }

    @Test
    void a_wrong_encoding_is_told_by_line_and_column() throws IOException {
        Path in = folder.resolve("latin.csv");
        Files.write(in, "id,given,family,born\n1,José,Núñez,1990-01-01\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> match("--in", in.toString()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("line 2, column 2: not UTF-8");
    }

    @Test
    void an_empty_file_and_one_that_is_not_there_are_told() throws IOException {
        Path in = write("empty.csv", "");
        assertThatThrownBy(() -> match("--in", in.toString())).hasMessageContaining("empty");
        assertThatThrownBy(() -> match("--in", at("nowhere.csv"))).hasMessageContaining("there is no such file");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', textBlock = """
        no kind      ; {"id":"id","fields":[{"column":"a","kind":"colour"}]}                              ; There is no kind 'colour'
        no JSON      ; {"id":                                                                             ; no JSON
        no fields    ; {"id":"id"}                                                                        ; names no fields
        a wrong word ; {"id":"id","feilds":[]}                                                            ; "feilds" is not known
        a column twice; {"id":"id","fields":[{"column":"a","kind":"given"},{"column":"a","kind":"city"}]} ; stands twice
        """)
    void a_bad_schema_is_told(String what, String json, String told) {
        assertThatThrownBy(() -> Schema.parse(json, "schema.json"))
                .as(what)
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(told);
    }

    @Test
    void options_that_cannot_be_are_told() {
        assertThatThrownBy(() -> Match.run(List.of("--out", at("c.csv")), Progress.SILENT))
                .hasMessageContaining("--in");
        assertThatThrownBy(() -> match("--in", at("a.csv"), "--above", "2")).hasMessageContaining("between 0 and 1");
        assertThatThrownBy(() -> match("--in", at("clusters.csv"))).hasMessageContaining("named twice");
        assertThatThrownBy(() -> match("--colour", "red")).hasMessageContaining("no option --colour");
        assertThat(Shell.run(List.of("match", "--in"))).isEqualTo(2);
    }

    private void match(String... words) {
        List<String> all = new ArrayList<>(List.of("--schema", schema.toString(), "--out", at("clusters.csv")));
        all.addAll(List.of(words));
        Match.run(all, Progress.SILENT);
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
