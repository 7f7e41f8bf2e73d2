package health.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the bench can be wrong without anybody seeing it in a table. */
class RecordBenchTest {
    private static final People PEOPLE = new People(
            List.of(),
            List.of(),
            0,
            List.of(new People.Patient("urn:uuid:1", "O'Hara Vega")),
            List.of(new People.Observed(
                    "urn:uuid:2",
                    "urn:uuid:1",
                    "http://loinc.org|85354-9",
                    "{\"subject\":{\"reference\":\"urn:uuid:1\"}}")),
            List.of("http://snomed.info/sct|1"),
            List.of("2024-05-06"));
    private static final Map<String, String> IDS = Map.of("urn:uuid:1", "Patient/p", "urn:uuid:2", "Observation/o");

    private static Kind.Request one(Kind kind) {
        return kind.draw(PEOPLE, new Random(1)).getFirst().on(IDS);
    }

    @Test
    void each_kind_of_request_names_what_the_server_calls_it() {
        assertThat(one(Kind.READ_OBSERVATION).path()).isEqualTo("Observation/o");
        assertThat(one(Kind.PATIENT_BY_FAMILY).path()).isEqualTo("Patient?family=O%27Hara+Vega&_count=20");
        assertThat(one(Kind.OBSERVATION_BY_PATIENT_AND_CODE).path())
                .isEqualTo("Observation?patient=p&code=http%3A%2F%2Floinc.org%7C85354-9&_count=20");
        assertThat(one(Kind.EVERYTHING).path()).isEqualTo("Patient/p/$everything?_count=20");
        assertThat(one(Kind.CREATE_OBSERVATION).body()).isEqualTo("{\"subject\":{\"reference\":\"Patient/p\"}}");
    }

    @Test
    void a_request_for_what_was_never_imported_is_not_sent() {
        assertThatThrownBy(() ->
                        Kind.READ_PATIENT.draw(PEOPLE, new Random(1)).getFirst().on(Map.of()))
                .hasMessageContaining("urn:uuid:1");
    }

    @Test
    void the_draw_is_the_same_for_every_server() {
        List<People.Observed> many = java.util.stream.IntStream.range(0, 3000)
                .mapToObj(i -> new People.Observed("urn:uuid:" + i, "urn:uuid:1", "a|b", "{}"))
                .toList();
        People people = new People(List.of(), List.of(), 0, List.of(), many, List.of(), List.of());

        assertThat(Kind.READ_OBSERVATION.draw(people, new Random(7)))
                .hasSize(1000)
                .isEqualTo(Kind.READ_OBSERVATION.draw(people, new Random(7)))
                .isNotEqualTo(Kind.READ_OBSERVATION.draw(people, new Random(8)));
    }

    @Test
    void the_large_bundle_holds_the_people_one_after_the_other(@TempDir Path folder) throws IOException {
        List<People.Part> persons = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Path file = folder.resolve(i + ".json");
            Files.writeString(
                    file,
                    "{\"resourceType\":\"Bundle\",\"entry\":[{\"fullUrl\":\"a" + i + "\"},{\"fullUrl\":\"b" + i
                            + "\"}]}");
            persons.add(new People.Part(file, 2));
        }
        People people = new People(List.of(), persons, 0, List.of(), List.of(), List.of(), List.of());
        Path large = folder.resolve("large.json");

        assertThat(Loading.large(people, large).resources()).isEqualTo(6);
        assertThat(Files.readString(large))
                .isEqualTo("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
                        + "{\"fullUrl\":\"a0\"},{\"fullUrl\":\"b0\"},{\"fullUrl\":\"a1\"},{\"fullUrl\":\"b1\"},"
                        + "{\"fullUrl\":\"a2\"},{\"fullUrl\":\"b2\"}]}");
    }

    @Test
    void cpu_time_of_this_process_grows_by_what_it_works() {
        Cpu cpu = new Cpu(ProcessHandle.current().pid());
        long before = cpu.millis();
        long began = System.nanoTime();
        long sum = 0;
        while (cpu.millis() - before < 50 && System.nanoTime() - began < 20_000_000_000L) {
            sum += began % 7;
        }
        assertThat(sum).isNotNegative();
        assertThat(cpu.millis() - before).isGreaterThanOrEqualTo(50);
        // The peak is asked after what it must not be under: memory may grow between the two.
        long resident = cpu.residentMiB();
        assertThat(resident).isPositive();
        assertThat(cpu.peakMiB() + 1).isGreaterThanOrEqualTo(resident);
    }

    @Test
    void wrong_words_are_named() {
        for (String[] words : new String[][] {
            {"--pepole", "3"},
            {"--people"},
            {"--people", "many"},
            {"--kinds", "delete"},
            {"--with-hapi", "--peer", "http://x/fhir"}
        }) {
            assertThatThrownBy(() -> Wanted.parse(words, Path.of("/")))
                    .as(String.join(" ", words))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Wanted.parse(new String[] {"--kinds", "read-,create", "--quick"}, Path.of("/"))
                        .kinds())
                .containsExactly(Kind.READ_PATIENT, Kind.READ_OBSERVATION, Kind.CREATE_OBSERVATION);
    }

    @Test
    void a_turn_with_errors_is_told_as_failed_and_gets_no_ratio() {
        Subject weft = new Subject(
                "Weft",
                java.net.URI.create("http://127.0.0.1/fhir"),
                java.util.Optional.empty(),
                java.util.Optional.empty());
        Subject peer = new Subject(
                "peer",
                java.net.URI.create("http://127.0.0.1/fhir"),
                java.util.Optional.empty(),
                java.util.Optional.empty());
        Report report = new Report(List.of(weft, peer));
        Used used = new Used(1, 100, 50);
        report.requests(List.of(
                new Report.Requests(
                        "good",
                        8,
                        List.of(new Wrk.Turn(1000, 1, 1, 2, 0, 0), new Wrk.Turn(100, 1, 1, 2, 0, 0)),
                        List.of(used, used)),
                new Report.Requests(
                        "bad",
                        8,
                        List.of(new Wrk.Turn(1000, 1, 1, 2, 7, 1), new Wrk.Turn(100, 1, 1, 2, 0, 0)),
                        List.of(used, used))));

        assertThat(report.toString())
                .contains(
                        "| good | 8 | 1,000 | 1.00 | 2.00 | 0.15 (0.10 + 0.05) | 100 | 1.00 | 2.00 | 1.50 (1.00 + 0.50) | 10.0x | 10.0x |")
                .contains("| bad | 8 | **failed**: 8 of 1000 | ");
        assertThat(report.toString()
                        .lines()
                        .filter(l -> l.startsWith("| bad"))
                        .findFirst()
                        .orElseThrow())
                .endsWith("| – | – |");
    }
}
