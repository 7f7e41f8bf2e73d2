package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.WeftTest;
import health.weft.audit.AuditTrail;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Relations;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

class IdentityTest extends WeftTest {
    private static final List<String> GIVEN = List.of(
            "Ada",
            "Boris",
            "Clementine",
            "Dmitri",
            "Esperanza",
            "Finn",
            "Gwendolyn",
            "Hamza",
            "Ilse",
            "Jorge",
            "Kwame",
            "Ludmila");

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private AuditTrail trail;

    @Autowired
    private Relations relations;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private org.springframework.transaction.PlatformTransactionManager transactions;

    private Caller clinic = Caller.PLATFORM;
    private Caller hospital = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;

    @BeforeAll
    void three_organisations() {
        clinic = member("Elm Clinic");
        hospital = member("Oak Hospital");
        stranger = member("Far Clinic");
    }

    @Test
    void two_organisations_copies_become_one_person_that_both_may_read() {
        Stored first = write(clinic, "Robert", "Quillfeather", "1961-05-03", "508-555-7101", "12 Elm Street", "A-1");
        Stored second = write(hospital, "Bob", "Quilfeather", "1961-05-03", "(508) 555-7101", "12 Elm St", "B-1");
        String person = identity.personOf(first.rid()).orElseThrow();
        assertThat(identity.personOf(second.rid())).contains(person);
        assertThat(identity.person(clinic, person).sources()).hasSize(2);
        assertThat(identity.patientOf(hospital, person).reference()).isEqualTo(second.reference());
        assertThat(identity.person(hospital, person).sources().getFirst().score())
                .isNotNull();
        assertThatThrownBy(() -> identity.person(stranger, person))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.NOT_FOUND));
    }

    @Test
    void every_link_is_kept_as_an_event_with_its_reasons() {
        Stored first = write(clinic, "Ingrid", "Vossberg", "1972-02-11", "508-555-7102", "3 Oak Road", "A-2");
        Stored second = write(hospital, "Ingrid", "Vossberg", "1972-02-11", "508-555-7102", "3 Oak Road", "B-2");
        assertThat(jdbc.sql("select kind || ' ' || actor || ' ' || model from identity.link_event where pat = ?")
                        .param(first.rid())
                        .query(String.class)
                        .list())
                .containsExactly("NEW weft standard-3");
        assertThat(jdbc.sql("select fields::text from identity.link_event where pat = ? and kind = 'LINKED'")
                        .param(second.rid())
                        .query(String.class)
                        .single())
                .contains("BIRTH_DATE", "exact");
    }

    @Test
    void whoever_sees_contact_facts_alone_finds_by_name_and_learns_and_searches_no_birth_date_and_number() {
        Stored copy =
                write(clinic, "Perpetua", "Zwingenberg", "1947-11-23", "508-555-7188", "44 Yarrow Way", "90664422");
        assertThat(identity.search(stranger, "Perpetua Zwingenberg", 10)).isEmpty();
        relations.share(stranger.party(), List.of(copy.rid()), "Task/shared-" + copy.rid(), null, 0);
        assertThat(identity.search(stranger, "Perpetua Zwingenberg", 10))
                .singleElement()
                .satisfies(hit -> {
                    assertThat(hit.phone()).isNotNull();
                    assertThat(hit.birthDate()).isNull();
                    assertThat(hit.sex()).isNull();
                });
        for (String asked : List.of("1947-11-23", "Perpetua 1947-11-23", mrn("90664422"), "508-555-7188")) {
            assertThat(identity.search(stranger, asked, 10)).as(asked).isEmpty();
            assertThat(identity.search(clinic, asked, 10))
                    .as(asked)
                    .singleElement()
                    .satisfies(hit -> assertThat(hit.birthDate()).isEqualTo("1947-11-23"));
        }
    }

    @Test
    void twins_of_one_home_stay_two_people() {
        Stored one = write(clinic, "Mia", "Oxnard", "2015-05-03", "508-555-7103", "9 Low Road", "A-3");
        Stored other = write(hospital, "Zoe", "Oxnard", "2015-05-03", "508-555-7103", "9 Low Road", "B-3");
        assertThat(identity.personOf(one.rid())).isNotEqualTo(identity.personOf(other.rid()));
    }

    @Test
    void a_pair_that_is_not_sure_is_put_for_review_and_the_person_says_so() {
        Stored one = write(clinic, "Dorothea", "Underhill", "1950-01-17", "508-555-7104", "1 First Street", "A-4");
        // Another family name, address and phone: a marriage and a move, or somebody else.
        Stored other = write(hospital, "Dorothea", "Marsh", "1950-01-17", "508-555-7999", "77 Last Avenue", "B-4");
        String person = identity.personOf(one.rid()).orElseThrow();
        assertThat(identity.personOf(other.rid())).isNotEqualTo(java.util.Optional.of(person));
        assertThat(identity.person(clinic, person).unsure()).isTrue();
    }

    @Test
    void a_corrected_copy_moves_to_the_person_it_is() {
        Stored one = write(clinic, "Bartholomew", "Inglenook", "1944-09-09", "508-555-7105", "5 Hill Street", "A-5");
        Stored wrong =
                write(hospital, "Bartholomew", "Inglenook", "1944-09-09", "508-555-7105", "5 Hill Street", "B-5");
        assertThat(identity.personOf(wrong.rid())).isEqualTo(identity.personOf(one.rid()));
        PatientOf corrected =
                new PatientOf("Philippa", "Vanterpool", "1988-12-24", "508-555-7888", "400 Other Road", "B-5");
        var json = corrected.json(hospital);
        json.put("id", wrong.id());
        records.update(hospital, json, wrong.version());
        assertThat(identity.personOf(wrong.rid())).isNotEqualTo(identity.personOf(one.rid()));
        assertThat(identity.search(clinic, "Vanterpool", 5)).isEmpty();
        assertThat(identity.search(hospital, "Vanterpool", 5)).hasSize(1);
    }

    @Test
    void a_person_is_found_as_typed_and_nearly_as_typed_but_only_by_those_who_treat_them() {
        write(clinic, "José María", "Núñez Arriaga", "1961-03-05", "508-555-7106", "8 Main Street", "A-6");
        for (String typed : List.of(
                "nunez",
                "jose nun",
                "Núñez 1961-03-05",
                "03/05/1961 nunez",
                "(508) 555-7106",
                "5557106",
                mrn("A-6"),
                "nunes arriaga")) {
            assertThat(identity.search(clinic, typed, 5))
                    .as(typed)
                    .extracting(PersonHit::name)
                    .contains("José María Núñez Arriaga");
            assertThat(identity.search(stranger, typed, 5)).as(typed).isEmpty();
        }
        assertThat(identity.search(clinic, "nunez 1999-01-01", 5)).isEmpty();
        assertThat(identity.search(clinic, "100% _", 5)).isEmpty();
    }

    @Test
    void a_person_is_found_by_the_letters_of_the_name_and_by_those_of_a_plain_keyboard() {
        write(clinic, "Łucjan", "Strauß", "1978-06-19", "508-555-7641", "31 Tannery Row", "A-81");
        write(clinic, "Þorvaldur", "Kaʻiminaʻauao", "1932-04-02", "508-555-7642", "6 Harpoon Court", "A-82");
        write(clinic, "Nađa", "Sjøæs", "2001-09-27", "508-555-7643", "118 Orchard Loop", "A-83");
        assertFound("Łucjan Strauß", "lucjan", "LUCJAN", "łucjan", "strauss", "strauß", "STRAUSS łuc", "straus");
        assertFound("Þorvaldur Kaʻiminaʻauao", "thorvaldur", "þorvaldur", "kaiminaauao", "ka'iminaʻauao");
        assertFound("Nađa Sjøæs", "nada sjoaes", "nađa", "sjøæs", "SJØÆS");
    }

    @Test
    void names_that_were_filed_before_are_found_by_base_letters_once_the_migration_has_run() throws Exception {
        Stored copy = write(clinic, "Guðbjörg", "Haʻalilio", "1966-08-13", "508-555-7644", "70 Lava Lane", "A-84");
        String migration = new String(
                new org.springframework.core.io.ClassPathResource("db/migration/identity/V8__base_letters.sql")
                        .getInputStream()
                        .readAllBytes(),
                java.nio.charset.StandardCharsets.UTF_8);
        new org.springframework.transaction.support.TransactionTemplate(transactions).executeWithoutResult(changes -> {
            changes.setRollbackOnly();
            String made = names(copy);
            assertThat(made).isEqualTo(" gudbjorg haalilio ");
            jdbc.sql("update identity.source set names = ' guðbjorg haʻalilio ' where pat = ?")
                    .param(copy.rid())
                    .update();
            assertThat(identity.search(clinic, "gudbjorg haalilio", 5)).isEmpty();
            jdbc.sql("set local search_path to identity").update();
            jdbc.sql(migration).update();
            jdbc.sql("set local search_path to default").update();
            assertThat(names(copy)).isEqualTo(made);
            assertFound("Guðbjörg Haʻalilio", "gudbjorg haalilio", "Guðbjörg Haʻalilio");
        });
    }

    private void assertFound(String name, String... typed) {
        for (String one : typed) {
            assertThat(identity.search(clinic, one, 5))
                    .as(one)
                    .extracting(PersonHit::name)
                    .containsExactly(name);
        }
    }

    private String names(Stored copy) {
        return jdbc.sql("select names from identity.source where pat = ?")
                .param(copy.rid())
                .query(String.class)
                .single();
    }

    @Test
    void whoever_is_listed_by_a_search_for_people_can_read_that_they_were() {
        Stored listed = write(clinic, "Ludovica", "Straparola", "1957-11-30", "508-555-7107", "9 Main Street", "A-77");
        identity.search(clinic, "straparola", 5);
        identity.search(Caller.PLATFORM, "straparola", 5);
        identity.search(stranger, "straparola", 5);
        assertThat(trail.ofPatients(List.of(listed.rid()), Long.MAX_VALUE, 10))
                .filteredOn(row -> row.subject().equals("Person?text"))
                .extracting(AuditTrail.Entry::username)
                .containsExactly(clinic.username());
    }

    @Test
    void two_who_send_the_same_person_at_once_end_with_one() throws Exception {
        List<Stored> written = java.util.Collections.synchronizedList(new ArrayList<>());
        try (var pool = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 12; i++) {
                String day = "%d-%02d-%02d".formatted(1940 + 5 * i, 1 + i, 28 - 2 * i);
                String phone = "508-555-7%03d".formatted(200 + 37 * i);
                String record = "C-" + i;
                String given = GIVEN.get(i);
                String family = "Wexcombe";
                CyclicBarrier together = new CyclicBarrier(2);
                List<Future<?>> both = new ArrayList<>();
                for (Caller caller : List.of(clinic, hospital)) {
                    both.add(pool.submit(() -> {
                        together.await();
                        written.add(write(caller, given, family, day, phone, "6 Same Street", record));
                        return null;
                    }));
                }
                for (Future<?> one : both) {
                    one.get();
                }
            }
        }
        assertThat(written).hasSize(24);
        assertThat(written.stream()
                        .map(s -> identity.personOf(s.rid()).orElseThrow())
                        .distinct())
                .hasSize(12);
    }

    @Test
    void a_deleted_copy_leaves_its_person() {
        Stored one = write(clinic, "Wilhelmina", "Zandstra", "1939-10-10", "508-555-7107", "2 Dune Street", "A-7");
        Stored two = write(hospital, "Wilhelmina", "Zandstra", "1939-10-10", "508-555-7107", "2 Dune Street", "B-7");
        String person = identity.personOf(one.rid()).orElseThrow();
        records.delete(hospital, "Patient", two.id(), null);
        assertThat(identity.personOf(two.rid())).isEmpty();
        assertThat(identity.person(clinic, person).sources()).hasSize(1);
    }

    @Test
    void an_account_of_a_person_who_was_found_to_be_another_keeps_its_record() {
        Stored first = write(clinic, "Leocadia", "Thistlewood", "1957-07-21", "508-555-7108", "4 Mill Street", "A-8");
        Stored second = write(hospital, "Norbert", "Ashgrove", "1983-02-14", "508-555-7677", "90 Pond Road", "B-8");
        String before = identity.personOf(first.rid()).orElseThrow();
        String party = "Person/" + before;
        accounts.party(party, "Leocadia Thistlewood", PartyKind.PERSON);
        Caller patient = new Caller("leocadia", "Leocadia Thistlewood", party, "Herself", Set.of(Role.PATIENT), "en");
        assertThat(records.find(patient, "Patient", first.id())).isPresent();
        assertThat(records.find(patient, "Patient", second.id())).isEmpty();

        var corrected = new PatientOf("Leocadia", "Thistlewood", "1957-07-21", "508-555-7108", "4 Mill Street", "B-8")
                .json(hospital);
        records.update(hospital, corrected.put("id", second.id()), second.version());

        String after = identity.personOf(first.rid()).orElseThrow();
        assertThat(identity.personOf(second.rid())).contains(after);
        assertThat(after).isNotEqualTo(before);
        assertThat(records.find(patient, "Patient", first.id())).isPresent();
        assertThat(records.find(patient, "Patient", second.id())).isPresent();
        assertThat(identity.person(patient, before).sources()).hasSize(2);
        assertThat(identity.partiesOf(second.rid())).containsExactlyInAnyOrder(party, "Person/" + after);

        write(stranger, "Leocadia", "Thistlewood", "1957-07-21", "508-555-7108", "4 Mill Street", "C-8");
        assertThat(identity.person(patient, before).sources())
                .as("what is written later is theirs too")
                .hasSize(3);
    }

    private Caller member(String name) {
        String party = "Organization/" + UUID.randomUUID();
        accounts.party(party, name, PartyKind.CLINICAL);
        return new Caller(
                name.toLowerCase(java.util.Locale.ROOT).replace(' ', '-'),
                name,
                party,
                name,
                Set.of(Role.SOURCE),
                "en");
    }

    private Stored write(
            Caller by, String given, String family, String birthDate, String phone, String line, String number) {
        return records.create(by, new PatientOf(given, family, birthDate, phone, line, number).json(by));
    }

    private static String mrn(String name) {
        return "MRN" + name;
    }

    private record PatientOf(String given, String family, String birthDate, String phone, String line, String number) {
        tools.jackson.databind.node.ObjectNode json(Caller by) {
            return Json.parse("""
                    {"resourceType":"Patient","identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203",
                    "code":"MR"}]},"system":"https://%s.example.org/mrn","value":"%s"}],"name":[{"family":"%s","given":["%s"]}],
                    "telecom":[{"system":"phone","value":"%s"}],"gender":"unknown","birthDate":"%s",
                    "address":[{"line":["%s"],"city":"Worcester","state":"MA","postalCode":"01610"}]}""".formatted(by.username(), mrn(number), family, given, phone, birthDate, line));
        }
    }
}
