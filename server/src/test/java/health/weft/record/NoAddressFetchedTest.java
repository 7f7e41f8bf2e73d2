package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Abuse case 49, for all that stands in the record: an address in a resource is a name, and this server asks nobody there. Where it does ask
 * (a rest-hook, the keys of an app, a partner's server, a directory, a provider) it goes by {@code security.Outgoing}, which has tests of
 * its own.
 */
class NoAddressFetchedTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @Autowired
    private Identity identity;

    private HttpServer elsewhere;
    private String there = "";
    private String clinic = "";

    @BeforeAll
    void a_server_within_reach() throws IOException {
        elsewhere = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        elsewhere.createContext("/", x -> {
            asked.add(x.getRequestMethod() + " " + x.getRequestURI());
            x.sendResponseHeaders(200, -1);
            x.close();
        });
        elsewhere.start();
        there = "http://localhost:" + elsewhere.getAddress().getPort();
        clinic = member("fetching-" + mark, PartyKind.CLINICAL);
    }

    @AfterAll
    void stop() {
        elsewhere.stop(0);
        accounts.end("fetcher-" + mark);
    }

    private String stored(String resource) throws Exception {
        HttpResponse<String> made = send(
                "POST",
                "/" + Json.text(Json.parse(resource), "resourceType"),
                clinic,
                resource,
                "Prefer",
                "return=representation");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }

    @Test
    void nothing_that_stands_in_a_resource_is_asked_for_when_it_is_written_read_searched_gathered_or_shown()
            throws Exception {
        String patient = stored("""
                {"resourceType":"Patient","name":[{"family":"Fetchwright%1$s","given":["Ignatius"]}],"birthDate":"1923-10-08",
                 "meta":{"profile":["%2$s/StructureDefinition/p"]},"photo":[{"contentType":"image/png","url":"%2$s/photo.png"}],
                 "extension":[{"url":"%2$s/extension","valueUri":"%2$s/value"}],
                 "text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><img src=\\"%2$s/in-text.png\\" alt=\\"x\\"/></div>"}}""".formatted(mark, there));
        String about = "\"subject\":{\"reference\":\"Patient/" + patient + "\"}";
        stored("""
                {"resourceType":"DocumentReference","status":"current",%2$s,
                 "content":[{"attachment":{"contentType":"application/pdf","url":"%1$s/letter.pdf","title":"Letter"}}]}""".formatted(there, about));
        stored("""
                {"resourceType":"Media","status":"completed",%2$s,"content":{"contentType":"image/png","url":"%1$s/picture.png"}}""".formatted(there, about));
        stored("""
                {"resourceType":"DiagnosticReport","status":"final",%2$s,"code":{"text":"x"},"presentedForm":[{"url":"%1$s/report.pdf"}]}""".formatted(there, about));
        stored("""
                {"resourceType":"Communication","status":"completed",%2$s,"payload":[{"contentAttachment":{"url":"%1$s/attached"}}]}""".formatted(there, about));
        stored("""
                {"resourceType":"QuestionnaireResponse","status":"completed",%2$s,"questionnaire":"%1$s/Questionnaire/q"}""".formatted(there, about));
        stored("""
                {"resourceType":"Observation","status":"final",%2$s,"code":{"coding":[{"system":"%1$s/codes","code":"x"}]},
                 "hasMember":[{"reference":"%1$s/fhir/Observation/1"}]}""".formatted(there, about));
        stored("""
                {"resourceType":"Endpoint","status":"active","connectionType":{"code":"hl7-fhir-rest"},"payloadType":[{"text":"x"}],"address":"%s/fhir"}""".formatted(there));
        stored("""
                {"resourceType":"Questionnaire","status":"draft","url":"%1$s/Questionnaire/mine","derivedFrom":["%1$s/Questionnaire/base"],
                 "item":[{"linkId":"1","type":"choice","text":"x","answerValueSet":"%1$s/ValueSet/answers"}]}""".formatted(there));
        String set = stored("""
                {"resourceType":"ValueSet","status":"draft","url":"%1$s/ValueSet/mine","compose":{"include":[
                 {"valueSet":["%1$s/ValueSet/other"]},{"system":"%1$s/codes"}]}}""".formatted(there));

        for (String path : List.of(
                "/Patient/" + patient + "/$everything",
                "/Patient/" + patient,
                "/Observation?code:in=" + there + "/ValueSet/other",
                "/Observation?code:below=" + there + "/codes%7Cx",
                "/QuestionnaireResponse?questionnaire=" + there + "/Questionnaire/q",
                "/Patient?_profile=" + there + "/StructureDefinition/p",
                "/Observation?has-member=" + there + "/fhir/Observation/1&_include=Observation:has-member",
                "/ValueSet/" + set + "/$expand",
                "/ValueSet/$expand?url=" + there + "/ValueSet/other",
                "/ValueSet/$validate-code?url=" + there + "/ValueSet/mine&system=" + there + "/codes&code=x",
                "/CodeSystem/$lookup?system=" + there + "/codes&code=x")) {
            assertThat(send("GET", path, clinic, "").statusCode()).as(path).isLessThan(500);
        }
        HttpResponse<String> byAddress = send("POST", "/$import", clinic, """
                {"resourceType":"Parameters","parameter":[{"name":"input","part":[{"name":"url","valueUrl":"%s/lines.ndjson"}]},
                 {"name":"inputFormat","valueCode":"application/fhir+ndjson"}]}""".formatted(there));
        assertThat(byAddress.statusCode()).as("files are sent, never fetched").isBetween(400, 499);
        shown(patient);
        assertThat(asked).isEmpty();
    }

    /** A browser asks for no more than the page's policy lets it: pictures from here. */
    private void shown(String patient) throws Exception {
        accounts.ensure(
                "fetcher-" + mark,
                "Fetcher",
                "Organization/fetching-" + mark,
                Set.of(Role.COORDINATOR),
                "en",
                "a long secret");
        String person = "/people/" + identity.personOfPatient(patient).orElseThrow();
        try (Visitor reader = new Visitor("en").signIn(url(""), "fetcher-" + mark, "a long secret")) {
            for (String path : List.of(person, person + "/documents", person + "/results", person + "/notes")) {
                HttpResponse<String> page = reader.get(url(path));
                assertThat(page.statusCode()).as(path).isIn(200, 404);
                assertThat(page.body()).as(path).doesNotContain("src=\"" + there, "url(" + there);
                assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                        .as(path)
                        .contains("default-src 'none'", "img-src 'self' data:");
            }
        }
    }
}
