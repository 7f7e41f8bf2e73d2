package health.weft.trail;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.fhir.Validation;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The trail as AuditEvents: what each row becomes, and who reads which. */
class AuditEventTest extends WeftTest {
    private static final String PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";

    private final String mark = UUID.randomUUID().toString().substring(0, 6);

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Audit audit;

    @Autowired
    private JdbcClient jdbc;

    private Caller clinic;
    private Caller other;
    private Stored ada;
    private Stored bea;
    private String officer = "";
    private String system = "";
    private String herself = "";
    private final List<String> people = new ArrayList<>();

    @BeforeAll
    void two_clinics_two_people_and_an_officer() {
        clinic = Copies.clinic(accounts, "Trail Clinic");
        other = Copies.clinic(accounts, "Trail Hospital");
        ada = Copies.write(records, clinic, "Thessaly Quillfeather", "1931-02-03", "508-555-6101", "1 Trail Road");
        bea = Copies.write(records, other, "Ottoline Pemberwick", "1952-08-19", "508-555-6102", "2 Trail Road");
        system = accounts.token(clinic.username(), Duration.ofHours(1));
        accounts.party("Organization/trail-office-" + mark, "Trail Office", PartyKind.NETWORK);
        officer = token("officer", "Organization/trail-office-" + mark, Role.PRIVACY_OFFICER);
        String person = identity.personOf(ada.rid()).orElseThrow();
        accounts.party("Person/" + person, "Thessaly Quillfeather", PartyKind.PERSON);
        herself = token("herself", "Person/" + person, Role.PATIENT);
        people.add("trail-herself-" + mark);
    }

    @AfterAll
    void close() {
        people.forEach(accounts::end);
    }

    private String token(String name, String party, Role role) {
        String username = "trail-" + name + "-" + mark;
        accounts.ensure(username, name, party, Set.of(role), "en", null);
        return accounts.token(username, Duration.ofHours(1));
    }

    /** The number of the row that this leaves. */
    private long row(Caller who, Audit.Action action, String subject, Long... pats) {
        if (action == Audit.Action.REFUSED) {
            audit.refused(who, subject, List.of(pats));
        } else {
            audit.record(who, action, subject, List.of(pats));
        }
        return jdbc.sql("select max(id) from audit.event where username = ? and subject = ?")
                .params(who.username(), subject)
                .query(Long.class)
                .single();
    }

    private int status(String token, String path) throws Exception {
        return send("GET", "/AuditEvent" + path, token, "").statusCode();
    }

    private ObjectNode got(String token, String path) throws Exception {
        HttpResponse<String> answer = send("GET", "/AuditEvent" + path, token, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private List<Long> found(String token, String query) throws Exception {
        return got(token, query)
                .path("entry")
                .valueStream()
                .map(e -> Long.valueOf(e.at("/resource/id").asString("")))
                .toList();
    }

    // ------------------------------------------------------------------------------------------------ Bundles

    private record Row(String action, String subject, Set<Long> pats) {}

    private List<Row> rows(String username, long after) {
        return jdbc.sql("select action, subject, pats from audit.event where username = ? and id > ? order by id")
                .params(username, after)
                .query((rs, n) -> new Row(rs.getString("action"), rs.getString("subject"), Set.of((Long[])
                        rs.getArray("pats").getArray())))
                .list();
    }

    private long last() {
        return jdbc.sql("select coalesce(max(id), 0) from audit.event")
                .query(Long.class)
                .single();
    }

    private static void entry(ObjectNode bundle, String method, String url) {
        bundle.withArray("entry")
                .addObject()
                .putObject("request")
                .put("method", method)
                .put("url", url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch", "transaction"})
    void what_a_bundle_shows_is_read_in_the_trail_as_if_it_had_been_asked_for_alone(String kind) {
        ObjectNode bundle = Json.object("Bundle").put("type", kind);
        entry(bundle, "GET", "Patient/" + ada.id());
        entry(bundle, "GET", "Patient?birthdate=1931-02-03");
        long before = last();
        records.transaction(clinic, bundle);
        assertThat(rows(clinic.username(), before))
                .containsExactly(new Row("READ", "Bundle (Patient 2)", Set.of(ada.rid())));
    }

    @Test
    void a_bundle_that_reads_and_writes_leaves_a_row_for_each_and_one_that_finds_nothing_a_row_all_the_same() {
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        entry(bundle, "GET", "Patient/" + ada.id());
        bundle.withArray("entry")
                .addObject()
                .<ObjectNode>set(
                        "resource",
                        Json.parse("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"noted %s\"}}".formatted(mark)))
                .putObject("request")
                .put("method", "POST")
                .put("url", "Basic");
        long before = last();
        records.transaction(clinic, bundle);
        assertThat(rows(clinic.username(), before))
                .containsExactlyInAnyOrder(
                        new Row("READ", "Bundle (Patient 1)", Set.of(ada.rid())),
                        new Row("UPDATE", "Bundle (Basic 1)", Set.of()));
        ObjectNode nothing = Json.object("Bundle").put("type", "batch");
        entry(nothing, "GET", "Patient?identifier=nobody-" + mark);
        long then = last();
        records.transaction(clinic, nothing);
        assertThat(rows(clinic.username(), then)).containsExactly(new Row("READ", "Bundle ()", Set.of()));
    }

    @Test
    void what_a_conditional_create_in_a_bundle_finds_there_is_read_and_not_written() {
        ObjectNode bundle = Json.object("Bundle").put("type", "batch");
        ObjectNode again = ada.json().deepCopy();
        again.remove("id");
        ObjectNode entry = bundle.withArray("entry").addObject();
        entry.set("resource", again);
        entry.putObject("request")
                .put("method", "POST")
                .put("url", "Patient")
                .put("ifNoneExist", "birthdate=1931-02-03&family=Quillfeather");
        long before = last();
        records.transaction(clinic, bundle);
        assertThat(rows(clinic.username(), before))
                .containsExactly(new Row("READ", "Bundle (Patient 1)", Set.of(ada.rid())));
    }

    // ------------------------------------------------------------------------------------------------ shapes

    @ParameterizedTest
    @EnumSource(Audit.Action.class)
    void every_action_becomes_a_valid_event_with_what_BALP_demands(Audit.Action action) throws Exception {
        String subject = action == Audit.Action.SEARCH ? "Condition?code&patient" : "Condition/trail-" + mark;
        ObjectNode event = got(officer, "/" + row(clinic, action, subject, ada.rid()));
        assertThat(Validation.check(event)).isEmpty();
        assertThat(event.at("/type/system").asString("")).isNotEmpty();
        assertThat(event.at("/type/code").asString("")).isNotEmpty();
        assertThat(Json.text(event, "recorded")).isNotEmpty();
        assertThat(Json.text(event, "action")).hasSize(1);
        boolean refused = action == Audit.Action.REFUSED;
        assertThat(Json.text(event, "outcome")).isEqualTo(refused ? "4" : "0");
        assertThat(event.at("/source/observer/display").asString("")).isEqualTo("Weft");
        assertThat(event.path("agent").valueStream().filter(a -> a.path("requestor")
                        .asBoolean(false)))
                .as("one asked")
                .hasSize(1)
                .allSatisfy(user -> {
                    assertThat(user.at("/who/identifier/value").asString("")).isEqualTo(clinic.username());
                    assertThat(user.path("name").asString("")).isEqualTo("Trail Clinic");
                    assertThat(user.at("/purposeOfUse/0/coding/0/code").asString(""))
                            .isEqualTo("TREAT");
                });
        assertThat(event.path("agent").size()).as("user, client, server").isEqualTo(3);
        assertThat(event.at("/agent/1/who/reference").asString("")).isEqualTo(clinic.party());
        for (int machine : List.of(1, 2)) {
            assertThat(event.at("/agent/" + machine + "/network/extension/0/valueCode")
                            .asString(""))
                    .isEqualTo("unknown");
        }
        assertThat(entity(event, "/type/code", "1").at("/what/reference").asString(""))
                .isEqualTo("Patient/" + ada.id());
        assertThat(entity(event, "/type/code", "1").at("/role/code").asString(""))
                .isEqualTo("1");
        JsonNode data = entity(event, "/type/code", "2");
        if (action == Audit.Action.SEARCH) {
            assertThat(data.at("/role/code").asString("")).isEqualTo("24");
            assertThat(data.has("what")).isFalse();
            assertThat(new String(Base64.getDecoder().decode(data.path("query").asString("")), StandardCharsets.UTF_8))
                    .isEqualTo(subject);
        } else {
            assertThat(data.at("/role/code").asString("")).isEqualTo("4");
            assertThat(data.at("/what/reference").asString("")).isEqualTo(subject);
        }
        String profile =
                switch (action) {
                    case READ -> "PatientRead";
                    case SEARCH -> "PatientQuery";
                    case CREATE -> "PatientCreate";
                    case UPDATE -> "PatientUpdate";
                    case DELETE -> "PatientDelete";
                    default -> "";
                };
        assertThat(event.at("/meta/profile/0").asString("")).isEqualTo(profile.isEmpty() ? "" : PROFILES + profile);
        if (action == Audit.Action.SIGN_IN) {
            assertThat(event.at("/type/code").asString("")).isEqualTo("110114");
        }
    }

    private static JsonNode entity(ObjectNode event, String path, String is) {
        return event.path("entity")
                .valueStream()
                .filter(e -> e.at(path).asString("").equals(is))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_is_no_reference_is_told_in_words_and_an_export_of_everybody_names_twenty() throws Exception {
        Long[] many = new Long[30];
        for (int i = 0; i < many.length; i++) {
            many[i] = Copies.write(
                            records,
                            other,
                            "Trailing Copyist" + i,
                            "19%02d-01-02".formatted(30 + i),
                            "508-555-7" + (300 + i),
                            i + " Copy Row")
                    .rid();
        }
        ObjectNode event = got(officer, "/" + row(other, Audit.Action.EXPORT, "$export system " + mark, many));
        assertThat(Validation.check(event)).isEmpty();
        assertThat(event.path("entity").size()).isEqualTo(21);
        assertThat(entity(event, "/type/code", "2").at("/what/display").asString(""))
                .contains("$export");
        assertThat(entity(event, "/type/code", "2").path("description").asString(""))
                .contains("More patients");
    }

    // ------------------------------------------------------------------------------------------------ who reads what

    @Test
    void a_person_reads_what_was_done_to_their_record_and_learns_of_nobody_else() throws Exception {
        long hers = row(clinic, Audit.Action.READ, "Observation/hers-" + mark, ada.rid());
        long theirs = row(other, Audit.Action.READ, "Observation/theirs-" + mark, bea.rid());
        long both = row(other, Audit.Action.UPDATE, "Patient/" + bea.id(), ada.rid(), bea.rid());
        List<Long> all = found(herself, "?_count=200");
        assertThat(all).contains(hers, both).doesNotContain(theirs);
        assertThat(status(herself, "/" + theirs)).isEqualTo(404);
        assertThat(status(herself, "/999999999999")).isEqualTo(404);
        String event = got(herself, "/" + both).toString();
        assertThat(event).contains(ada.id()).doesNotContain(bea.id()).doesNotContain(other.username() + "\"}");
        assertThat(Validation.check(Json.parse(event))).isEmpty();
        assertThat(found(herself, "?patient=" + bea.id())).isEmpty();
        assertThat(status(herself, "?agent:identifier=" + other.username())).isEqualTo(400);
        assertThat(found(officer, "?patient=Patient/" + bea.id()))
                .contains(theirs, both)
                .doesNotContain(hers);
    }

    @Test
    void a_system_reads_what_its_own_account_did() throws Exception {
        long mine = row(clinic, Audit.Action.READ, "Condition/mine-" + mark, ada.rid());
        long others = row(other, Audit.Action.READ, "Condition/others-" + mark, ada.rid());
        assertThat(found(system, "?_count=200")).contains(mine).doesNotContain(others);
        assertThat(status(system, "/" + others)).isEqualTo(404);
        assertThat(status(system, "/" + mine)).isEqualTo(200);
    }

    @Test
    void whoever_else_asks_is_refused_and_that_is_in_the_trail() throws Exception {
        String clerk = token("clerk", clinic.party(), Role.COORDINATOR);
        long row = row(clinic, Audit.Action.READ, "Condition/clerk-" + mark, ada.rid());
        assertThat(status(clerk, "")).isEqualTo(403);
        assertThat(status(clerk, "/" + row)).isEqualTo(403);
        assertThat(send(
                                "POST",
                                "/AuditEvent/_search",
                                clerk,
                                "patient=1",
                                "Content-Type",
                                "application/x-www-form-urlencoded")
                        .statusCode())
                .isEqualTo(403);
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where username = ? and action = 'REFUSED' and subject = 'AuditEvent'")
                        .param("trail-clerk-" + mark)
                        .query(Integer.class)
                        .single())
                .isEqualTo(3);
    }

    @Test
    void reading_the_trail_is_in_the_trail_by_the_names_of_parameters() throws Exception {
        row(clinic, Audit.Action.READ, "Condition/watched-" + mark, ada.rid());
        got(officer, "?patient=" + ada.id() + "&date=ge2026-01-01&_count=2");
        assertThat(jdbc.sql(
                                "select subject from audit.event where username = ? and ? = any(pats) and action = 'SEARCH' order by id desc limit 1")
                        .params("trail-officer-" + mark, ada.rid())
                        .query(String.class)
                        .single())
                .isEqualTo("AuditEvent?_count&date&patient");
    }

    // ------------------------------------------------------------------------------------------------ searching

    @Test
    void pages_follow_each_other_newest_first_and_lose_nothing() throws Exception {
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(row(clinic, Audit.Action.HISTORY, "Condition/page-" + i + mark, bea.rid()));
        }
        List<Long> read = new ArrayList<>();
        String next = "?patient=" + bea.id() + "&type=rest&action=R&agent=" + clinic.party() + "&_count=2";
        while (!next.isEmpty()) {
            ObjectNode page = got(officer, next);
            assertThat(page.at("/link/0/relation").asString("")).isEqualTo("self");
            assertThat(page.at("/link/0/url").asString(""))
                    .endsWith(next.substring(next.indexOf("&type")).replace("/", "%2F"));
            assertThat(page.path("entry").size()).isLessThanOrEqualTo(2);
            page.path("entry")
                    .valueStream()
                    .forEach(e -> read.add(Long.valueOf(e.at("/resource/id").asString(""))));
            next = page.path("link")
                    .valueStream()
                    .filter(l -> l.path("relation").asString("").equals("next"))
                    .map(l -> l.path("url")
                            .asString("")
                            .replaceFirst(".*AuditEvent", "")
                            .replace("%2F", "/"))
                    .findFirst()
                    .orElse("");
        }
        assertThat(read).isEqualTo(made);
    }

    @Test
    void each_parameter_finds_what_fits_it() throws Exception {
        long read = row(clinic, Audit.Action.READ, "Condition/each-" + mark, ada.rid());
        long signed = row(clinic, Audit.Action.SIGN_IN, "each-session-" + mark);
        long refused = row(clinic, Audit.Action.REFUSED, "each-secret-" + mark);
        String mine = "?_count=200&agent:identifier=" + clinic.username();
        assertThat(found(officer, mine)).contains(read, signed, refused);
        assertThat(found(officer, mine + "&type=http://dicom.nema.org/resources/ontology/DCM%7C110114"))
                .contains(signed)
                .doesNotContain(read, refused);
        assertThat(found(officer, mine + "&outcome=4,8")).contains(refused).doesNotContain(read, signed);
        assertThat(found(officer, mine + "&action=R,C")).contains(read).doesNotContain(signed, refused);
        assertThat(found(officer, mine + "&entity=Patient/" + ada.id()))
                .contains(read)
                .doesNotContain(signed);
        assertThat(found(officer, mine + "&date=lt2020")).isEmpty();
        assertThat(found(officer, mine + "&date=ge2020&date=ne2019-01-01&_sort=-date"))
                .contains(read);
        HttpResponse<String> posted = send(
                "POST",
                "/AuditEvent/_search",
                officer,
                "entity=Patient%2F" + ada.id(),
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(posted.body()).contains("\"" + read + "\"");
        assertThat(send("GET", "/AuditEvent/" + read, officer, "", "Accept", "application/fhir+xml")
                        .body())
                .startsWith("<")
                .contains("<AuditEvent");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?subtype=read",
                "?date=yesterday",
                "?date=zz2020-01-01",
                "?entity=Condition/1",
                "?patient=a/b",
                "?patient=1&patient=2",
                "?_count=some",
                "?_page=-1",
                "?_sort=date"
            })
    void what_it_cannot_answer_it_refuses_with_words(String query) throws Exception {
        HttpResponse<String> answer = send("GET", "/AuditEvent" + query, officer, "");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Json.parse(answer.body()).at("/issue/0/diagnostics").asString(""))
                .isNotEmpty();
    }

    @Test
    void the_capability_statement_tells_reading_and_searching_of_it_and_no_more() throws Exception {
        JsonNode type = Json.parse(send("GET", "/metadata", officer, "").body())
                .at("/rest/0/resource")
                .valueStream()
                .filter(r -> r.path("type").asString("").equals("AuditEvent"))
                .findFirst()
                .orElseThrow();
        assertThat(type.path("interaction").valueStream().map(i -> i.path("code")
                        .asString("")))
                .containsExactly("read", "search-type");
        assertThat(type.path("searchParam").valueStream().map(p -> p.path("name")
                        .asString("")))
                .containsExactlyInAnyOrder("date", "patient", "entity", "agent", "action", "type", "outcome");
    }
}
