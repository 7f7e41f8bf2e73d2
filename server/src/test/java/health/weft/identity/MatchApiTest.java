package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code $match}, {@code $ihe-pix} and what PDQm and PIXm ask of search and update, over HTTP. */
class MatchApiTest extends WeftTest {
    private static final String HERE = "urn:oid:2.999.1";
    private static final String THERE = "urn:oid:2.999.2";

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Deciding deciding;

    @Autowired
    private JdbcClient jdbc;

    private String clinic = "";
    private String hospital = "";
    private String stranger = "";
    private String here = "";
    private String there = "";

    @BeforeAll
    void two_members_know_one_person() throws Exception {
        clinic = member("match-clinic", PartyKind.CLINICAL);
        hospital = member("match-hospital", PartyKind.CLINICAL);
        stranger = member("match-stranger", PartyKind.CLINICAL);
        here = created(clinic, patient(HERE, "100", "Margarethe", "Eulenspiegel", "1948-03-17"));
        there = created(hospital, patient(THERE, "900", "Margarete", "Eulenspiegel", "1948-03-17"));
        assertThat(identity.personOfPatient(here)).isEqualTo(identity.personOfPatient(there));
    }

    @Test
    void who_treats_a_person_finds_all_copies_with_score_grade_and_the_share_of_each_field() throws Exception {
        JsonNode bundle = matched(clinic, parameters(patient(HERE, "", "Margarethe", "Eulenspiegel", "1948-03-17")));
        assertThat(ids(bundle)).containsExactly(here, there);
        assertThat(bundle.path("type").asString()).isEqualTo("searchset");
        JsonNode search = bundle.path("entry").path(0).path("search");
        assertThat(search.path("mode").asString()).isEqualTo("match");
        assertThat(search.path("score").asDouble()).isBetween(.999, 1.0);
        assertThat(search.path("extension").path(0).path("valueCode").asString())
                .isEqualTo("certain");
        JsonNode parts = search.path("extension").path(1).path("extension");
        double sum = -13;
        for (JsonNode part : parts) {
            for (JsonNode told : part.path("extension")) {
                sum += told.path("url").asString().equals("log2")
                        ? told.path("valueDecimal").asDouble()
                        : 0;
            }
        }
        assertThat(sum)
                .isCloseTo(parts.path(0).path("valueDecimal").asDouble(), org.assertj.core.data.Offset.offset(.1));
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where subject = 'Patient/$match' and username = 'match-clinic'")
                        .query(Long.class)
                        .single())
                .isPositive();
    }

    @Test
    void who_treats_nobody_of_them_finds_nobody() throws Exception {
        JsonNode bundle =
                matched(stranger, parameters(patient(HERE, "100", "Margarethe", "Eulenspiegel", "1948-03-17")));
        assertThat(bundle.path("total").asInt()).isZero();
        assertThat(bundle.has("entry")).isFalse();
    }

    @Test
    void count_cuts_the_list_and_not_the_total() throws Exception {
        ObjectNode asked = parameters(patient(HERE, "100", "Margarethe", "Eulenspiegel", "1948-03-17"));
        ((ArrayNode) asked.path("parameter")).addObject().put("name", "count").put("valueInteger", 1);
        JsonNode bundle = matched(clinic, asked);
        assertThat(ids(bundle)).containsExactly(here);
        assertThat(bundle.path("total").asInt()).isEqualTo(2);
    }

    @Test
    void only_certain_matches_are_those_of_one_person_or_none() throws Exception {
        String one = created(clinic, patient(HERE, "101", "Lieselotte", "Querfurt", "1955-05-05"));
        String two = created(clinic, patient(HERE, "101", "Lieselotte", "Querfurt", "1955-05-05"));
        ObjectNode certain = parameters(patient(HERE, "101", "Lieselotte", "Querfurt", "1955-05-05"));
        ((ArrayNode) certain.path("parameter"))
                .addObject()
                .put("name", "onlyCertainMatches")
                .put("valueBoolean", true);
        assertThat(ids(matched(clinic, certain))).containsExactlyInAnyOrder(one, two);
        Caller steward = Copies.steward(accounts, "Match Steward");
        Set<Long> both = Set.of(rid(one), rid(two));
        deciding.split(
                steward, identity.personOfPatient(one).orElseThrow(), Set.of(rid(two)), both, "Twin clinics' mistake.");
        assertThat(ids(matched(clinic, certain))).isEmpty();
        ObjectNode married = patient(HERE, "", "Lieselotte", "Otherwise", "1955-05-05");
        married.remove(List.of("telecom", "address"));
        ObjectNode unsure = parameters(married);
        assertThat(matched(clinic, unsure)
                        .path("entry")
                        .path(0)
                        .path("search")
                        .path("extension")
                        .path(0)
                        .path("valueCode")
                        .asString())
                .isEqualTo("possible");
        ((ArrayNode) unsure.path("parameter"))
                .addObject()
                .put("name", "onlyCertainMatches")
                .put("valueBoolean", true);
        assertThat(ids(matched(clinic, unsure))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{\"resourceType\":\"Patient\"} # 400 # Parameters",
                "{\"resourceType\":\"Parameters\"} # 400 # must hold a Patient",
                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"resource\",\"resource\":{\"resourceType\":\"Group\"}}]} # 400 # must hold a Patient",
                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"count\",\"valueInteger\":0}]} # 400 # from 1 to 100",
                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"count\",\"valueString\":\"9\"}]} # 400 # from 1 to 100",
                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"onlyCertainMatches\",\"valueString\":\"x\"}]} # 400 # valueBoolean",
                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"onlySingleMatch\",\"valueBoolean\":true}]} # 400 # nothing else",
                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"resource\",\"resource\":{\"resourceType\":\"Patient\",\"gender\":\"male\"}}]} # 422 # too little",
                "{\"resourceType\": # 400 # "
            })
    void what_cannot_be_matched_is_told(String body, int status, String words) throws Exception {
        HttpResponse<String> answer = send("POST", "/Patient/$match", clinic, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("OperationOutcome").contains(words == null ? "" : words);
    }

    @Test
    void too_much_another_format_and_nobody_are_refused() throws Exception {
        assertThat(send("POST", "/Patient/$match", clinic, "{\"a\":\"" + "x".repeat(1 << 20) + "\"}")
                        .statusCode())
                .isEqualTo(413);
        assertThat(send("POST", "/Patient/$match", clinic, "a=b", "Content-Type", "application/x-www-form-urlencoded")
                        .statusCode())
                .isEqualTo(415);
        assertThat(send("POST", "/Patient/$match", "nobody", "{}").statusCode()).isEqualTo(401);
    }

    @Test
    void a_batch_asks_for_several_and_each_has_its_own_answer() throws Exception {
        ObjectNode batch = Json.object("Bundle").put("type", "batch");
        ArrayNode entries = batch.putArray("entry");
        for (ObjectNode asked : List.of(
                parameters(patient(HERE, "100", "Margarethe", "Eulenspiegel", "1948-03-17")),
                Json.object("Parameters"),
                parameters(patient(HERE, "", "Unknown", "Whoever", "1901-02-03")))) {
            ObjectNode entry = entries.addObject();
            entry.set("resource", asked);
            entry.putObject("request").put("method", "POST").put("url", "Patient/$match");
        }
        entries.insertObject(1).putObject("request").put("method", "GET").put("url", "Patient/" + here);
        HttpResponse<String> answer = send("POST", "", clinic, batch.toString(), "Prefer", "return=representation");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode told = Json.parse(answer.body()).path("entry");
        assertThat(told.size()).isEqualTo(4);
        assertThat(ids(told.path(0).path("resource"))).containsExactly(here, there);
        assertThat(told.path(1).path("resource").path("id").asString()).isEqualTo(here);
        assertThat(told.path(2).path("response").path("status").asString()).startsWith("400");
        assertThat(told.path(2)
                        .path("response")
                        .path("outcome")
                        .path("resourceType")
                        .asString())
                .isEqualTo("OperationOutcome");
        assertThat(told.path(3).path("resource").path("total").asInt()).isZero();
    }

    @Test
    void the_answer_comes_as_xml_where_that_is_asked_for() throws Exception {
        String body = parameters(patient(HERE, "100", "Margarethe", "Eulenspiegel", "1948-03-17"))
                .toString();
        HttpResponse<String> answer = send(
                "POST",
                "/Patient/$match",
                clinic,
                body,
                "Accept",
                "application/fhir+xml",
                "Content-Type",
                "application/fhir+json");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("<Bundle").contains("<score value=").contains("match-grade");
    }

    // ------------------------------------------------------------------------------------------------ PIXm, PDQm

    @Test
    void an_identifier_leads_to_the_persons_other_identifiers() throws Exception {
        for (String target : List.of("", "&targetSystem=" + THERE)) {
            JsonNode parameters =
                    Json.parse(pix(clinic, HERE + "|100", target).body()).path("parameter");
            assertThat(parameters.path(0).path("name").asString()).isEqualTo("targetIdentifier");
            assertThat(parameters.path(0).path("valueIdentifier").path("value").asString())
                    .isEqualTo("900");
            assertThat(parameters.path(1).path("name").asString()).isEqualTo("targetId");
            assertThat(parameters
                            .path(1)
                            .path("valueReference")
                            .path("reference")
                            .asString())
                    .isEqualTo(url("/fhir/Patient/" + there));
        }
        HttpResponse<String> none = pix(clinic, HERE + "|100", "&targetSystem=" + HERE);
        assertThat(none.statusCode()).isEqualTo(200);
        assertThat(Json.parse(none.body()).has("parameter")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "clinic, urn:oid:2.999.1|777, '', 404, not-found, sourceIdentifier Patient Identifier not found",
        "clinic, urn:oid:2.999.9|100, '', 400, code-invalid, sourceIdentifier Assigning Authority not found",
        "clinic, urn:oid:2.999.1|100, urn:oid:2.999.9, 403, code-invalid, targetSystem not found",
        "stranger, urn:oid:2.999.1|100, '', 400, code-invalid, sourceIdentifier Assigning Authority not found",
        "clinic, 100, '', 400, invalid, system|value",
        "clinic, urn:oid:2.999.1|, '', 400, invalid, system|value",
        "clinic, '', '', 400, invalid, system|value"
    })
    void what_leads_nowhere_is_told_as_the_profile_says(
            String who, String source, String target, int status, String code, String words) throws Exception {
        HttpResponse<String> answer = pix(
                who.equals("clinic") ? clinic : stranger, source, target.isEmpty() ? "" : "&targetSystem=" + target);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode issue = Json.parse(answer.body()).path("issue").path(0);
        assertThat(issue.path("code").asString()).isEqualTo(code);
        assertThat(issue.toString()).contains(words);
    }

    @ParameterizedTest
    @CsvSource({
        "active=true", "identifier=urn:oid:2.999.1|100", "given=Margarethe", "family=Eulenspiegel", "family=eulen",
        "birthdate=1948-03-17", "birthdate=ge1948-03-01", "telecom=508-555-6100", "address=7 Gray",
                "address-city=Worcester",
        "address-state=MA", "address-postalcode=01610", "address-country=US", "gender=female", "given:exact=Margarethe"
    })
    void a_person_is_found_by_each_parameter_of_pdqm(String parameter) throws Exception {
        int is = parameter.indexOf('=');
        HttpResponse<String> answer = send(
                "GET",
                "/Patient?_id=" + here + "&" + parameter.substring(0, is + 1) + encoded(parameter.substring(is + 1)),
                clinic,
                "");
        assertThat(ids(Json.parse(answer.body()))).as(answer.body()).containsExactly(here);
    }

    @Test
    void the_mothers_maiden_name_speaks_in_a_match_and_finds_where_the_network_searches_by_it() throws Exception {
        ObjectNode child = patient(HERE, "150", "Hildegunde", "Morgenstern", "1977-02-09");
        mothersMaiden(child, "Schimmelpfennig");
        String id = created(clinic, child);
        ObjectNode asked = patient(THERE, "", "Hildegunde", "Abendroth", "1977-02-09");
        mothersMaiden(asked, "Schimmelpfenning");
        assertThat(matched(clinic, parameters(asked))
                        .path("entry")
                        .get(0)
                        .path("search")
                        .toString())
                .contains("mothers-maiden");

        String convener = member("match-convener", PartyKind.COMMUNITY, Role.CONVENER);
        HttpResponse<String> made = send("POST", "/SearchParameter", convener, """
                {"resourceType":"SearchParameter","url":"https://weft.test/mothers-maiden-name","name":"MothersMaidenName","status":"active",
                 "description":"The family name that the mother was born with","code":"mothersMaidenName","base":["Patient"],"type":"string",
                 "expression":"Patient.extension('http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName').value.ofType(string)"}""");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        send("GET", "/Patient?mothersMaidenName=x", clinic, "").statusCode() == 200);
        assertThat(ids(Json.parse(send("GET", "/Patient?mothersMaidenName=schimmel", clinic, "")
                        .body())))
                .containsExactly(id);
        assertThat(ids(Json.parse(send("GET", "/Patient?mothersMaidenName:exact=Schimmel", clinic, "")
                        .body())))
                .isEmpty();
    }

    private static void mothersMaiden(ObjectNode patient, String name) {
        patient.putArray("extension")
                .addObject()
                .put("url", "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName")
                .put("valueString", name);
    }

    @Test
    void a_feed_creates_updates_and_merges_by_identifier() throws Exception {
        ObjectNode stays = patient(HERE, "200", "Ottilie", "Wunderlich", "1933-08-09");
        ObjectNode goes = patient(HERE, "201", "Adelgunde", "Zwischenahn", "1967-12-01");
        HttpResponse<String> first = feed("200", stays);
        assertThat(first.statusCode()).isEqualTo(201);
        String survivor = Json.parse(first.body()).path("id").asString();
        stays.put("birthDate", "1933-08-08");
        HttpResponse<String> again = feed("200", stays);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(Json.parse(again.body()).path("id").asString()).isEqualTo(survivor);
        assertThat(Json.parse(again.body()).path("meta").path("versionId").asString())
                .isEqualTo("2");

        String subsumed = Json.parse(feed("201", goes).body()).path("id").asString();
        assertThat(identity.personOfPatient(subsumed)).isNotEqualTo(identity.personOfPatient(survivor));
        goes.put("active", false);
        ObjectNode link = goes.putArray("link").addObject();
        link.putObject("other").put("reference", "Patient/" + survivor);
        link.put("type", "replaced-by");
        HttpResponse<String> merged = feed("201", goes);
        assertThat(merged.statusCode()).as(merged.body()).isEqualTo(200);
        assertThat(identity.personOfPatient(subsumed)).isEqualTo(identity.personOfPatient(survivor));
        assertThat(pix(clinic, HERE + "|201", "").body()).contains("\"200\"");
    }

    @Test
    void a_source_merges_only_its_own_copies() throws Exception {
        String others = created(hospital, patient(THERE, "300", "Gerlinde", "Ackermann", "1940-06-06"));
        ObjectNode mine = patient(HERE, "301", "Rosamunde", "Bienenstich", "1980-10-10");
        ObjectNode link = mine.putArray("link").addObject();
        link.putObject("other").put("reference", "Patient/" + others);
        link.put("type", "replaced-by");
        send("POST", "/Patient", clinic, mine.toString());
        assertThat(jdbc.sql("""
                        select count(*) from identity.link l join identity.source s using (pat)
                         where l.person = ?""")
                        .param(identity.personOfPatient(others).orElseThrow())
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void the_capability_statement_lists_both_operations() throws Exception {
        String statement = send("GET", "/metadata", clinic, "").body();
        assertThat(statement)
                .contains("http://hl7.org/fhir/OperationDefinition/Patient-match")
                .contains("https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix");
    }

    private static ObjectNode patient(String system, String number, String given, String family, String born) {
        ObjectNode patient = Json.parse("""
                {"resourceType":"Patient","active":true,"name":[{"family":"%s","given":["%s"]}],"gender":"female","birthDate":"%s",
                 "telecom":[{"system":"phone","value":"508-555-%s"}],
                 "address":[{"line":["7 Gray Street"],"city":"Worcester","state":"MA","postalCode":"01610","country":"US"}]}""".formatted(
                family, given, born, born.substring(2, 4).equals("48") ? "6100" : "6" + born.substring(8) + "1"));
        if (!number.isEmpty()) {
            patient.putArray("identifier").addObject().put("system", system).put("value", number);
        }
        return patient;
    }

    private static ObjectNode parameters(ObjectNode patient) {
        ObjectNode parameters = Json.object("Parameters");
        parameters.putArray("parameter").addObject().put("name", "resource").set("resource", patient);
        return parameters;
    }

    private JsonNode matched(String token, ObjectNode parameters) throws Exception {
        HttpResponse<String> answer = send("POST", "/Patient/$match", token, parameters.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private static List<String> ids(JsonNode bundle) {
        List<String> ids = new ArrayList<>();
        bundle.path("entry")
                .forEach(entry -> ids.add(entry.path("resource").path("id").asString()));
        return ids;
    }

    private String created(String token, ObjectNode patient) throws Exception {
        HttpResponse<String> answer = send("POST", "/Patient", token, patient.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.parse(answer.body()).path("id").asString();
    }

    private HttpResponse<String> feed(String number, ObjectNode patient) throws Exception {
        return send("PUT", "/Patient?identifier=" + encoded(HERE + "|" + number), clinic, patient.toString());
    }

    private HttpResponse<String> pix(String token, String source, String more) throws Exception {
        return send(
                "GET",
                "/Patient/$ihe-pix?sourceIdentifier=" + encoded(source) + more.replace("urn:", encoded("urn:")),
                token,
                "");
    }

    private long rid(String id) {
        return records.read(Caller.PLATFORM, "Patient", id).rid();
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }
}
