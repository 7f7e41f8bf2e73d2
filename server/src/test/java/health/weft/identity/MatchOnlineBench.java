package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.FhirClient;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.matching.Demographics;
import health.weft.matching.shell.Households;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code $match} and new Patients against a million copies of a made-up region: {@code ./weft bench match-online}. */
@Tag("bench")
// One who asks as fast as answers come is slowed down otherwise.
@TestPropertySource(properties = "weft.limits.account=0")
class MatchOnlineBench extends WeftTest {
    private static final int PEOPLE = Integer.getInteger("weft.bench.people", 570_000);
    private static final int TIMES = Integer.getInteger("weft.bench.times", 500);
    private static final int WARM = 200;
    private static final int ROUNDS = 10;
    /** New Patients before those that are timed, other people than they. */
    private static final int COME_BEFORE = 2_000;

    private static final long FIRST = 700_000_000_000L;
    private static final String OWNER = "Organization/match-online";
    private static final int MOST = 20;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    @Autowired
    private Resembling resembling;

    @Autowired
    private MatchIndex index;

    @Autowired
    private InForce inForce;

    @Autowired
    private DataSource database;

    @Autowired
    private JdbcClient jdbc;

    private final List<ObjectNode> asked = new ArrayList<>();
    private final List<ObjectNode> before = new ArrayList<>();
    private String token = "";
    private Caller caller = Caller.PLATFORM;
    private long copies;

    @BeforeAll
    void a_million_copies() throws Exception {
        token = member("match-online", PartyKind.CLINICAL);
        caller = new Caller("match-online", "Match", OWNER, "Match", Set.of(Role.SOURCE), "en");
        Path file = Path.of("target", "match-online.csv");
        new Households(PEOPLE, 3).write(file);
        long began = System.nanoTime();
        // Straight into the tables, indexes afterwards: the question is how fast they answer, not how they are filled.
        jdbc.sql("drop index identity.source_names").update();
        fill(file);
        say("%,d copies written in %.0f s", copies, seconds(began));
        began = System.nanoTime();
        jdbc.sql("create index source_names on identity.source using gin (names public.gin_trgm_ops)")
                .update();
        for (String table : List.of("identity.source", "identity.link", "record.res", "security.relation")) {
            jdbc.sql("vacuum analyze " + table).update();
        }
        // What was filled is on the disk before anybody asks, so that no question waits for it.
        jdbc.sql("checkpoint").update();
        say("indexes in %.0f s", seconds(began));
        say("identity.source: %s", size("identity.source"));
        long before = used();
        began = System.nanoTime();
        index.again();
        say("read into memory in %.1f s, %,d MiB of heap", seconds(began), (used() - before) >> 20);
    }

    /** Bytes of heap that are reachable. */
    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private String size(String relation) {
        return jdbc.sql("select pg_size_pretty(pg_total_relation_size(?::regclass))")
                .param(relation)
                .query(String.class)
                .single();
    }

    private void fill(Path file) throws IOException, SQLException {
        JsonMapper json = JsonMapper.builder().build();
        SplittableRandom random = new SplittableRandom(5);
        Set<String> people = new HashSet<>();
        try (BufferedReader lines = Files.newBufferedReader(file);
                Table source = new Table(
                        "identity.source (pat, patient_id, owner, version, shown, numbers, demographics, names, tokens)");
                Table person = new Table("identity.person (id)");
                Table link = new Table("identity.link (pat, person, model, decided_by)");
                Table relation = new Table("security.relation (party, pat, basis, categories)");
                Table res =
                        new Table("record.res (rid, part, rtype, id, ver, pat, owner, author, tkey, updated, body)")) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.split(",", -1);
                ObjectNode patient = patient(cells);
                Demographics copy = PatientReading.of(patient).demographics();
                String pat = String.valueOf(FIRST + copies);
                String id = "online-" + copies;
                source.row(
                        pat,
                        id,
                        OWNER,
                        "1",
                        cells[2] + " " + cells[4],
                        "[]",
                        json.writeValueAsString(copy),
                        " a copy ",
                        "{}");
                // Each copy was matched as it came: those of one person are joined.
                String whose = "online-person-" + cells[1];
                if (people.add(cells[1])) {
                    person.row(whose);
                }
                link.row(pat, whose, "x", "weft");
                relation.row("Person/" + whose, pat, "self", "-1");
                relation.row(OWNER, pat, "treatment", "0");
                patient.put("id", id);
                res.row(
                        pat,
                        "0",
                        "Patient",
                        id,
                        "1",
                        pat,
                        OWNER,
                        OWNER,
                        String.valueOf(-1 - copies),
                        "2026-01-01T00:00:00Z",
                        "\\x" + java.util.HexFormat.of().formatHex(Json.bytes(patient)));
                if (asked.size() < WARM + TIMES && random.nextInt(PEOPLE) < 2 * (WARM + TIMES)) {
                    asked.add(patient(cells));
                } else if (before.size() < COME_BEFORE && random.nextInt(PEOPLE) < 2 * COME_BEFORE) {
                    before.add(patient(cells));
                }
                copies++;
            }
            // A copy is there before what leads to it.
            for (Table table : List.of(source, person, res, link, relation)) {
                table.end();
            }
        }
    }

    private static ObjectNode patient(String[] cells) {
        ObjectNode patient = Json.object("Patient");
        ObjectNode name = patient.putArray("name").addObject().put("family", cells[4]);
        var given = name.putArray("given").add(cells[2]);
        if (!cells[3].isEmpty()) {
            given.add(cells[3]);
        }
        if (isDay(cells[7])) {
            patient.put("birthDate", cells[7]);
        }
        patient.put("gender", cells[8].equals("F") ? "female" : cells[8].equals("M") ? "male" : "unknown");
        if (!cells[9].isEmpty()) {
            patient.putArray("telecom").addObject().put("system", "phone").put("value", cells[9]);
        }
        ObjectNode address = patient.putArray("address").addObject().put("country", "US");
        if (!cells[11].isEmpty()) {
            address.putArray("line").add(cells[11]);
        }
        if (!cells[12].isEmpty()) {
            address.put("city", cells[12]);
        }
        if (!cells[13].isEmpty()) {
            address.put("postalCode", cells[13]);
        }
        if (!cells[14].isEmpty()) {
            patient.putArray("identifier")
                    .addObject()
                    .put("system", "http://hl7.org/fhir/sid/us-ssn")
                    .put("value", cells[14]);
        }
        return patient;
    }

    /** A file may say the thirtieth of a thirteenth month; who sends a Patient cannot. */
    private static boolean isDay(String text) {
        try {
            LocalDate.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Rows on their way into a table, by PostgreSQL's COPY on a connection of their own. */
    private final class Table implements AutoCloseable {
        private final java.sql.Connection connection;
        private final CopyIn copy;
        private final StringBuilder rows = new StringBuilder();

        Table(String into) throws SQLException {
            connection = database.getConnection();
            // Tables fill side by side, each on its own connection: what one refers to is not there yet.
            try (var statement = connection.createStatement()) {
                statement.execute("set session_replication_role = replica");
            }
            copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy " + into + " from stdin");
        }

        void row(String... cells) throws SQLException {
            for (int i = 0; i < cells.length; i++) {
                rows.append(i == 0 ? "" : "\t")
                        .append(cells[i].replace("\\", "\\\\").replace("\t", " "));
            }
            rows.append('\n');
            if (rows.length() > 1 << 18) {
                flush();
            }
        }

        private void flush() throws SQLException {
            byte[] bytes = rows.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            copy.writeToCopy(bytes, 0, bytes.length);
            rows.setLength(0);
        }

        void end() throws SQLException {
            flush();
            copy.endCopy();
        }

        @Override
        public void close() throws SQLException {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
            try (var statement = connection.createStatement()) {
                statement.execute("set session_replication_role = origin");
            }
            connection.close();
        }
    }

    @Test
    void a_million_are_asked_like_a_hundred() throws Exception {
        assertThat(asked).hasSizeGreaterThan(WARM + 10);
        List<ObjectNode> questions = asked.subList(WARM, asked.size());
        // Until the code is compiled, the compiler takes more of the processor than the questions.
        for (int round = 0; round < ROUNDS; round++) {
            for (ObjectNode patient : asked.subList(0, WARM)) {
                post("/Patient/$match", parameters(patient));
            }
        }
        long[] found = new long[questions.size()];
        double[] engine = times(
                questions,
                patient -> resembling.find(caller, patient, false, MOST).total(),
                found);
        Work work = new Work();
        double[] http = times(questions, patient -> post("/Patient/$match", parameters(patient)), null);
        work.tell("$match over HTTP", questions.size());
        double[] memory = times(
                questions,
                patient -> index.keepUp()
                        .near(PatientReading.of(patient).demographics(), inForce.scorer(), 0)
                        .size(),
                null);
        MatchIndex.Kept kept = index.keepUp();
        List<Demographics> wanted = questions.stream()
                .map(patient -> PatientReading.of(patient).demographics())
                .toList();
        double[] processor = new double[wanted.size()];
        double[] alone = new double[wanted.size()];
        for (int i = 0; i < alone.length; i++) {
            long began = System.nanoTime();
            long cpu = CPU.getCurrentThreadCpuTime();
            int near = kept.near(wanted.get(i), inForce.scorer(), 0).size();
            processor[i] = (CPU.getCurrentThreadCpuTime() - cpu) / 1e6;
            alone[i] = seconds(began) * 1_000;
            assertThat(near).isGreaterThanOrEqualTo((int) found[i]);
        }
        tell("candidates found and scored, nothing else", alone);
        tell("the same, of the processor", processor);
        tell("the Patient read, the memory brought into step, found and scored", memory);
        tell("and read from the database, in the server", engine);
        tell("$match over HTTP", http);
        say(
                "copies told of a question: %.1f on average, %d at most",
                Arrays.stream(found).average().orElse(0),
                Arrays.stream(found).max().orElse(0));
        for (ObjectNode patient : before) {
            post("/Patient", patient);
        }
        List<ObjectNode> fresh = questions;
        work = new Work();
        double[] written = times(fresh, patient -> post("/Patient", patient), null);
        work.tell("a new Patient over HTTP", fresh.size());
        tell("a new Patient over HTTP, matched and linked", written);
        int[] candidates = questions.stream()
                .mapToInt(patient ->
                        index.keepUp().sharing(PatientReading.of(patient).demographics()).length)
                .toArray();
        say(
                "compared for a question: %.0f copies on average, %d at most",
                Arrays.stream(candidates).average().orElse(0),
                Arrays.stream(candidates).max().orElse(0));
        assertThat(Arrays.stream(http).max().orElse(0)).isLessThan(60_000);
    }

    /** Processor time since it was made: what something costs, whoever else uses the machine. */
    private final class Work {
        private final double java = java();
        private final double postgres = postgres();

        private static double java() {
            return ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .orElse(Duration.ZERO)
                    .toMillis();
        }

        private double postgres() {
            return jdbc.sql("select pid from pg_stat_activity").query(Long.class).list().stream()
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .mapToLong(process -> process.info()
                            .totalCpuDuration()
                            .orElse(Duration.ZERO)
                            .toMillis())
                    .sum();
        }

        void tell(String what, int times) {
            say(
                    "%s: %.1f ms of processor in Java (server, client, and what else runs there), %.1f ms in PostgreSQL",
                    what, (java() - java) / times, (postgres() - postgres) / times);
        }
    }

    private interface Doing {
        int of(ObjectNode patient) throws Exception;
    }

    private static double[] times(List<ObjectNode> questions, Doing doing, long[] told) throws Exception {
        double[] took = new double[questions.size()];
        for (int i = 0; i < took.length; i++) {
            long began = System.nanoTime();
            int of = doing.of(questions.get(i));
            took[i] = seconds(began) * 1_000;
            if (told != null) {
                told[i] = of;
            }
        }
        return took;
    }

    private int post(String path, ObjectNode body) throws Exception {
        var answer = FhirClient.send("POST", url("/fhir" + path), token, body.toString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
        return answer.body().length();
    }

    private static ObjectNode parameters(ObjectNode patient) {
        ObjectNode parameters = Json.object("Parameters");
        parameters.putArray("parameter").addObject().put("name", "resource").set("resource", patient);
        return parameters;
    }

    private void tell(String what, double[] took) {
        double[] sorted = took.clone();
        Arrays.sort(sorted);
        say(
                "%s, %,d copies: median %.1f ms, p95 %.1f ms, p99 %.1f ms, longest %.1f ms (load %.0f)",
                what,
                copies,
                sorted[sorted.length / 2],
                sorted[sorted.length * 95 / 100],
                sorted[sorted.length * 99 / 100],
                sorted[sorted.length - 1],
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static void say(String words, Object... of) {
        System.out.println("match online: " + words.formatted(of));
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
