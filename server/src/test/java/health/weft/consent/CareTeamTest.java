package health.weft.consent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Proxies;
import health.weft.security.Relations;
import health.weft.security.Relations.Reader;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** A clinic that treats people, and those whom it takes into their care teams: what a seat opens, and to whom it never does. */
class CareTeamTest extends WeftTest {
    private static final List<String> GIVEN = List.of(
            "Aurelio", "Bronwen", "Casimir", "Delphine", "Eustace", "Friederike", "Gwendolyn", "Hippolyte", "Isadora");
    private static final String REFUSED = """
            {"type":"deny","actor":[{"role":{"text":"recipient"},"reference":{"reference":"Organization/%s"}}]}""";

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String clinic = "team-clinic-" + mark;
    private final String dentist = "team-dentist-" + mark;
    private final String optician = "team-optician-" + mark;
    private final String pantry = "team-pantry-" + mark;
    private final String insurer = "team-insurer-" + mark;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Records records;

    @Autowired
    private Relations relations;

    @Autowired
    private EarlierCareTeams earlier;

    @Autowired
    private Proxies proxies;

    private int people;
    private String atClinic = "";
    private String atDentist = "";
    private String atOptician = "";
    private String atPantry = "";
    private String atInsurer = "";

    /** Somebody whom the clinic treats: ids of the Patient, and of a Condition that the clinic wrote. */
    private record Somebody(String patient, String condition) {}

    @BeforeAll
    void a_clinic_and_those_it_works_with() {
        atClinic = member(clinic, PartyKind.CLINICAL);
        atDentist = member(dentist, PartyKind.CLINICAL);
        atOptician = member(optician, PartyKind.CLINICAL);
        atPantry = member(pantry, PartyKind.COMMUNITY);
        atInsurer = member(insurer, PartyKind.PAYER);
        for (String name : List.of(clinic, dentist, optician, pantry, insurer)) {
            records.put(
                    Caller.PLATFORM,
                    Json.parse(
                            "{\"resourceType\":\"Organization\",\"id\":\"" + name + "\",\"name\":\"" + name + "\"}"));
        }
    }

    @Test
    void a_seat_opens_the_record_and_closes_it_when_it_is_taken_away_suspended_or_deleted() throws Exception {
        Somebody somebody = somebody();
        refused(atDentist, somebody.condition());
        String team = team(atClinic, somebody, member("Organization/" + dentist, ""));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        assertThat(send("GET", "/Patient/" + somebody.patient() + "/$everything", atDentist, "")
                        .body())
                .contains(somebody.condition());
        change(team, json -> json.put("status", "suspended"));
        refused(atDentist, somebody.condition());
        change(team, json -> json.put("status", "active"));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        change(team, json -> json.putArray("participant")
                .addObject()
                .putObject("member")
                .put("display", "Nobody"));
        refused(atDentist, somebody.condition());
        change(
                team,
                json -> json.set(
                        "participant",
                        Json.parse("{\"p\":[" + member("Organization/" + dentist, "") + "]}")
                                .path("p")));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        assertThat(send("DELETE", "/CareTeam/" + team, atClinic, "").statusCode())
                .isLessThan(300);
        refused(atDentist, somebody.condition());
    }

    @Test
    void only_a_team_that_is_said_to_be_active_gives_seats() throws Exception {
        Somebody somebody = somebody();
        for (String status : List.of("", "proposed", "inactive", "suspended", "entered-in-error")) {
            created(atClinic, teamBody(somebody.patient(), status, member("Organization/" + dentist, "")));
            assertThat(status(atDentist, "Condition/" + somebody.condition()))
                    .as(status)
                    .isEqualTo(404);
        }
    }

    @Test
    void a_seat_begins_and_ends_with_the_periods_of_the_team_and_of_the_part_in_it() throws Exception {
        LocalDate today = LocalDate.now();
        Somebody somebody = somebody();
        String condition = "Condition/" + somebody.condition();
        String past = ",\"period\":{\"start\":\"2019\",\"end\":\"2020-03\"}";
        team(atClinic, somebody, member("Organization/" + dentist, past));
        String ahead = ",\"period\":{\"start\":\"" + today.plusDays(2) + "\"}";
        team(atClinic, somebody, member("Organization/" + optician, ahead));
        assertThat(status(atDentist, condition)).as("is over").isEqualTo(404);
        assertThat(status(atOptician, condition)).as("has not begun").isEqualTo(404);
        assertThat(readers(somebody)).isEmpty();

        Instant soon = now().plusSeconds(3);
        Instant over = soon.plusSeconds(3);
        String within = ",\"period\":{\"start\":\"" + soon + "\",\"end\":\"2090\"}";
        ObjectNode team = Json.parse(teamBody(somebody.patient(), "active", member("Organization/" + dentist, within)));
        team.putObject("period").put("start", "2019").put("end", over.toString());
        created(atClinic, team.toString());
        assertThat(status(atDentist, condition)).isEqualTo(404);
        await().atMost(Duration.ofSeconds(20)).until(() -> status(atDentist, condition) == 200);
        assertThat(now()).isAfterOrEqualTo(soon);
        await().atMost(Duration.ofSeconds(20)).until(() -> status(atDentist, condition) == 404);
        assertThat(now()).isAfterOrEqualTo(over);

        HttpResponse<String> wrong = send(
                "POST",
                "/CareTeam",
                atClinic,
                teamBody(
                        somebody.patient(),
                        "active",
                        member("Organization/" + dentist, ",\"period\":{\"start\":\"2026-02-30\"}")));
        assertThat(wrong.statusCode()).as(wrong.body()).isBetween(400, 422);
    }

    @Test
    void a_role_seats_its_organisation_and_never_another_that_it_is_given_to_later() throws Exception {
        Somebody somebody = somebody();
        String condition = "Condition/" + somebody.condition();
        String practitioner = created(atDentist, "{\"resourceType\":\"Practitioner\",\"name\":[{\"family\":\"Pym\"}]}");
        String role = created(atDentist, """
                {"resourceType":"PractitionerRole","practitioner":{"reference":"Practitioner/%s"},
                 "organization":{"reference":"Organization/%s"}}""".formatted(practitioner, dentist));
        String team = team(atClinic, somebody, member("PractitionerRole/" + role, ""));
        assertThat(status(atDentist, condition)).isEqualTo(200);
        ObjectNode moved = get(atDentist, "/PractitionerRole/" + role);
        moved.putObject("organization").put("reference", "Organization/" + optician);
        assertThat(send("PUT", "/PractitionerRole/" + role, atDentist, moved.toString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(status(atDentist, condition)).as("the role is another's").isEqualTo(404);
        assertThat(status(atOptician, condition)).as("whom nobody seated").isEqualTo(404);
        change(team, json -> json.put("name", "Said again"));
        assertThat(status(atOptician, condition)).as("the clinic said it").isEqualTo(200);
        moved = get(atDentist, "/PractitionerRole/" + role);
        assertThat(send(
                                "PUT",
                                "/PractitionerRole/" + role,
                                atDentist,
                                moved.put("active", false).toString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(status(atOptician, condition)).as("the role has ended").isEqualTo(404);
    }

    @Test
    void on_behalf_of_an_organisation_somebody_sits_there_and_a_lone_practitioner_seats_none() throws Exception {
        Somebody somebody = somebody();
        String practitioner =
                created(atDentist, "{\"resourceType\":\"Practitioner\",\"name\":[{\"family\":\"Quill\"}]}");
        team(atClinic, somebody, member("Practitioner/" + practitioner, ""));
        refused(atDentist, somebody.condition());
        team(
                atClinic,
                somebody,
                member(
                        "Practitioner/" + practitioner,
                        ",\"onBehalfOf\":{\"reference\":\"Organization/" + dentist + "\"}"));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
    }

    @Test
    void nobody_seats_themselves_by_a_patient_that_a_referral_showed_or_by_a_copy_that_treats_nobody()
            throws Exception {
        Somebody somebody = somebody();
        relations.share(
                "Organization/" + dentist,
                List.of(rid("Patient", somebody.patient())),
                "Task/team-test-" + mark,
                null,
                0);
        assertThat(status(atDentist, "Patient/" + somebody.patient()))
                .as("a referral shows who it is")
                .isEqualTo(200);
        team(atDentist, somebody, member("Organization/" + dentist, ""), member("Organization/" + optician, ""));
        refused(atDentist, somebody.condition());
        refused(atOptician, somebody.condition());

        String copy = patient(atPantry, people);
        assertThat(identity.personOf(rid("Patient", copy)))
                .isEqualTo(identity.personOf(rid("Patient", somebody.patient())));
        created(
                atPantry,
                teamBody(copy, "active", member("Organization/" + pantry, ""), member("Organization/" + dentist, "")));
        refused(atPantry, somebody.condition());
        refused(atDentist, somebody.condition());
    }

    @Test
    void a_seat_is_not_passed_on() throws Exception {
        Somebody somebody = somebody();
        String team = team(atClinic, somebody, member("Organization/" + dentist, ""));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        team(atDentist, somebody, member("Organization/" + optician, ""), member("Organization/" + dentist, ""));
        refused(atOptician, somebody.condition());
        created(atDentist, consent(somebody.patient(), """
                {"type":"permit","actor":[{"role":{"text":"recipient"},"reference":{"reference":"Organization/%s"}}],
                 "purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]}""".formatted(optician)));
        refused(atOptician, somebody.condition());
        change(team, json -> json.put("status", "inactive"));
        refused(atDentist, somebody.condition());
    }

    @Test
    void what_the_person_refuses_stays_closed_to_a_seat_and_who_is_shut_out_seats_nobody() throws Exception {
        Somebody somebody = somebody();
        team(atClinic, somebody, member("Organization/" + dentist, ""), member("Organization/" + optician, ""));
        String consent = created(atClinic, consent(somebody.patient(), REFUSED.formatted(dentist)));
        refused(atDentist, somebody.condition());
        assertThat(status(atOptician, "Condition/" + somebody.condition())).isEqualTo(200);
        ObjectNode taken = get(atClinic, "/Consent/" + consent).put("status", "inactive");
        assertThat(send("PUT", "/Consent/" + consent, atClinic, taken.toString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        created(atClinic, consent(somebody.patient(), REFUSED.formatted(clinic)));
        refused(atDentist, somebody.condition());
        refused(atOptician, somebody.condition());
    }

    @Test
    void what_is_sensitive_stays_closed_to_a_seat_until_a_consent_names_it() throws Exception {
        Somebody somebody = somebody();
        String sensitive = condition(atClinic, somebody.patient(), "7200002");
        team(atClinic, somebody, member("Organization/" + dentist, ""));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        refused(atDentist, sensitive);
        created(atClinic, consent(somebody.patient(), """
                {"type":"permit","actor":[{"role":{"text":"recipient"},"reference":{"reference":"Organization/%s"}}],
                 "securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SUD"}]}""".formatted(dentist)));
        assertThat(status(atDentist, "Condition/" + sensitive)).isEqualTo(200);
    }

    @Test
    void a_community_worker_of_a_seated_pantry_sees_no_chart_and_an_insurer_has_no_seat() throws Exception {
        Somebody somebody = somebody();
        team(atClinic, somebody, member("Organization/" + pantry, ""), member("Organization/" + insurer, ""));
        String worker = "team-worker-" + mark;
        accounts.ensure(worker, "Worker", "Organization/" + pantry, Set.of(Role.COMMUNITY_WORKER), "en", null);
        refused(accounts.token(worker, Duration.ofHours(1)), somebody.condition());
        assertThat(status(atPantry, "Condition/" + somebody.condition()))
                .as("its own system works with charts")
                .isEqualTo(200);
        refused(atInsurer, somebody.condition());
    }

    @Test
    void the_person_gives_a_seat_and_reads_who_sits_there() throws Exception {
        Somebody somebody = somebody();
        String person = identity.personOfPatient(somebody.patient()).orElseThrow();
        accounts.party("Person/" + person, "Somebody", PartyKind.PERSON);
        accounts.ensure("team-me-" + person, "Somebody", "Person/" + person, Set.of(Role.PATIENT), "en", null);
        String me = accounts.token("team-me-" + person, Duration.ofHours(1));
        team(me, somebody, member("Organization/" + dentist, ",\"period\":{\"end\":\"2090-05-01T00:00:00Z\"}"));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        assertThat(readers(somebody))
                .containsExactly(new Reader(
                        "Organization/" + dentist,
                        dentist,
                        "team",
                        true,
                        0,
                        false,
                        Instant.parse("2090-05-01T00:00:00Z")));
        patient(atDentist, people);
        assertThat(readers(somebody))
                .as("who treats the person needs no seat")
                .extracting(Reader::basis)
                .containsExactly("treatment");
    }

    /** A daughter with all of the record decides with her mother; a neighbour who reads some of it decides nothing. */
    @Test
    void who_acts_for_the_person_gives_a_seat_and_who_only_reads_for_them_gives_none() throws Exception {
        Somebody somebody = somebody();
        String person = identity.personOfPatient(somebody.patient()).orElseThrow();
        accounts.party("Person/" + person, "Somebody", PartyKind.PERSON);
        accounts.ensure("team-self-" + person, "Somebody", "Person/" + person, Set.of(Role.PATIENT), "en", null);
        Caller daughter = acting(person, "daughter", -1);
        Caller neighbour = acting(person, "neighbour", 0);
        records.create(
                neighbour, Json.parse(teamBody(somebody.patient(), "active", member("Organization/" + optician, ""))));
        assertThat(status(atOptician, "Condition/" + somebody.condition())).isEqualTo(404);
        Stored team = records.create(
                daughter, Json.parse(teamBody(somebody.patient(), "active", member("Organization/" + dentist, ""))));
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
        assertThat(readers(somebody))
                .extracting(Reader::party, Reader::basis)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("Organization/" + dentist, "team"));
        Caller me = accounts.caller("team-self-" + person).orElseThrow();
        assertThat(proxies.end(me, Long.parseLong(daughter.party().substring(6)), List.of(person)))
                .isTrue();
        assertThat(status(atDentist, "Condition/" + somebody.condition()))
                .as("what she decided while she acted stands")
                .isEqualTo(200);
        ObjectNode ended =
                records.read(Caller.PLATFORM, "CareTeam", team.id()).json().put("status", "inactive");
        records.update(Caller.PLATFORM, ended, null);
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(404);
    }

    /** Somebody who acts for a person: -1 for all of the record, 0 for what is not sensitive. */
    private Caller acting(String person, String who, int categories) {
        String username = "team-" + who + "-" + person;
        accounts.party("Person/" + username, who, PartyKind.PERSON);
        accounts.ensure(username, who, "Person/" + username, Set.of(Role.PATIENT), "en", null);
        jdbc.sql("update security.account set mail = username || '@home.example' where username = ?")
                .param(username)
                .update();
        byte[] hash = UUID.randomUUID().toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Caller me = accounts.caller("team-self-" + person).orElseThrow();
        long id = proxies.offer(
                me,
                person,
                "Somebody",
                Proxies.Kind.CAREGIVER,
                categories,
                null,
                null,
                username + "@home.example",
                hash,
                Duration.ofDays(1));
        assertThat(proxies.accept(hash, username)).isTrue();
        return proxies.acting(accounts.caller(username).orElseThrow(), id).orElseThrow();
    }

    @Test
    void a_seat_holds_for_all_copies_of_the_person_and_for_no_longer_than_they_are_one() throws Exception {
        Somebody somebody = somebody();
        String copy = patient(atOptician, people);
        String theirs = condition(atOptician, copy, "38341003");
        team(atClinic, somebody, member("Organization/" + dentist, ""));
        assertThat(status(atDentist, "Condition/" + theirs)).isEqualTo(200);
        ObjectNode other = get(atOptician, "/Patient/" + copy);
        other.put("birthDate", "1931-11-30").put("gender", "male");
        other.remove(List.of("telecom", "address"));
        other.putArray("name")
                .addObject()
                .put("family", "Otherwise")
                .putArray("given")
                .add("Zebedee");
        assertThat(send("PUT", "/Patient/" + copy, atOptician, other.toString()).statusCode())
                .isEqualTo(200);
        assertThat(identity.personOf(rid("Patient", copy)))
                .as("no longer one person")
                .isNotEqualTo(identity.personOf(rid("Patient", somebody.patient())));
        refused(atDentist, theirs);
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
    }

    @Test
    void who_deleted_the_patient_that_they_kept_seats_nobody_any_more() throws Exception {
        Somebody somebody = somebody();
        String copy = patient(atOptician, people);
        String theirs = condition(atOptician, copy, "38341003");
        String team = team(atClinic, somebody, member("Organization/" + dentist, ""));
        assertThat(status(atDentist, "Condition/" + theirs)).isEqualTo(200);
        assertThat(send("DELETE", "/Patient/" + somebody.patient(), atClinic, "")
                        .statusCode())
                .isLessThan(300);
        refused(atDentist, theirs);
        refused(atDentist, somebody.condition());
        ObjectNode again = get(atClinic, "/CareTeam/" + team).put("name", "Said again");
        assertThat(send("PUT", "/CareTeam/" + team, atClinic, again.toString()).statusCode())
                .as("about nobody")
                .isBetween(400, 422);
        refused(atDentist, theirs);
    }

    @Test
    void teams_that_were_there_before_are_read_once_in_the_background() throws Exception {
        Somebody somebody = somebody();
        String team = team(atClinic, somebody, member("Organization/" + dentist, ""));
        // As before the migration: the CareTeam is there, and no seat.
        jdbc.sql("delete from security.seat where careteam = ?")
                .param(rid("CareTeam", team))
                .update();
        jdbc.sql("delete from security.relation where party = ? and team")
                .param("Organization/" + dentist)
                .update();
        refused(atDentist, somebody.condition());
        jdbc.sql("update security.seating set position = 0, done = false").update();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            earlier.all();
            return jdbc.sql("select done from security.seating")
                    .query(Boolean.class)
                    .single();
        });
        assertThat(status(atDentist, "Condition/" + somebody.condition())).isEqualTo(200);
    }

    // ---------------------------------------------------------------------------------------------- the network

    /** Answered as if it were not there, and on record. */
    private void refused(String token, String condition) throws Exception {
        long before = refusals(condition);
        assertThat(status(token, "Condition/" + condition)).isEqualTo(404);
        assertThat(refusals(condition)).isEqualTo(before + 1);
    }

    private long refusals(String condition) {
        return jdbc.sql("select count(*) from audit.event where subject = ? and outcome = 'refused'")
                .param("Condition/" + condition)
                .query(Long.class)
                .single();
    }

    private List<Reader> readers(Somebody somebody) {
        long pat = rid("Patient", somebody.patient());
        return relations.readers(relations.copies(List.of(identity.personOf(pat).orElseThrow()))).stream()
                .filter(reader -> !reader.party().equals("Organization/" + clinic))
                .toList();
    }

    private Instant now() {
        return jdbc.sql("select now()").query(OffsetDateTime.class).single().toInstant();
    }

    private long rid(String type, String id) {
        return jdbc.sql("select rid from record.res where rtype = ? and id = ?")
                .params(type, id)
                .query(Long.class)
                .single();
    }

    private static String member(String reference, String more) {
        return "{\"member\":{\"reference\":\"" + reference + "\"}" + more + "}";
    }

    private static String teamBody(String patient, String status, String... participants) {
        return "{\"resourceType\":\"CareTeam\","
                + (status.isEmpty() ? "" : "\"status\":\"" + status + "\",")
                + "\"subject\":{\"reference\":\"Patient/" + patient + "\"},\"participant\":["
                + String.join(",", participants) + "]}";
    }

    private String team(String token, Somebody somebody, String... participants) throws Exception {
        return created(token, teamBody(somebody.patient(), "active", participants));
    }

    private void change(String team, Consumer<ObjectNode> change) throws Exception {
        ObjectNode json = get(atClinic, "/CareTeam/" + team);
        change.accept(json);
        HttpResponse<String> answer = send("PUT", "/CareTeam/" + team, atClinic, json.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static String consent(String patient, String provision) {
        return """
                {"resourceType":"Consent","status":"active","patient":{"reference":"Patient/%s"},
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                 "provision":%s}""".formatted(patient, provision);
    }

    private Somebody somebody() throws Exception {
        String patient = patient(atClinic, ++people);
        return new Somebody(patient, condition(atClinic, patient, "38341003"));
    }

    private String patient(String token, int n) throws Exception {
        Random random = new Random((mark + n).hashCode());
        String family = random.ints(9, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return created(token, """
                {"resourceType":"Patient","name":[{"family":"T%s","given":["%s"]}],"gender":"female","birthDate":"19%d-0%d-1%d",
                 "telecom":[{"system":"phone","value":"508 5%d"}],
                 "address":[{"line":["%d Bench Street"],"city":"Worcester","state":"MA","postalCode":"01610"}]}""".formatted(
                        family,
                        GIVEN.get(n % GIVEN.size()),
                        40 + random.nextInt(50),
                        1 + random.nextInt(9),
                        random.nextInt(9),
                        100000 + random.nextInt(800000),
                        1 + random.nextInt(900)));
    }

    private String condition(String token, String patient, String code) throws Exception {
        return created(token, """
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"%s"}]}}""".formatted(patient, code));
    }

    private int status(String token, String path) throws Exception {
        return send("GET", "/" + path, token, "").statusCode();
    }

    private ObjectNode get(String token, String path) throws Exception {
        return Json.parse(send("GET", path, token, "").body());
    }

    private String created(String token, String body) throws Exception {
        HttpResponse<String> made = send("POST", "/" + Json.text(Json.parse(body), "resourceType"), token, body);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }
}
