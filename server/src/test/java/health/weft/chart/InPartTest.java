package health.weft.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.Visitor;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A consent that names kinds of facts and not the Patient: its reader sees these facts on pages as by the API, and not whose they are. */
class InPartTest extends PagesTest {
    private static final String NAME = "Zephyrine Quillfeather";

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String asthma = "in-part-asthma-" + mark;
    private final String dentist = "in-part-dentist-" + mark;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    private String token = "";
    private String dental = "";
    private String patient = "";
    private String person = "";

    InPartTest() {
        super("chart");
    }

    @BeforeAll
    void a_clinic_that_knows_somebody_and_a_dentist_who_does_not() throws Exception {
        token = member(asthma, PartyKind.CLINICAL);
        dental = member(dentist, PartyKind.CLINICAL);
        for (String name : List.of(asthma, dentist)) {
            records.put(
                    Caller.PLATFORM,
                    Json.parse(
                            "{\"resourceType\":\"Organization\",\"id\":\"%1$s\",\"name\":\"%1$s\"}".formatted(name)));
        }
        accounts.ensure(
                "reads-" + dentist,
                "Dr. Ines Abara",
                "Organization/" + dentist,
                Set.of(Role.CLINICIAN),
                "en",
                PASSWORD);
        patient = made("""
                {"resourceType":"Patient","name":[{"family":"Quillfeather","given":["Zephyrine"]}],"birthDate":"1971-11-29",
                 "telecom":[{"system":"phone","value":"508-555-0199"}],"address":[{"line":["9 Tanner Row"],"city":"Auburn"}]}""");
        person = identity.personOfPatient(patient).orElseThrow();
        made("""
                {"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/%s"},"code":{"text":"Allergy to latex"},"recordedDate":"2020-05-01",
                 "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}}""".formatted(patient));
        made("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"code":{"text":"Asthma at night"},
                 "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}}""".formatted(patient));
    }

    @Test
    void the_page_shows_what_the_consent_names_and_nothing_more_and_closes_with_it() throws Exception {
        try (Visitor reader = new Visitor("en").signIn(url(""), "reads-" + dentist, PASSWORD)) {
            accounts.speak("reads-" + dentist, "en");
            String nobody = UUID.randomUUID().toString();
            String denied = closed(reader, person);
            assertThat(denied).as("as somebody who is not there").isEqualTo(closed(reader, nobody));
            String consent = allergies();
            String page = reader.get(url("/people/" + person)).body();
            assertThat(page).contains("Part of a record", "Allergy to latex");
            assertThat(reader.get(url("/people/" + person + "/allergies")).body())
                    .contains("Allergy to latex");
            assertThat(reader.get(url("/people/" + person + "/allergies.csv")).body())
                    .contains("Allergy to latex");
            assertThat(reader.get(url("/people")).body()).contains("/people/" + person);
            for (String path : List.of("", "/conditions", "/conditions.csv", "/allergies", "/allergies.csv")) {
                assertThat(reader.get(url("/people/" + person + path)).body())
                        .as(path)
                        .doesNotContain("Quillfeather", "Zephyrine", "1971", "555-0199", "Tanner", "Asthma at night");
            }
            assertThat(reader.get(url("/people")).body()).doesNotContain("Quillfeather");
            assertThat(send("GET", "/Patient/" + patient, dental, "").statusCode())
                    .as("as by the API")
                    .isEqualTo(404);
            for (String path : List.of("/screening", "/referrals/new")) {
                assertThat(reader.get(url("/people/" + person + path)).statusCode())
                        .as(path)
                        .isEqualTo(404);
            }
            assertThat(jdbc.sql("""
                            select count(*) from audit.event where username = ? and action = 'EXPORT' and subject = 'AllergyIntolerance'
                               and (select rid from record.res where rtype = 'Patient' and id = ?) = any(pats)""")
                            .params("reads-" + dentist, patient)
                            .query(Integer.class)
                            .single())
                    .as("the person finds it under who looked")
                    .isPositive();
            withdraw(consent);
            assertThat(closed(reader, person)).isEqualTo(denied);
            assertThat(reader.get(url("/people")).body()).doesNotContain(person);
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void it_reads_well(String language, int width) throws Exception {
        String consent = allergies();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "reads-" + dentist, language);
            page.navigate(url("/people"));
            looksRight(page, "people-in-part", language, width);
            page.click("a[href='/people/" + person + "']");
            looksRight(page, "record-in-part", language, width);
            assertThat(page.locator("body").innerText())
                    .contains("Allergy to latex")
                    .doesNotContain(NAME);
            page.click("a[href='/people/" + person + "/allergies']");
            looksRight(page, "section-in-part", language, width);
        }
        withdraw(consent);
    }

    /** What is told of somebody who is not open, without tokens and the number to tell when asking for help. */
    private String closed(Visitor reader, String id) throws Exception {
        StringBuilder told = new StringBuilder();
        for (String path : List.of("", "/allergies", "/allergies.csv")) {
            HttpResponse<String> answer = reader.get(url("/people/" + id + path));
            told.append(answer.body()
                    .replace(id, "")
                    .replaceAll("(content|value)=\"[^\"]{60,}\"", "")
                    .replaceAll("\\b[0-9a-f]{8}\\b", ""));
            assertThat(answer.statusCode()).isEqualTo(404);
        }
        return told.toString();
    }

    private String allergies() throws Exception {
        return made("""
                {"resourceType":"Consent","status":"active","patient":{"reference":"Patient/%s"},
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                 "provision":{"type":"permit","actor":[{"role":{"text":"recipient"},"reference":{"reference":"Organization/%s"}}],
                  "purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],
                  "class":[{"system":"http://hl7.org/fhir/resource-types","code":"AllergyIntolerance"}]}}""".formatted(patient, dentist));
    }

    private void withdraw(String consent) throws Exception {
        String ended = Json.parse(send("GET", "/Consent/" + consent, token, "").body())
                .put("status", "inactive")
                .toString();
        assertThat(send("PUT", "/Consent/" + consent, token, ended).statusCode())
                .isEqualTo(200);
    }

    private String made(String body) throws Exception {
        HttpResponse<String> answer = send("POST", "/" + Json.text(Json.parse(body), "resourceType"), token, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.text(Json.parse(answer.body()), "id");
    }
}
