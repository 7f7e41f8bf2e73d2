package health.weft.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.FhirClient;
import health.weft.SecondStep;
import health.weft.ServerProcess;
import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.backup.Sealing.Broken;
import health.weft.demo.Demo;
import health.weft.identity.Copies;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.signin.SecretBox;
import health.weft.store.Stored;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The network goes into one sealed file while people work, and comes back from it whole or not at all. */
class BackupTest extends WeftTest {
    private static final String KEY = "nine quiet herons by the river";
    private static final String NAME = "Zebulon";
    private static final String ODO = "odo-" + UUID.randomUUID().toString().substring(0, 6);
    private static final String PASSWORD = "five slow ferries";
    private static final byte[] SECRET = "twenty bytes of code".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private static Path folder;

    private final List<String> made = new ArrayList<>();
    private Path file = Path.of("");
    private Caller clinic = Caller.PLATFORM;
    private Stored patient;

    @Autowired
    private Demo demo;

    @Autowired
    private Records records;

    @Autowired
    private JdbcClient jdbc;

    @Value("${weft.database-url}")
    private String source;

    @Value("${weft.data}")
    private String data;

    @Autowired
    private SecretBox box;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeAll
    void a_backup_made_while_somebody_writes() throws Exception {
        assertThat(demo.await(Duration.ofMinutes(6))).as("there is a network").isTrue();
        clinic = Copies.clinic(accounts, "Backup Clinic");
        patient = Copies.write(records, clinic, NAME + " Backuple", "1933-03-03", "508-555-0042", "3 Vault Street");
        file = folder.resolve("weft.backup");
        accounts.party("Organization/odo", "Odo's Practice", PartyKind.CLINICAL);
        accounts.ensure(ODO, "Odo Quince", "Organization/odo", Set.of(Role.CLINICIAN), "en", PASSWORD);
        jdbc.sql("insert into security.one_time_password (username, secret, sealed, last_step) values (?, ?, true, 0)")
                .params(ODO, box.seal(SECRET, ODO))
                .update();
        AtomicBoolean done = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; !done.get(); i++) {
                records.find(clinic, "Patient", patient.id());
                if (i % 5 == 0) {
                    Copies.write(records, clinic, "Busy " + UUID.randomUUID(), "1950-01-01", "", "1 Busy Street");
                }
            }
        });
        try {
            assertThat(command().backup(database(source), file, KEY.toCharArray(), serversKey()))
                    .isZero();
        } finally {
            done.set(true);
            writer.join();
        }
    }

    @AfterAll
    void drop() {
        made.forEach(name ->
                jdbc.sql("drop database if exists " + name + " with (force)").update());
    }

    @Test
    void what_comes_back_is_what_was_there_and_a_server_works_on_it() throws Exception {
        String restored = empty();
        Path key = folder.resolve("data/secrets.key");
        assertThat(command().restore(database(restored), file, KEY.toCharArray(), key))
                .isZero();
        assertThat(key).hasSameTextualContentAs(serversKey());
        assertThat(Files.getPosixFilePermissions(key)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("stands in " + key);
        JdbcClient there = JdbcClient.create(database(restored));
        for (String table : List.of("security.party", "directory.service", "record.res", "audit.event")) {
            assertThat(count(there, table)).as(table).isPositive().isLessThanOrEqualTo(count(jdbc, table));
        }
        byte[] body = there.sql("select body from record.res where rid = ?")
                .param(patient.rid())
                .query(byte[].class)
                .single();
        assertThat(body).isEqualTo(patient.body());
        // Numbers go on after the last one.
        assertThat(there.sql(
                                "select nextval(pg_get_serial_sequence('audit.event', 'id')) > (select max(id) from audit.event)")
                        .query(Boolean.class)
                        .single())
                .isTrue();
        there.sql("update security.account set demo = false where username in (?, ?)")
                .params(clinic.username(), ODO)
                .update();
        String token = accounts.token(clinic.username(), Duration.ofHours(1));
        there.sql(
                        "insert into security.access_token (hash, username, expires) values (sha256(convert_to(?, 'UTF8')), ?, now() + interval '1 hour')")
                .params(token, clinic.username())
                .update();
        int port = freePort();
        try (ServerProcess server = ServerProcess.start(
                folder.resolve("log"),
                ServerProcess.classPath(),
                "serve",
                "--port",
                "" + port,
                "--data",
                folder.resolve("data").toString(),
                "--database-url",
                restored)) {
            server.awaitReady(port);
            assertThat(FhirClient.send("GET", "http://localhost:" + port + "/fhir/Patient/" + patient.id(), token, "")
                            .body())
                    .contains(NAME);
            String home = "http://localhost:" + port;
            try (Visitor odo = new Visitor("en")) {
                String csrf = Visitor.hidden(odo.get(home + "/sign-in").body(), "_csrf");
                odo.post(home + "/sign-in", Map.of("_csrf", csrf, "username", ODO, "password", PASSWORD));
                csrf = Visitor.hidden(odo.get(home + "/sign-in/second-step").body(), "_csrf");
                odo.post(home + "/sign-in/second-step", Map.of("_csrf", csrf, "code", code(1)));
                assertThat(odo.get(home + "/account").statusCode())
                        .as("the code of an app that was set up before the backup")
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void another_key_on_the_machine_is_not_written_over_and_the_same_one_is_no_hindrance() throws Exception {
        Path key = folder.resolve("other.key");
        String other = "ab".repeat(32);
        Files.writeString(key, other);
        String target = empty();
        assertThat(command().restore(database(target), file, KEY.toCharArray(), key))
                .isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("sealed with another key than the one in " + key, "--secrets-key-file", "nothing was changed")
                .doesNotContain(other);
        assertThat(key).hasContent(other);
        assertThat(JdbcClient.create(database(target))
                        .sql("select count(*) from pg_namespace where nspname = 'security'")
                        .query(Integer.class)
                        .single())
                .isZero();
        Files.copy(serversKey(), key, StandardCopyOption.REPLACE_EXISTING);
        assertThat(command().restore(database(target), file, KEY.toCharArray(), key))
                .isZero();
    }

    @Test
    void a_key_that_is_not_this_servers_does_not_go_along_and_whoever_makes_or_restores_it_is_told() throws Exception {
        Path wrong = folder.resolve("wrong.key");
        Files.writeString(wrong, "cd".repeat(32));
        Path keyless = folder.resolve("keyless.backup");
        assertThat(command().backup(database(source), keyless, KEY.toCharArray(), wrong))
                .isZero();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("No key is in this backup", "--secrets-key-file");
        Path key = folder.resolve("after-keyless.key");
        assertThat(command().restore(database(empty()), keyless, KEY.toCharArray(), key))
                .isZero();
        assertThat(key).doesNotExist();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("do not open", "Bring it to " + key);
        Files.writeString(wrong, "no key at all");
        assertThat(command().backup(database(source), folder.resolve("none"), KEY.toCharArray(), wrong))
                .isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("64 hexadecimal digits");
    }

    @Test
    void without_the_key_the_file_tells_nothing() throws Exception {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(bytes)
                .doesNotContain(
                        NAME,
                        Files.readString(serversKey()).strip(),
                        "resourceType",
                        "Backup Clinic",
                        "record",
                        "security");
        refused(bytes(), "another long passphrase here", "key does not open");
    }

    @Test
    void a_file_that_was_cut_short_or_changed_brings_nothing_back() throws Exception {
        byte[] whole = bytes();
        for (int length : new int[] {5, whole.length - 1}) {
            refused(Arrays.copyOf(whole, length), KEY, "");
        }
        for (int at : new int[] {9, whole.length / 2}) {
            byte[] changed = whole.clone();
            changed[at] ^= 4;
            refused(changed, KEY, "");
        }
    }

    @Test
    void chunks_that_are_missing_or_changed_places_do_not_open() throws Exception {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (var out = Sealing.out(sealed, KEY.toCharArray())) {
            out.write(new byte[300_000]);
        }
        byte[] whole = sealed.toByteArray();
        int head = 31;
        int chunk = 4 + ByteBuffer.wrap(whole).getInt(head);
        byte[] swapped = whole.clone();
        System.arraycopy(whole, head, swapped, head + chunk, chunk);
        System.arraycopy(whole, head + chunk, swapped, head, chunk);
        closed(swapped);
        byte[] without = new byte[whole.length - chunk];
        System.arraycopy(whole, 0, without, 0, head + chunk);
        System.arraycopy(whole, head + 2 * chunk, without, head + chunk, whole.length - head - 2 * chunk);
        closed(without);
        // Whole chunks, but not the last.
        closed(Arrays.copyOf(whole, head + 2 * chunk));
    }

    private static void closed(byte[] file) {
        assertThatThrownBy(() -> {
                    try (var in = Sealing.in(new ByteArrayInputStream(file), KEY.toCharArray())) {
                        in.readAllBytes();
                    }
                })
                .isInstanceOf(Broken.class)
                .hasMessageContaining("open");
    }

    @Test
    void it_comes_into_an_empty_database_only_and_from_no_newer_weft() throws Exception {
        assertThatThrownBy(() -> new Restore(database(source), folder.resolve("never.key"), (done, total) -> {})
                        .read(new ByteArrayInputStream(bytes()), KEY.toCharArray()))
                .isInstanceOf(Broken.class)
                .hasMessageContaining("already");
        assertThat(records.find(clinic, "Patient", patient.id())).isPresent();
        jdbc.sql(
                        "insert into profile.schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success)"
                                + " values (99999, '999', 'later', 'SQL', 'V999', 'x', 0, true)")
                .update();
        ByteArrayOutputStream newer = new ByteArrayOutputStream();
        try {
            Backup.write(database(source), newer, KEY.toCharArray(), null, (done, total) -> {});
        } finally {
            jdbc.sql("delete from profile.schema_history where installed_rank = 99999")
                    .update();
        }
        refused(newer.toByteArray(), KEY, "newer Weft");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 300_000})
    void bytes_of_any_number_come_back_as_they_were(int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (var out = Sealing.out(sealed, KEY.toCharArray())) {
            out.write(bytes);
        }
        try (var in = Sealing.in(new ByteArrayInputStream(sealed.toByteArray()), KEY.toCharArray())) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void a_short_key_and_a_file_that_is_there_are_refused() throws Exception {
        Path key = folder.resolve("key");
        Files.writeString(key, "short\n");
        assertThatThrownBy(() -> BackupCommand.key(Optional.of(key.toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16");
        Files.writeString(key, KEY + "\n");
        assertThat(BackupCommand.key(Optional.of(key.toString()))).isEqualTo(KEY.toCharArray());
        long size = Files.size(file);
        assertThat(command().backup(database(source), file, KEY.toCharArray(), serversKey()))
                .isEqualTo(2);
        assertThat(Files.size(file)).isEqualTo(size);
    }

    // ------------------------------------------------------------------------------------------------ steps

    private void refused(byte[] backup, String key, String why) throws Exception {
        String target = empty();
        assertThatThrownBy(() -> new Restore(database(target), folder.resolve("never.key"), (done, total) -> {})
                        .read(new ByteArrayInputStream(backup), key.toCharArray()))
                .isInstanceOf(Broken.class)
                .hasMessageContaining(why);
        assertThat(JdbcClient.create(database(target))
                        .sql("select count(*) from pg_namespace where nspname in ('record', 'security', 'audit')")
                        .query(Integer.class)
                        .single())
                .as("nothing half done")
                .isZero();
        assertThat(folder.resolve("never.key")).as("nor a key").doesNotExist();
    }

    /** A command, and what it says from now on. */
    private BackupCommand command() {
        said.reset();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new BackupCommand(out, out);
    }

    private Path serversKey() {
        return Path.of(data).resolve("secrets.key");
    }

    private static String code(int stepsAhead) {
        return SecondStep.code(SECRET, Instant.now().getEpochSecond() / 30 + stepsAhead);
    }

    private byte[] bytes() throws IOException {
        return Files.readAllBytes(file);
    }

    private static long count(JdbcClient in, String table) {
        return in.sql("select count(*) from " + table).query(Long.class).single();
    }

    /** A new database beside that of the tests. */
    private String empty() {
        String name = "weft_restored_" + UUID.randomUUID().toString().replace('-', '_');
        jdbc.sql("create database " + name).update();
        made.add(name);
        return source.replaceFirst("(jdbc:postgresql://[^/]+/)[^?]*", "$1" + name);
    }

    private static PGSimpleDataSource database(String url) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        return dataSource;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
