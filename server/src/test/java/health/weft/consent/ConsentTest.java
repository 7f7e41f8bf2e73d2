package health.weft.consent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.OperatorAccounts;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** Two clinics and a pantry, one person, and what the person's consents open and close between them. */
class ConsentTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String a = "consent-a-" + mark;
    private final String b = "consent-b-" + mark;
    private final String pantry = "consent-pantry-" + mark;
    private static final List<String> GIVEN = List.of(
            "Nadia",
            "Ruth",
            "Wilhelmina",
            "Pilar",
            "Oksana",
            "Thandiwe",
            "Yolanda",
            "Beatrix",
            "Ingrid",
            "Farida",
            "Jo",
            "Mei");

    private int people;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Records records;

    @Autowired
    private DataSource dataSource;

    @Autowired
    private Relabelling relabelling;

    private String tokenA = "";
    private String tokenB = "";
    private String tokenPantry = "";

    /** One person with a copy at each clinic, ids of the Patients. */
    private record Both(String atA, String atB) {}

    @BeforeAll
    void two_clinics_and_a_pantry() {
        tokenA = member(a, PartyKind.CLINICAL);
        tokenB = member(b, PartyKind.CLINICAL);
        tokenPantry = member(pantry, PartyKind.COMMUNITY);
        for (String name : List.of(a, b, pantry)) {
            records.put(
                    Caller.PLATFORM,
                    Json.parse(
                            "{\"resourceType\":\"Organization\",\"id\":\"" + name + "\",\"name\":\"" + name + "\"}"));
        }
    }

    @Test
    void a_refusal_closes_the_record_at_once_by_every_path_and_its_withdrawal_opens_it() throws Exception {
        Both person = person();
        String condition = condition(tokenA, person.atA(), "http://snomed.info/sct", "38341003");
        assertThat(seen(tokenB, person.atA(), condition)).isEqualTo("read search history everything has");
        String consent = consent(tokenA, person.atA(), """
                {"type":"deny","actor":[%s]}""".formatted(actor(b)));
        assertThat(seen(tokenB, person.atA(), condition)).isEmpty();
        assertThat(seen(tokenA, person.atA(), condition)).isEqualTo("read search history everything has");
        assertThat(send("GET", "/Patient/" + person.atB(), tokenB, "").statusCode())
                .as("what B wrote itself stays B's")
                .isEqualTo(200);
        withdraw(tokenA, consent, 200);
        assertThat(seen(tokenB, person.atA(), condition)).isEqualTo("read search history everything has");
    }

    @Test
    void a_refusal_stays_when_the_person_turns_up_at_another_organisation() throws Exception {
        Both person = person();
        String condition = condition(tokenA, person.atA(), "http://snomed.info/sct", "38341003");
        consent(tokenA, person.atA(), """
                {"type":"deny","actor":[%s]}""".formatted(actor(b)));
        String c = "consent-c-" + UUID.randomUUID();
        String tokenC = member(c, PartyKind.CLINICAL);
        patient(tokenC, people);
        assertThat(seen(tokenC, person.atA(), condition)).contains("read");
        assertThat(seen(tokenB, person.atA(), condition)).isEmpty();
    }

    @Test
    void page_section_file_and_api_show_a_reader_the_same_and_nothing_that_is_hidden() throws Exception {
        Both person = person();
        worded(person.atA(), "38341003", "Plainly shown pressure");
        worded(person.atA(), "7200002", "Quietly kept dependence");
        String id = identity.personOfPatient(person.atA()).orElseThrow();
        String reader = "consent-reader-" + mark;
        accounts.ensure(reader, "Reader of B", "Organization/" + b, Set.of(Role.COORDINATOR), "en", "a long secret");
        String token = accounts.token(reader, Duration.ofHours(1));
        try (Visitor visitor = new Visitor("en").signIn(url(""), reader, "a long secret")) {
            for (boolean open : List.of(false, true)) {
                if (open) {
                    consent(tokenA, person.atA(), """
                            {"type":"permit","actor":[%s],"securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SUD"}]}""".formatted(actor(b)));
                }
                for (String body : List.of(
                        visitor.get(url("/people/" + id)).body(),
                        visitor.get(url("/people/" + id + "/conditions")).body(),
                        visitor.get(url("/people/" + id + "/conditions.csv")).body(),
                        send("GET", "/Condition?patient=" + person.atA(), token, "")
                                .body(),
                        send("GET", "/Patient/" + person.atA() + "/$everything", token, "")
                                .body())) {
                    assertThat(body).contains("Plainly shown pressure");
                    assertThat(body.contains("Quietly kept dependence"))
                            .as(body)
                            .isEqualTo(open);
                }
            }
        }
        accounts.end(reader);
    }

    private void worded(String patient, String code, String words) throws Exception {
        created(tokenA, """
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"%s"}],"text":"%s"}}""".formatted(patient, code, words));
    }

    @Test
    void what_is_sensitive_is_labelled_and_hidden_until_a_consent_names_it() throws Exception {
        Both person = person();
        String condition = condition(tokenA, person.atA(), "http://snomed.info/sct", "7200002");
        assertThat(get(tokenA, "/Condition/" + condition).toString())
                .contains("\"code\":\"SUD\"")
                .contains("NORDSLCD");
        assertThat(seen(tokenB, person.atA(), condition)).isEmpty();
        consent(tokenA, person.atA(), """
                {"type":"permit","actor":[%s]}""".formatted(actor(b)));
        assertThat(seen(tokenB, person.atA(), condition)).as("not named").isEmpty();
        consent(tokenB, person.atB(), """
                {"type":"permit","actor":[%s],"securityLabel":[
                 {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SUD"}]}""".formatted(actor(b)));
        assertThat(seen(tokenB, person.atA(), condition))
                .as("whoever wants to see it does not write that down")
                .isEmpty();
        String named = consent(tokenA, person.atA(), """
                {"type":"permit","actor":[%s],"securityLabel":[
                 {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SUD"}]}""".formatted(actor(b)));
        assertThat(seen(tokenB, person.atA(), condition)).contains("read search");
        withdraw(tokenA, named, 200);
        assertThat(seen(tokenB, person.atA(), condition)).isEmpty();
    }

    @Test
    void what_is_derived_from_something_sensitive_is_hidden_with_it_however_it_is_sent() throws Exception {
        Both person = person();
        ObjectNode sent =
                Json.parse(send("POST", "", tokenA, """
                {"resourceType":"Bundle","type":"transaction","entry":[
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000001","request":{"method":"POST","url":"MedicationRequest"},"resource":
                  {"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"reference":"Patient/%1$s"},
                   "medicationCodeableConcept":{"text":"a tablet"},
                   "reasonReference":[{"reference":"urn:uuid:00000000-0000-0000-0000-000000000002"}]}},
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000002","request":{"method":"POST","url":"Condition"},"resource":
                  {"resourceType":"Condition","subject":{"reference":"Patient/%1$s"},
                   "encounter":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000003"},
                   "code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"F11.20"}]}}},
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000003","request":{"method":"POST","url":"Encounter"},"resource":
                  {"resourceType":"Encounter","status":"finished","subject":{"reference":"Patient/%1$s"},
                   "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}}}]}""".formatted(person.atA())).body());
        List<String> made = sent.path("entry")
                .valueStream()
                .map(e -> Json.text(e.path("response"), "location").replaceAll(".*?([A-Za-z]+/[^/]+)/_history.*", "$1"))
                .toList();
        assertThat(status(tokenB, made.get(0))).as("the order").isEqualTo(404);
        assertThat(status(tokenB, made.get(1))).as("the diagnosis").isEqualTo(404);
        assertThat(status(tokenB, made.get(2))).as("the visit").isEqualTo(200);
        String document = created(tokenA, """
                {"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/%s"},
                 "content":[{"attachment":{"contentType":"text/plain","data":"YQ=="}}],"context":{"encounter":[{"reference":"%s"}]}}""".formatted(person.atA(), made.get(2)));
        assertThat(status(tokenB, "DocumentReference/" + document))
                .as("a document about that visit")
                .isEqualTo(404);
        String pressure = created(tokenA, """
                {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},"encounter":{"reference":"%s"},
                 "code":{"text":"blood pressure"}}""".formatted(person.atA(), made.get(2)));
        assertThat(status(tokenB, "Observation/" + pressure)).isEqualTo(200);
    }

    @Test
    void what_refers_to_a_fact_is_hidden_when_the_fact_becomes_sensitive_and_its_history_stays_hidden_after()
            throws Exception {
        Both person = person();
        String condition = condition(tokenA, person.atA(), "http://snomed.info/sct", "38341003");
        String plan = created(tokenA, """
                {"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/%s"},
                 "addresses":[{"reference":"Condition/%s"}]}""".formatted(person.atA(), condition));
        assertThat(status(tokenB, "CarePlan/" + plan)).isEqualTo(200);
        put(tokenA, get(tokenA, "/Condition/" + condition), "86406008");
        assertThat(status(tokenB, "CarePlan/" + plan)).isEqualTo(404);
        put(tokenA, get(tokenA, "/Condition/" + condition), "38341003");
        ObjectNode now = get(tokenA, "/Condition/" + condition);
        assertThat(now.toString()).as("only its owner takes a label off").contains("HIV");
        HttpResponse<String> off = send("POST", "/Condition/" + condition + "/$meta-delete", tokenA, """
                {"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"security":[
                 {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}}]}""");
        assertThat(off.statusCode()).isEqualTo(200);
        assertThat(status(tokenB, "Condition/" + condition)).isEqualTo(200);
        assertThat(status(tokenB, "Condition/" + condition + "/_history/2")).isEqualTo(404);
        assertThat(send("GET", "/Condition/" + condition + "/_history", tokenB, "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void whatever_a_programme_under_part_2_wrote_and_writes_is_sensitive() throws Exception {
        Both person = person();
        String before = condition(tokenB, person.atB(), "http://snomed.info/sct", "38341003");
        assertThat(status(tokenA, "Condition/" + before)).isEqualTo(200);
        OperatorAccounts operator = new OperatorAccounts(dataSource);
        assertThat(operator.sensitive(b, "substance-use, mental-health")).contains("substance-use, mental-health");
        try {
            String after = condition(tokenB, person.atB(), "http://snomed.info/sct", "38341003");
            assertThat(status(tokenA, "Condition/" + after)).isEqualTo(404);
            relabelling.all();
            assertThat(status(tokenA, "Condition/" + before)).isEqualTo(404);
            assertThat(status(tokenB, "Condition/" + before)).isEqualTo(200);
        } finally {
            operator.sensitive(b, "none");
        }
        relabelling.all();
        assertThat(status(tokenA, "Condition/" + before)).isEqualTo(200);
        assertThatThrownBy(() -> operator.sensitive("No such organisation", "hiv"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> operator.sensitive(b, "gossip")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_organisation_without_a_copy_reads_what_the_consent_names_and_nobody_lets_himself_in() throws Exception {
        Both person = person();
        String condition = condition(tokenA, person.atA(), "http://snomed.info/sct", "38341003");
        String shot = created(tokenA, """
                {"resourceType":"Immunization","status":"completed","patient":{"reference":"Patient/%s"},
                 "occurrenceDateTime":"2026-10-01","vaccineCode":{"text":"flu"}}""".formatted(person.atA()));
        assertThat(status(tokenPantry, "Immunization/" + shot)).isEqualTo(404);
        consent(tokenA, person.atA(), """
                {"type":"permit","actor":[%s],"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],
                 "class":[{"system":"http://hl7.org/fhir/resource-types","code":"Immunization"}]}""".formatted(actor(pantry)));
        assertThat(status(tokenPantry, "Immunization/" + shot)).isEqualTo(200);
        assertThat(status(tokenPantry, "Condition/" + condition)).isEqualTo(404);
        assertThat(status(tokenPantry, "Patient/" + person.atA())).isEqualTo(404);

        Both other = person();
        String hidden = condition(tokenA, other.atA(), "http://snomed.info/sct", "38341003");
        String own = patient(tokenPantry, people);
        consent(tokenPantry, own, """
                {"type":"permit","actor":[%s]}""".formatted(actor(pantry)));
        assertThat(status(tokenPantry, "Condition/" + hidden)).isEqualTo(404);
    }

    @Test
    void an_exception_takes_out_of_a_consent_and_its_own_exception_puts_back() throws Exception {
        Both person = person();
        String condition = condition(tokenA, person.atA(), "http://snomed.info/sct", "38341003");
        String shot = created(tokenA, """
                {"resourceType":"Immunization","status":"completed","patient":{"reference":"Patient/%s"},
                 "occurrenceDateTime":"2026-10-02","vaccineCode":{"text":"tetanus"}}""".formatted(person.atA()));
        String weight = created(tokenA, """
                {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},"code":{"text":"Weight"}}""".formatted(person.atA()));
        String types = "{\"system\":\"http://hl7.org/fhir/resource-types\",\"code\":\"%s\"}";
        consent(tokenA, person.atA(), """
                {"type":"permit","actor":[%s],"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],
                 "provision":[{"type":"deny","class":[%s,%s],
                  "provision":[{"type":"permit","class":[%s]},
                               {"type":"deny","class":[%s],"period":{"end":"2020"}}]}]}""".formatted(
                        actor(pantry),
                        types.formatted("Immunization"),
                        types.formatted("Condition"),
                        types.formatted("Condition"),
                        types.formatted("Condition")));
        assertThat(status(tokenPantry, "Observation/" + weight))
                .as("what no exception speaks of")
                .isEqualTo(200);
        assertThat(status(tokenPantry, "Immunization/" + shot)).as("excepted").isEqualTo(404);
        assertThat(status(tokenPantry, "Condition/" + condition))
                .as("excepted from the exception, and what denied it is over")
                .isEqualTo(200);
    }

    @Test
    void a_person_takes_back_what_a_clinic_wrote_down_and_changes_nothing_else_of_it() throws Exception {
        Both person = person();
        String condition = condition(tokenA, person.atA(), "http://snomed.info/sct", "7200002");
        String consent = consent(tokenA, person.atA(), """
                {"type":"permit","actor":[%s],"securityLabel":[
                 {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SUD"}]}""".formatted(actor(b)));
        assertThat(status(tokenB, "Condition/" + condition)).isEqualTo(200);
        String me = app(person.atA());
        ObjectNode mine = get(me, "/Consent/" + consent);
        ObjectNode bent = mine.deepCopy().put("status", "inactive");
        bent.withObject("/provision").put("type", "deny");
        assertThat(send("PUT", "/Consent/" + consent, me, bent.toString()).statusCode())
                .isEqualTo(403);
        assertThat(send(
                                "PUT",
                                "/Consent/" + consent,
                                tokenB,
                                mine.put("status", "inactive").toString())
                        .statusCode())
                .isEqualTo(403);
        withdraw(me, consent, 200);
        assertThat(status(tokenB, "Condition/" + condition)).isEqualTo(404);
        assertThat(send("DELETE", "/Consent/" + consent, tokenA, "").statusCode())
                .isEqualTo(409);
    }

    @Test
    void a_consent_that_cannot_be_computed_is_refused_with_its_place_and_nothing_is_stored() throws Exception {
        Both person = person();
        for (String[] wrong : List.of(
                new String[] {
                    "{\"type\":\"permit\",\"dataPeriod\":{\"start\":\"2020\"}}", "Consent.provision.dataPeriod"
                },
                new String[] {
                    "{\"type\":\"permit\",\"provision\":[{\"type\":\"deny\",\"actor\":[{\"role\":{\"text\":\"x\"},\"reference\":{\"display\":\"somebody\"}}]}]}",
                    "Consent.provision.provision[0].actor[0].reference"
                },
                new String[] {
                    "{\"type\":\"permit\",\"securityLabel\":[{\"system\":\"urn:x\",\"code\":\"y\"}]}",
                    "Consent.provision.securityLabel[0]"
                },
                new String[] {
                    "{\"type\":\"permit\",\"class\":[{\"system\":\"http://hl7.org/fhir/resource-types\",\"code\":\"Nothing\"}]}",
                    "Consent.provision.class[0]"
                },
                new String[] {"{\"provision\":[{\"actor\":[" + actor(b) + "]}]}", "Consent.provision.provision[0].type"
                },
                new String[] {nested(12), "levels"})) {
            HttpResponse<String> refused = send("POST", "/Consent", tokenA, consentBody(person.atA(), wrong[0]));
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
            assertThat(refused.body()).contains(wrong[1]);
        }
        assertThat(get(tokenA, "/Consent?patient=Patient/" + person.atA() + "&_summary=count")
                        .path("total")
                        .asInt())
                .isZero();
    }

    // ---------------------------------------------------------------------------------------------- the network

    private static String nested(int levels) {
        return levels == 0
                ? "{\"type\":\"deny\"}"
                : "{\"type\":\"" + (levels % 2 == 0 ? "permit" : "deny") + "\",\"provision\":[" + nested(levels - 1)
                        + "]}";
    }

    /** By which paths a caller gets at a condition. */
    private String seen(String token, String patient, String condition) throws Exception {
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
        if (send("GET", "/Patient/" + patient + "/$everything", token, "")
                .body()
                .contains("\"id\":\"" + condition)) {
            by.append("everything ");
        }
        if (get(token, "/Patient?_has:Condition:patient:_id=" + condition)
                                .path("total")
                                .asInt(0)
                        > 0
                || get(token, "/Patient?_has:Condition:patient:_id=" + condition)
                        .has("entry")) {
            by.append("has ");
        }
        return by.toString().strip();
    }

    private Both person() throws Exception {
        people++;
        String atA = patient(tokenA, people);
        String atB = patient(tokenB, people);
        assertThat(status(tokenB, "Patient/" + atA))
                .as("the copies are one person")
                .isEqualTo(200);
        return new Both(atA, atB);
    }

    private String patient(String token, int n) throws Exception {
        Random random = new Random((mark + n).hashCode());
        String family = random.ints(9, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return created(token, """
                {"resourceType":"Patient","name":[{"family":"C%s","given":["%s"]}],"gender":"female","birthDate":"19%d-0%d-1%d",
                 "telecom":[{"system":"phone","value":"508 5%d"}],
                 "address":[{"line":["%d Assent Street"],"city":"Worcester","state":"MA","postalCode":"01610"}]}""".formatted(
                        family,
                        GIVEN.get(n % GIVEN.size()),
                        40 + random.nextInt(50),
                        1 + random.nextInt(9),
                        random.nextInt(9),
                        100000 + random.nextInt(800000),
                        1 + random.nextInt(900)));
    }

    private String condition(String token, String patient, String system, String code) throws Exception {
        return created(token, """
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"code":{"coding":[{"system":"%s","code":"%s"}]}}""".formatted(patient, system, code));
    }

    private void put(String token, ObjectNode condition, String code) throws Exception {
        ((ObjectNode) condition.path("code").path("coding").path(0)).put("code", code);
        String id = Json.text(condition, "id");
        assertThat(send("PUT", "/Condition/" + id, token, condition.toString()).statusCode())
                .isEqualTo(200);
    }

    private String consent(String token, String patient, String provision) throws Exception {
        return created(token, consentBody(patient, provision));
    }

    private static String consentBody(String patient, String provision) {
        return """
                {"resourceType":"Consent","status":"active","patient":{"reference":"Patient/%s"},
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                 "provision":%s}""".formatted(patient, provision);
    }

    private static String actor(String organisation) {
        return """
                {"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},
                 "reference":{"reference":"Organization/%s"}}""".formatted(organisation);
    }

    private void withdraw(String token, String consent, int status) throws Exception {
        ObjectNode ended = get(token, "/Consent/" + consent).put("status", "inactive");
        HttpResponse<String> answer = send("PUT", "/Consent/" + consent, token, ended.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }

    /** The person's own app. */
    private String app(String patient) {
        long pat = jdbc.sql("select rid from record.res where rtype = 'Patient' and id = ?")
                .param(patient)
                .query(Long.class)
                .single();
        String person = identity.personOf(pat).orElseThrow();
        String username = "app-" + person;
        accounts.party("Person/" + person, "Nadia", PartyKind.PERSON);
        accounts.ensure(username, "Nadia", "Person/" + person, Set.of(Role.PATIENT), "en", null);
        return accounts.token(username, Duration.ofHours(1));
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
