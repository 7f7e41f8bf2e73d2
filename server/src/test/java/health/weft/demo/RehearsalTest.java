package health.weft.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import health.weft.ServerProcess;
import health.weft.WeftTest;
import health.weft.database.EmbeddedDatabase;
import health.weft.security.Accounts;
import health.weft.terminal.WeftFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;

/** What the build lets the server do while the JVM watches; here without the watching. */
class RehearsalTest extends WeftTest {
    @TempDir
    Path folder;

    @Autowired
    private Demo demo;

    @Autowired
    private Accounts accounts;

    @Test
    void it_goes_through_the_work_of_people_and_systems_on_a_network_of_its_own_and_ends() throws Exception {
        assertThat(demo.await(Duration.ofMinutes(10))).isTrue();
        Path data = folder.resolve("new");

        ServerProcess server = rehearse("--port=0", "--data=" + data);

        assertThat(server.exitWithin(Duration.ofMinutes(4))).as(server.log()).isZero();
        assertThat(server.log())
                .contains("The network is up: ")
                .containsPattern("Rehearsal: [1-9]\\d+ requests answered")
                .doesNotContain("stopped early", "ERROR");
        assertThat(EmbeddedDatabase.running(data)).as("its database ended, too").isEmpty();
    }

    @Test
    void what_fails_is_told_and_nothing_is_thrown() throws Exception {
        assertThat(demo.await(Duration.ofMinutes(10))).isTrue();
        URI nobody = URI.create("http://127.0.0.1:" + ServerProcess.freePort());
        ByteArrayOutputStream told = new ByteArrayOutputStream();

        new Rehearsal(nobody, demo, accounts, new PrintStream(told, true, UTF_8)).run(Duration.ofSeconds(30));

        assertThat(told.toString(UTF_8).lines())
                .hasSize(4)
                .contains("Rehearsal: 0 requests answered.")
                .filteredOn(line -> line.contains("stopped early: java.net.ConnectException"))
                .hasSize(3);
    }

    @Test
    void a_folder_that_holds_anything_is_refused_and_left_as_it_is() throws Exception {
        Path data = Files.createDirectories(folder.resolve("of-a-network"));
        Files.writeString(data.resolve("secrets.key"), "kept");

        ServerProcess server = rehearse("--port=0", "--data=" + data);

        assertThat(server.exit()).as(server.log()).isEqualTo(2);
        assertThat(server.log()).contains("wants a new, empty folder").contains(data.toString());
        try (Stream<Path> inside = Files.list(data)) {
            assertThat(inside).containsExactly(data.resolve("secrets.key"));
        }
    }

    @Test
    void a_database_that_stands_elsewhere_is_refused() throws Exception {
        ServerProcess server = rehearse(
                "--port=0",
                "--data=" + folder.resolve("none"),
                "--database-url=postgresql://weft:secret@127.0.0.1:1/weft");

        assertThat(server.exit()).as(server.log()).isEqualTo(2);
        assertThat(server.log()).contains("a database of its own only");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    private ServerProcess rehearse(String... options) throws IOException {
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.add("-D" + Rehearsal.PROPERTY + "=4");
        java.add("-Dweft.home=" + WeftFolder.find());
        java.add("-Dweft.demo.cache=" + demo.folder().getParent());
        String[] words =
                Stream.concat(Stream.of("serve"), Arrays.stream(options)).toArray(String[]::new);
        return ServerProcess.start(folder.resolve("rehearsal.log"), java, words);
    }
}
