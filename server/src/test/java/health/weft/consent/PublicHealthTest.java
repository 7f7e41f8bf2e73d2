package health.weft.consent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.bulk.BulkClient;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.RecordStore;
import health.weft.subscription.Receiver;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

/** A clinic, a health department, and what the law has reported between them. */
class PublicHealthTest extends WeftTest {
    private static final String MEASLES = "14189004";
    private static final String PERTUSSIS = "27836007";
    private static final String PRESSURE = "38341003";
    private static final String HIV = "86406008";

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String clinic = "reporting-clinic-" + mark;
    private final String department = "reporting-department-" + mark;
    private int people;

    @Autowired
    private Records records;

    @Autowired
    private Reporting reporting;

    @Autowired
    private RecordStore store;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    private String tokenClinic = "";
    private String tokenDepartment = "";

    @BeforeAll
    void a_clinic_and_a_health_department() {
        tokenClinic = member(clinic, PartyKind.CLINICAL);
        tokenDepartment = member(department, PartyKind.PUBLIC_HEALTH);
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"Health Department"}""".formatted(department)));
        reportable(MEASLES, HIV);
    }

    /** The network says what is reportable, and all is held against that. */
    private void reportable(String... codes) {
        String concepts = List.of(codes).stream()
                .map(code -> "{\"code\":\"" + code + "\"}")
                .collect(Collectors.joining(","));
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"ValueSet","id":"reportable","status":"active","url":"urn:weft:test:reportable",
                 "compose":{"include":[{"system":"http://snomed.info/sct","concept":[%s]}]}}""".formatted(concepts)));
        reporting.all();
    }

    @Test
    void a_health_department_sees_what_is_reportable_of_everybody_and_nothing_else_of_them() throws Exception {
        String patient = patient();
        String measles = condition(patient, MEASLES);
        String pressure = condition(patient, PRESSURE);
        assertThat(seen(tokenDepartment, measles)).isEqualTo("read search history version include total");
        assertThat(seen(tokenDepartment, pressure)).isEmpty();
        ObjectNode answer = get(tokenDepartment, "/Condition?patient=Patient/" + patient);
        assertThat(answer.path("entry").size()).isEqualTo(1);
        ObjectNode whole = get(tokenDepartment, "/Patient/" + patient + "/$everything");
        assertThat(whole.toString()).contains(measles).doesNotContain(pressure);
    }

    @Test
    void of_the_person_it_sees_the_name_and_how_to_reach_them_and_finds_nobody_by_more() throws Exception {
        String patient = patient();
        assertThat(status(tokenDepartment, "Patient/" + patient)).isEqualTo(404);
        condition(patient, MEASLES);
        ObjectNode shown = get(tokenDepartment, "/Patient/" + patient);
        assertThat(shown.has("name")).isTrue();
        assertThat(shown.has("telecom")).isTrue();
        assertThat(shown.has("birthDate")).isFalse();
        assertThat(shown.has("gender")).isFalse();
        assertThat(get(tokenDepartment, "/Patient?_id=" + patient + "&gender=female")
                        .has("entry"))
                .isFalse();
        assertThat(get(tokenDepartment, "/Patient?_has:Condition:patient:code=" + MEASLES)
                        .has("entry"))
                .isFalse();
        Caller nurse = nurse();
        String family = Json.text(shown.path("name").path(0), "family");
        assertThat(identity.search(nurse, family, 5)).singleElement().satisfies(hit -> {
            assertThat(hit.birthDate()).isNull();
            assertThat(hit.sex()).isNull();
        });
        String born = Json.text(get(tokenClinic, "/Patient/" + patient), "birthDate");
        assertThat(identity.search(nurse, family + " " + born, 5)).isEmpty();
    }

    @Test
    void a_test_an_immunization_and_a_report_are_reportable_by_their_codes_and_by_what_was_found() throws Exception {
        String patient = patient();
        String coded = "{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"%s\"}]}";
        String found = created("""
                {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},"code":{"text":"Culture"},"valueCodeableConcept":%s}""".formatted(patient, coded.formatted(MEASLES)));
        String other = created("""
                {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},"code":{"text":"Culture"},"valueCodeableConcept":%s}""".formatted(patient, coded.formatted(PRESSURE)));
        String report = created("""
                {"resourceType":"DiagnosticReport","status":"final","subject":{"reference":"Patient/%s"},"code":{"text":"Cultures"},"conclusionCode":[%s],
                 "result":[{"reference":"Observation/%s"},{"reference":"Observation/%s"}]}""".formatted(patient, coded.formatted(MEASLES), found, other));
        String shot = created("""
                {"resourceType":"Immunization","status":"completed","patient":{"reference":"Patient/%s"},"occurrenceDateTime":"2026-10-01","vaccineCode":%s}""".formatted(patient, coded.formatted(MEASLES)));
        String request = created("""
                {"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/%s"},"code":%s}""".formatted(patient, coded.formatted(MEASLES)));
        assertThat(status(tokenDepartment, "Observation/" + found)).isEqualTo(200);
        assertThat(status(tokenDepartment, "Immunization/" + shot)).isEqualTo(200);
        assertThat(status(tokenDepartment, "Observation/" + other)).isEqualTo(404);
        assertThat(status(tokenDepartment, "ServiceRequest/" + request))
                .as("other types are not")
                .isEqualTo(404);
        assertThat(get(tokenDepartment, "/DiagnosticReport?_id=" + report + "&_include=DiagnosticReport:result")
                        .toString())
                .contains("\"id\":\"" + found)
                .doesNotContain("\"id\":\"" + other);
    }

    @Test
    void what_is_sensitive_stays_closed_to_it_until_a_consent_names_it_and_so_does_who_it_is_about() throws Exception {
        String patient = patient();
        String hiv = condition(patient, HIV);
        assertThat(seen(tokenDepartment, hiv)).isEmpty();
        assertThat(status(tokenDepartment, "Patient/" + patient)).isEqualTo(404);
        String once = condition(patient, MEASLES);
        ObjectNode labelled = get(tokenClinic, "/Condition/" + once);
        labelled.withObject("/meta")
                .withArray("security")
                .addObject()
                .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
                .put("code", "SUD");
        put(labelled);
        assertThat(seen(tokenDepartment, once))
                .as("what a programme for substance use wrote")
                .isEmpty();
        created(consent(patient, "permit", """
                ,"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],
                "securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]"""));
        assertThat(seen(tokenDepartment, hiv)).contains("read search");
        assertThat(seen(tokenDepartment, once)).isEmpty();
    }

    @Test
    void a_persons_refusal_does_not_close_what_the_law_has_reported() throws Exception {
        String patient = patient();
        String measles = condition(patient, MEASLES);
        created(consent(patient, "deny", ""));
        assertThat(seen(tokenDepartment, measles)).contains("read search");
    }

    @Test
    void nobody_else_sees_it_neither_another_kind_of_organisation_nor_another_role_nor_whoever_has_left()
            throws Exception {
        String patient = patient();
        String measles = condition(patient, MEASLES);
        for (PartyKind kind : List.of(PartyKind.CLINICAL, PartyKind.COMMUNITY, PartyKind.PAYER, PartyKind.NETWORK)) {
            String name = "reporting-" + kind.name().toLowerCase(Locale.ROOT) + "-" + mark;
            assertThat(seen(member(name, kind), measles)).as(name).isEmpty();
        }
        for (Role role : List.of(
                Role.COMMUNITY_WORKER, Role.STEWARD, Role.CONVENER, Role.ORGANISATION_ADMIN, Role.PRIVACY_OFFICER)) {
            String name = "reporting-" + role.key() + "-" + mark;
            accounts.ensure(name, name, "Organization/" + department, Set.of(role), "en", null);
            String token = accounts.token(name, Duration.ofHours(1));
            assertThat(status(token, "Condition/" + measles)).as(name).isNotEqualTo(200);
        }
        String leaving = nurse().username();
        String token = accounts.token(leaving, Duration.ofHours(1));
        assertThat(seen(token, measles)).contains("read");
        accounts.end(leaving);
        assertThat(status(token, "Condition/" + measles)).isEqualTo(401);

        String office = "reporting-office-" + mark;
        String its = member(office, PartyKind.PUBLIC_HEALTH);
        assertThat(seen(its, measles)).contains("read");
        accounts.party("Organization/" + office, office, PartyKind.COMMUNITY);
        assertThat(seen(its, measles))
                .as("no authority any more, at the next request")
                .isEmpty();
    }

    @Test
    void each_look_says_that_it_was_for_public_health_and_what_is_denied_is_absent_and_on_record() throws Exception {
        String patient = patient();
        String measles = condition(patient, MEASLES);
        String pressure = condition(patient, PRESSURE);
        assertThat(status(tokenDepartment, "Condition/" + measles)).isEqualTo(200);
        HttpResponse<String> denied = send("GET", "/Condition/" + pressure, tokenDepartment, "");
        HttpResponse<String> absent = send("GET", "/Condition/nothing-of-that-id", tokenDepartment, "");
        assertThat(denied.statusCode()).isEqualTo(404);
        assertThat(denied.body().replace(pressure, "X")).isEqualTo(absent.body().replace("nothing-of-that-id", "X"));
        assertThat(looks("Condition/" + measles)).isEqualTo("READ success PUBHLTH");
        assertThat(looks("Condition/" + pressure)).contains("refused PUBHLTH");
    }

    private String looks(String subject) {
        return jdbc.sql(
                        "select concat_ws(' ', action, outcome, purpose) from audit.event where username = ? and subject = ? order by id desc limit 1")
                .params(department, subject)
                .query(String.class)
                .single();
    }

    @Test
    void when_the_value_set_changes_what_was_there_is_marked_anew() throws Exception {
        String patient = patient();
        String measles = condition(patient, MEASLES);
        String cough = condition(patient, PERTUSSIS);
        assertThat(seen(tokenDepartment, cough)).isEmpty();
        try {
            reportable(MEASLES, PERTUSSIS);
            assertThat(seen(tokenDepartment, cough)).contains("read search");
            assertThat(seen(tokenDepartment, measles)).contains("read search");
            reportable(PERTUSSIS);
            assertThat(seen(tokenDepartment, cough)).contains("read search");
            assertThat(seen(tokenDepartment, measles)).isEmpty();
        } finally {
            reportable(MEASLES, HIV);
        }
        assertThat(seen(tokenDepartment, measles)).contains("read search");
        assertThat(seen(tokenDepartment, cough)).isEmpty();
    }

    @Test
    void what_is_corrected_or_taken_back_closes_with_it() throws Exception {
        String patient = patient();
        String condition = condition(patient, PRESSURE);
        assertThat(seen(tokenDepartment, condition)).isEmpty();
        coded(condition, MEASLES);
        assertThat(seen(tokenDepartment, condition)).contains("read search");
        coded(condition, PRESSURE);
        assertThat(seen(tokenDepartment, condition)).isEmpty();
        assertThat(status(tokenDepartment, "Patient/" + patient)).isEqualTo(404);
        coded(condition, MEASLES);
        assertThat(send("DELETE", "/Condition/" + condition, tokenClinic, "").statusCode())
                .isEqualTo(204);
        assertThat(seen(tokenDepartment, condition)).isEmpty();
        assertThat(status(tokenDepartment, "Patient/" + patient)).isEqualTo(404);
    }

    @Test
    void without_the_setting_nothing_is_open() throws Exception {
        String condition = condition(patient(), MEASLES);
        Caller nurse = nurse();
        assertThat(records.find(nurse, "Condition", condition)).isPresent();
        ReportableCodes none = new ReportableCodes(store, "");
        assertThat(none.named()).isFalse();
        transaction.executeWithoutResult(status -> {
            new Reporting(jdbc, none, transaction).all();
            assertThat(jdbc.sql("select count(*) from security.reportable")
                            .query(Long.class)
                            .single())
                    .isZero();
            assertThat(records.find(nurse, "Condition", condition)).isEmpty();
            status.setRollbackOnly();
        });
        assertThat(records.find(nurse, "Condition", condition)).isPresent();
    }

    @Test
    void the_networks_office_says_what_is_reportable_and_no_member_does() throws Exception {
        String cough = condition(patient(), PERTUSSIS);
        String set = """
                {"resourceType":"ValueSet","version":"99","status":"active","url":"urn:weft:test:reportable",
                 "compose":{"include":[{"system":"http://snomed.info/sct","concept":[{"code":"%s"},{"code":"%s"}]}]}}""".formatted(PERTUSSIS, MEASLES);
        for (String member : List.of(tokenDepartment, tokenClinic)) {
            assertThat(send("POST", "/ValueSet", member, set).statusCode()).isEqualTo(201);
        }
        reporting.all();
        assertThat(seen(tokenDepartment, cough)).isEmpty();
        String office = member("reporting-network-" + mark, PartyKind.NETWORK);
        HttpResponse<String> made = send("POST", "/ValueSet", office, set);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        try {
            reporting.all();
            assertThat(seen(tokenDepartment, cough)).contains("read search");
        } finally {
            assertThat(send("DELETE", "/ValueSet/" + Json.text(Json.parse(made.body()), "id"), office, "")
                            .statusCode())
                    .isEqualTo(204);
            reporting.all();
        }
        assertThat(seen(tokenDepartment, cough)).isEmpty();
    }

    @Test
    void a_value_set_that_is_gone_opens_nothing() throws Exception {
        String measles = condition(patient(), MEASLES);
        ReportableCodes gone = new ReportableCodes(store, "urn:weft:test:no-such-set");
        assertThat(gone.all()).isEmpty();
        transaction.executeWithoutResult(status -> {
            new Reporting(jdbc, gone, transaction).all();
            assertThat(records.find(nurse(), "Condition", measles)).isEmpty();
            status.setRollbackOnly();
        });
    }

    @Test
    void the_person_reads_who_looked_and_why_and_what_public_health_may_see() throws Exception {
        String patient = patient();
        String measles = condition(patient, MEASLES);
        assertThat(status(tokenDepartment, "Condition/" + measles)).isEqualTo(200);
        String person = identity.personOf(jdbc.sql("select rid from record.res where rtype = 'Patient' and id = ?")
                        .param(patient)
                        .query(Long.class)
                        .single())
                .orElseThrow();
        String me = "reporting-me-" + mark;
        accounts.party("Person/" + person, "Anneke", PartyKind.PERSON);
        accounts.ensure(me, "Anneke", "Person/" + person, Set.of(Role.PATIENT), "en", "a long secret");
        try (Visitor visitor = new Visitor("en").signIn(url(""), me, "a long secret")) {
            assertThat(visitor.get(url("/me/access")).body())
                    .contains(department, "For public health: the law has some illnesses reported");
            assertThat(visitor.get(url("/me/sharing")).body()).contains("Public health may see");
            visitor.get(url("/language?to=es&back=/me/access"));
            assertThat(visitor.get(url("/me/access")).body())
                    .contains(department, "Para la salud pública: la ley obliga a notificar algunas enfermedades");
            assertThat(visitor.get(url("/me/sharing")).body()).contains("Salud pública puede ver");
        } finally {
            accounts.end(me);
        }
    }

    @Test
    void an_export_and_a_subscription_bring_the_same() throws Exception {
        String patient = patient();
        String measles = condition(patient, MEASLES);
        String pressure = condition(patient, PRESSURE);
        BulkClient bulk = new BulkClient(url(""), tokenDepartment);
        assertThat(bulk.ids(bulk.manifest(bulk.kickOff("/$export?_type=Condition")), "output"))
                .contains("Condition/" + measles)
                .doesNotContain("Condition/" + pressure);
        try (Receiver receiver = new Receiver()) {
            assertThat(send("POST", "/Subscription", tokenDepartment, """
                    {"resourceType":"Subscription","status":"requested","reason":"what is reported",
                     "criteria":"https://weft.health/fhir/SubscriptionTopic/resource-changed",
                     "_criteria":{"extension":[{
                      "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria",
                      "valueString":"Condition?_lastUpdated=gt2020"}]},
                     "channel":{"type":"rest-hook","endpoint":"%s","payload":"application/fhir+json","_payload":{"extension":[{
                      "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
                      "valueCode":"id-only"}]}}}""".formatted(receiver.url()))
                            .statusCode())
                    .isEqualTo(201);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !receiver.got("handshake").isEmpty());
            String hidden = condition(patient, PRESSURE);
            String told = condition(patient, MEASLES);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> receiver.events().toString().contains(told));
            assertThat(receiver.events().toString()).doesNotContain(hidden);
        }
    }

    // ---------------------------------------------------------------------------------------------- the network

    /** Somebody of the department who works with charts. */
    private Caller nurse() {
        String name = "reporting-nurse-" + UUID.randomUUID();
        accounts.ensure(name, "Nurse", "Organization/" + department, Set.of(Role.COORDINATOR), "en", null);
        return accounts.caller(name).orElseThrow();
    }

    /** By which paths a caller gets at a condition. */
    private String seen(String token, String condition) throws Exception {
        StringBuilder by = new StringBuilder();
        if (status(token, "Condition/" + condition) == 200) {
            by.append("read ");
        }
        if (get(token, "/Condition?_id=" + condition).toString().contains("\"id\":\"" + condition)) {
            by.append("search ");
        }
        if (status(token, "Condition/" + condition + "/_history") == 200) {
            by.append("history ");
        }
        if (status(token, "Condition/" + condition + "/_history/1") == 200) {
            by.append("version ");
        }
        if (get(token, "/Condition?_id=" + condition + "&_include=Condition:subject")
                .toString()
                .contains("\"resourceType\":\"Patient\"")) {
            by.append("include ");
        }
        if (get(token, "/Condition?_id=" + condition + "&_summary=count")
                        .path("total")
                        .asInt(0)
                > 0) {
            by.append("total ");
        }
        return by.toString().strip();
    }

    private String patient() throws Exception {
        Random random = new Random((mark + people++).hashCode());
        String family = random.ints(10, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return created("""
                {"resourceType":"Patient","name":[{"family":"R%s","given":["%s"]}],"gender":"female","birthDate":"19%d-0%d-1%d",
                 "telecom":[{"system":"phone","value":"508 5%d"}]}""".formatted(
                        family,
                        List.of("Anneke", "Solveig", "Zuleika", "Perpetua").get(people % 4),
                        40 + random.nextInt(50),
                        1 + random.nextInt(9),
                        random.nextInt(9),
                        100000 + random.nextInt(800000)));
    }

    private String condition(String patient, String code) throws Exception {
        return created("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"%s"}]}}""".formatted(patient, code));
    }

    private void coded(String condition, String code) throws Exception {
        ObjectNode now = get(tokenClinic, "/Condition/" + condition);
        ((ObjectNode) now.path("code").path("coding").path(0)).put("code", code);
        put(now);
    }

    private void put(ObjectNode resource) throws Exception {
        HttpResponse<String> answer =
                send("PUT", "/Condition/" + Json.text(resource, "id"), tokenClinic, resource.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private String consent(String patient, String type, String more) {
        return """
                {"resourceType":"Consent","status":"active","patient":{"reference":"Patient/%s"},
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                 "provision":{"type":"%s","actor":[{"role":{"text":"recipient"},"reference":{"reference":"Organization/%s"}}]%s}}""".formatted(patient, type, department, more);
    }

    private int status(String token, String path) throws Exception {
        return send("GET", "/" + path, token, "").statusCode();
    }

    private ObjectNode get(String token, String path) throws Exception {
        return Json.parse(send("GET", path, token, "").body());
    }

    private String created(String body) throws Exception {
        HttpResponse<String> made = send("POST", "/" + Json.text(Json.parse(body), "resourceType"), tokenClinic, body);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }
}
