package health.weft.screening;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** A clinic that screens, another one, and what is done on pages of forms. */
abstract class ScreeningSteps extends WeftTest {
    static final String PASSWORD = "a long secret";

    final String mark = UUID.randomUUID().toString().substring(0, 6);

    Caller clinic = Caller.PLATFORM;

    Caller worker = Caller.PLATFORM;

    Caller stranger = Caller.PLATFORM;

    String token = "";

    Visitor desk = new Visitor("en");

    Visitor foreign = new Visitor("en");

    @Autowired
    Records records;

    @Autowired
    Identity identity;

    @Autowired
    JdbcClient jdbc;

    @BeforeAll
    void a_clinic_and_another_one() throws Exception {
        clinic = Copies.clinic(accounts, "Foxglove Clinic");
        Caller other = Copies.clinic(accounts, "Larkspur Clinic");
        for (Caller caller : List.of(clinic, other)) {
            records.put(Caller.PLATFORM, Json.parse("""
                    {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(caller.party().substring(13), caller.partyName())));
        }
        token = accounts.token(clinic.username(), Duration.ofHours(1));
        worker = account("fox-" + mark, "Fenella Fox", clinic.party());
        stranger = account("lark-" + mark, "Lionel Lark", other.party());
        desk = new Visitor("en").signIn(url(""), worker.username(), PASSWORD);
        foreign = new Visitor("en").signIn(url(""), stranger.username(), PASSWORD);
    }

    @AfterAll
    void close() {
        desk.close();
        foreign.close();
    }

    Caller account(String username, String name, String party) {
        accounts.ensure(username, name, party, Set.of(Role.COORDINATOR), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    record Someone(String person, Stored patient) {}

    Someone someone(String name, String born) {
        Stored patient = Copies.write(
                records,
                clinic,
                name,
                born,
                "508-555-" + Math.abs(name.hashCode() % 9000 + 1000),
                name.length() + " Foxglove Way");
        return new Someone(identity.personOf(patient.rid()).orElseThrow(), patient);
    }

    /** A form of the clinic's own with every kind of item. */
    String form(String name) throws Exception {
        return create("Questionnaire", """
                {"resourceType":"Questionnaire","url":"https://example.org/%1$s-%2$s","title":"Household %2$s","status":"active","item":[
                 {"linkId":"strangers","type":"integer","text":"Others","extension":[{"url":"%3$sinitialExpression",
                   "valueExpression":{"language":"text/fhirpath","expression":"%%others.entry.count()"}},
                  {"url":"%4$svariable","valueExpression":{"name":"others","language":"application/x-fhir-query","expression":"Patient?birthdate=gt1900-01-01&_count=50"}}]},
                 {"linkId":"hello","type":"display","text":"About your home"},
                 {"linkId":"given","type":"string","text":"Given name","extension":[{"url":"%3$sinitialExpression",
                   "valueExpression":{"language":"text/fhirpath","expression":"%%patient.name.given.first()"}}]},
                 {"linkId":"children","type":"integer","text":"How many children?","required":true,
                  "extension":[{"url":"%4$sminValue","valueInteger":0},{"url":"%4$smaxValue","valueInteger":20}]},
                 {"linkId":"adults","type":"integer","text":"How many adults?","extension":[{"url":"%4$smaxValue","valueInteger":20}]},
                 {"linkId":"all","type":"integer","text":"All together","extension":[{"url":"%3$scalculatedExpression",
                   "valueExpression":{"language":"text/fhirpath","expression":"%%resource.item.where(linkId='children' or linkId='adults').answer.value.aggregate($this + iif($total.empty(), 0, $total))"}}]},
                 {"linkId":"school","type":"string","text":"Which school?","maxLength":40,"enableWhen":[{"question":"children","operator":">","answerInteger":0}]},
                 {"linkId":"moved","type":"date","text":"When did you move in?"},
                 {"linkId":"call","type":"dateTime","text":"When shall we call?"},
                 {"linkId":"at","type":"time","text":"Breakfast at"},
                 {"linkId":"site","type":"url","text":"Web page"},
                 {"linkId":"words","type":"text","text":"Anything else?"},
                 {"linkId":"milk","type":"quantity","text":"Milk","extension":[{"url":"%4$squestionnaire-unitOption","valueCoding":{"system":"http://unitsofmeasure.org","code":"L/wk","display":"litres per week"}},
                   {"url":"%4$squestionnaire-unitOption","valueCoding":{"system":"http://unitsofmeasure.org","code":"L/d","display":"litres per day"}}]},
                 {"linkId":"own","type":"open-choice","text":"Which animal?","answerOption":[{"valueString":"a cow"},{"valueString":"a hen"}]},
                 {"linkId":"sex","type":"choice","text":"Sex","answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"},
                 {"linkId":"pet","type":"group","repeats":true,"text":"Pet","item":[{"linkId":"petname","type":"string","text":"Name of the pet"}]},
                 {"linkId":"hidden","type":"string","text":"secret","extension":[{"url":"%4$squestionnaire-hidden","valueBoolean":true}]}]}""".formatted(
                        name,
                        mark,
                        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-",
                        "http://hl7.org/fhir/StructureDefinition/"));
    }

    String create(String type, String json) throws Exception {
        HttpResponse<String> made = send("POST", "/" + type, token, json);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }

    /** Goes through all pages of a form with these answers. */
    void answered(Someone who, String form, Map<String, String> answers) throws Exception {
        String here = url("/people/" + who.person() + "/screening");
        String page = desk.get(here + "?form=" + form).body();
        String key = Visitor.hidden(page, "_once");
        for (int i = 0; i < 10; i++) {
            HttpResponse<String> next = send(desk, here, page, answers);
            assertThat(next.statusCode()).as(next.body()).isEqualTo(302);
            if (!next.headers().firstValue("Location").orElse("").contains("draft=")) {
                return;
            }
            page = desk.get(here + "?draft=" + key).body();
        }
        throw new AssertionError("the form did not end");
    }

    /** Sends the page with these answers; those that do not stand on it are left out. */
    static HttpResponse<String> send(Visitor visitor, String to, String page, Map<String, String> answers)
            throws Exception {
        Map<String, String> fields = new TreeMap<>();
        String names = Visitor.hidden(page, "_shown");
        answers.forEach((name, value) -> {
            String plain = name.replaceAll("-(other|unit|day|month|year)$", "");
            if (name.startsWith("_") || (" " + names + " ").contains(" " + plain + " ")) {
                fields.put(name, value);
            }
        });
        for (String hidden : List.of("_csrf", "_once", "_form", "_language", "_page", "_shown")) {
            fields.put(hidden, Visitor.hidden(page, hidden));
        }
        return visitor.post(to, fields);
    }

    List<JsonNode> of(String type, Someone who) {
        return records.search(worker, type + "?patient=" + who.patient().reference() + "&_count=100").stream()
                .map(found -> (JsonNode) found.json())
                .toList();
    }

    int count(String type, Someone who) {
        return of(type, who).size();
    }
}
