package health.weft.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.bulk.ExportCommand.Wanted;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** {@code ./weft import} and {@code ./weft export} against the running server. */
class ShellTest extends WeftTest {
    @TempDir
    Path folder = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String token = "";

    @BeforeEach
    void a_clinic_of_its_own() {
        token = member("shell-" + UUID.randomUUID(), PartyKind.CLINICAL);
        out.reset();
        err.reset();
    }

    private int imported(String server, String by, Path... paths) {
        return new ImportCommand(new PrintStream(out, true), new PrintStream(err, true))
                .run(server, Optional.of(by), Optional.empty(), List.of(paths));
    }

    private int exported(Path to, Wanted wanted) {
        return new ExportCommand(to, new PrintStream(out, true), new PrintStream(err, true))
                .run(url(""), Optional.of(token), Optional.empty(), wanted);
    }

    private static String observation(String id, String patient) {
        return "{\"resourceType\":\"Observation\",\"id\":\"" + id + "\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
                + "\"subject\":{\"reference\":\"Patient/" + patient + "\"}}\n";
    }

    private Path sent() throws Exception {
        Path in = Files.createDirectory(folder.resolve("in"));
        Files.writeString(in.resolve("Observation.ndjson"), observation("o1", "p1") + observation("o2", "nobody"));
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(in.resolve("Patient.ndjson.gz")))) {
            gzip.write("{\"resourceType\":\"Patient\",\"id\":\"p1\"}\n".getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(in.resolve("bundle.json"), """
                {"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Basic","code":{"text":"x"}},
                 "request":{"method":"POST","url":"Basic"}}]}""");
        return in;
    }

    @Test
    void a_folder_goes_in_and_comes_out_again() throws Exception {
        Path in = sent();
        assertThat(imported(url(""), token, in)).isEqualTo(1);
        assertThat(out.toString()).contains("2 resources were imported");
        assertThat(err.toString())
                .contains("1 lines were refused")
                .contains("Observation.ndjson line 2: Observation.subject.reference");

        Path to = folder.resolve("out");
        Wanted wanted =
                Wanted.of(Optional.of("Patient,Observation,Basic"), Optional.empty(), Optional.empty(), false, false);
        assertThat(exported(to, wanted)).as(err.toString()).isZero();
        assertThat(names(to)).containsExactly("Basic.ndjson", "Observation.ndjson", "Patient.ndjson", "manifest.json");
        ObjectNode observation = Json.parse(Files.readString(to.resolve("Observation.ndjson")));
        ObjectNode patient = Json.parse(Files.readString(to.resolve("Patient.ndjson")));
        assertThat(observation.at("/subject/reference").asString()).isEqualTo("Patient/" + Json.text(patient, "id"));

        // Again, with less: what the first left behind is gone, and nothing was doubled.
        assertThat(imported(url(""), token, in)).isEqualTo(1);
        Wanted patients = Wanted.of(Optional.of("Patient"), Optional.empty(), Optional.empty(), true, true);
        assertThat(exported(to, patients)).as(err.toString()).isZero();
        assertThat(names(to)).containsExactly("Patient.ndjson.gz", "manifest.json");
        assertThat(Json.parse(Files.readAllBytes(to.resolve("manifest.json")))
                        .at("/output/0/count")
                        .asInt())
                .isEqualTo(1);
    }

    private static List<String> names(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void what_goes_wrong_says_what_to_do() throws Exception {
        Path in = sent();
        assertThat(imported("http://localhost:1", token, in)).isEqualTo(1);
        assertThat(err.toString())
                .contains("No Weft answers at http://localhost:1")
                .contains("--server");
        err.reset();
        assertThat(imported(url(""), "wrong", in)).isEqualTo(1);
        assertThat(err.toString()).contains("does not take this token");
        err.reset();
        assertThat(imported(url(""), token, folder.resolve("nothing"))).isEqualTo(1);
        assertThat(err.toString()).contains("There is no file or folder");
        err.reset();
        assertThat(imported(url(""), token, Files.createDirectory(folder.resolve("empty"))))
                .isEqualTo(1);
        assertThat(err.toString()).contains("nothing to import");
        err.reset();
        assertThat(exported(in, Wanted.of(Optional.empty(), Optional.empty(), Optional.empty(), false, false)))
                .isEqualTo(1);
        assertThat(err.toString()).contains("holds other files");
        assertThat(new ExportCommand(folder.resolve("x"), new PrintStream(out), new PrintStream(err, true))
                        .run(
                                url(""),
                                Optional.empty(),
                                Optional.of(folder.resolve("none").toString()),
                                Wanted.of(Optional.empty(), Optional.empty(), Optional.empty(), false, false)))
                .isEqualTo(1);
        assertThat(err.toString()).contains("token file");
    }
}
