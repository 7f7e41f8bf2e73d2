package health.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.identity.PersonHit;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The demonstration as it stands after its import: whole, and each person once. */
class DemoNetworkTest extends WeftTest {
    @Autowired
    private Demo demo;

    @Autowired
    private DemoProgress progress;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    @BeforeAll
    void wait_for_the_import() throws InterruptedException {
        assertThat(demo.await(Duration.ofMinutes(10))).isTrue();
    }

    @Test
    void the_import_ends_complete() {
        assertThat(progress.state()).isNotNull().satisfies(state -> {
            assertThat(state.phase()).as(state.note()).isEqualTo(DemoProgress.Phase.DONE);
            assertThat(state.percent()).isEqualTo(100);
        });
    }

    @Test
    void identity_joins_the_copies_of_a_person_and_nobody_elses() throws IOException {
        Map<String, String> truth = new HashMap<>();
        for (String line : Files.readAllLines(demo.folder().resolve("truth.csv"))) {
            String[] cells = line.split(",");
            truth.put(cells[1] + "|" + cells[2], cells[0]);
        }
        List<String[]> copies = new ArrayList<>();
        jdbc
                .sql(
                        "select s.owner, s.numbers ->> 0 number, l.person from identity.source s join identity.link l using (pat) where s.numbers ->> 0 is not null")
                .query((rs, n) -> new String[] {
                    truth.get(rs.getString(1).replace("Organization/", "") + "|"
                            + Json.text(Json.parse(rs.getString(2)), "value")),
                    rs.getString(3)
                })
                .list()
                .stream()
                .filter(copy -> copy[0] != null)
                .forEach(copies::add);
        long both = 0;
        long found = 0;
        long real = 0;
        for (int i = 0; i < copies.size(); i++) {
            for (int j = i + 1; j < copies.size(); j++) {
                boolean same = copies.get(i)[0].equals(copies.get(j)[0]);
                boolean joined = copies.get(i)[1].equals(copies.get(j)[1]);
                real += same ? 1 : 0;
                found += joined ? 1 : 0;
                both += same && joined ? 1 : 0;
            }
        }
        double precision = (double) both / found;
        double recall = (double) both / real;
        System.out.printf(
                "identity over the demonstration: precision %.4f, recall %.4f, %d copies%n",
                precision, recall, copies.size());
        assertThat(copies).hasSizeGreaterThan(20);
        assertThat(precision).isGreaterThanOrEqualTo(.995);
        assertThat(recall).isGreaterThanOrEqualTo(.95);
    }

    @Test
    void every_named_person_can_sign_in_and_the_patient_is_one_of_the_people() {
        assertThat(accounts.people())
                .extracting(Caller::username)
                .contains("maya", "rosa", "tom", "linh", "patient", "sam", "grace");
        Caller patient = accounts.caller("patient").orElseThrow();
        assertThat(patient.is(Role.PATIENT)).isTrue();
        String person = patient.party().replace("Person/", "");
        assertThat(identity.person(patient, person).sources()).isNotEmpty();
    }

    @Test
    void the_coordinator_finds_a_person_by_name_birth_date_phone_and_record_number() {
        Caller maya = accounts.caller("maya").orElseThrow();
        var mine = jdbc.sql("""
                        select s.names, s.birth_date::text, s.phone, s.numbers -> 0 ->> 'value', l.person from identity.source s
                          join identity.link l using (pat) where s.owner = ? and s.phone is not null order by s.pat limit 1""")
                .param(maya.party())
                .query((rs, n) ->
                        List.of(rs.getString(1), rs.getString(2), rs.getString(3), rs.getString(4), rs.getString(5)))
                .single();
        String person = mine.get(4);
        String[] date = mine.get(1).split("-");
        for (String typed : List.of(
                mine.get(0).trim(), mine.get(1), date[1] + "/" + date[2] + "/" + date[0], mine.get(2), mine.get(3))) {
            assertThat(identity.search(maya, typed, 20))
                    .as(typed)
                    .extracting(PersonHit::person)
                    .contains(person);
        }
    }

    @Test
    void nobody_finds_people_that_their_organisation_does_not_know() {
        Caller rosa = accounts.caller("rosa").orElseThrow();
        assertThat(identity.search(rosa, "a", 20)).isEmpty();
        assertThat(identity.search(accounts.caller("sam").orElseThrow(), "a", 20))
                .isEmpty();
    }
}
