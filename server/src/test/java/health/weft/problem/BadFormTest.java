package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What is wrong with a form or an address is said to people in plain words; and nothing of it is stored. */
class BadFormTest extends NothingStored {
    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    private Visitor coordinator;
    private Visitor spanish;
    private Visitor worker;
    private String scripted = "";

    @BeforeAll
    void a_member_with_people() throws Exception {
        accounts.party(party, "Bad Form Clinic", PartyKind.CLINICAL);
        coordinator = person("bad-ada-", Role.COORDINATOR, "en");
        spanish = person("bad-eva-", Role.COORDINATOR, "es");
        worker = person("bad-will-", Role.COMMUNITY_WORKER, "en");
        var patient = records.create(accounts.caller("bad-ada-" + mark).orElseThrow(), Json.parse("""
                        {"resourceType":"Patient","birthDate":"1977-07-07",
                         "name":[{"family":"<script>alert(1)</script>","given":["\\"><img src=x onerror=alert(2)>"]}]}"""));
        records.create(
                accounts.caller("bad-ada-" + mark).orElseThrow(), Json.parse("""
                        {"resourceType":"Condition","subject":{"reference":"%s"},"code":{"text":"=HYPERLINK(\\"http://x\\")"}}""".formatted(patient.reference())));
        scripted = "/people/" + identity.personOf(patient.rid()).orElseThrow();
        counted();
    }

    @AfterAll
    void end() {
        List.of("bad-ada-", "bad-eva-", "bad-will-").forEach(name -> accounts.end(name + mark));
        coordinator.close();
        spanish.close();
        worker.close();
    }

    @Test
    void an_unknown_person_referral_or_address_is_a_page_of_words_in_both_languages() throws Exception {
        for (String path : List.of("/people/" + UUID.randomUUID(), "/referrals/" + UUID.randomUUID(), "/nowhere")) {
            page(coordinator.get(url(path)), 404, "Not found", "Check the address");
            page(spanish.get(url(path)), 404, "No se encontró", "Revise la dirección");
        }
        page(coordinator.get(url("/nowhere")), 404, "Not found", "There is nothing at this address.");
        page(spanish.get(url("/nowhere")), 404, "No se encontró", "No hay nada en esta dirección.");
        page(new Visitor("es").get(url("/find-help/services/nothing")), 404, "No se encontró", "href=\"/find-help\"");
        assertThat(spanish.get(url("/nowhere")).body()).doesNotContain("href=\"/find-help\"");
    }

    @Test
    void a_page_that_the_role_may_not_open_says_so() throws Exception {
        page(worker.get(url("/audit")), 403, "You cannot open this", "Only a privacy officer");
        page(worker.get(url("/me")), 403, "You cannot open this", "patient");
        page(worker.get(url(scripted + "/screening")), 403, "You cannot open this", "may not screen");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%0d%0aSet-Cookie:%20planted=1",
                "/%0d%0aSet-Cookie:%20planted=1",
                "/people%0aLocation:%20https://evil.example",
                "//evil.example",
                "/%5Cevil.example",
                "/%09/evil.example",
                "https://evil.example",
                "javascript:alert(1)"
            })
    void an_address_to_go_back_to_writes_no_header_and_leads_to_no_other_server(String back) throws Exception {
        HttpRequest asked = HttpRequest.newBuilder(URI.create(url("/language?to=en&back=" + back)))
                .build();
        HttpResponse<String> answer = http.send(asked, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isIn(302, 400);
        assertThat(answer.headers().map().toString()).doesNotContain("planted", "evil.example", "javascript:");
        answer.headers().firstValue("Location").ifPresent(to -> assertThat(
                        URI.create(url("/")).resolve(to).getAuthority())
                .isEqualTo(URI.create(url("/")).getAuthority()));
    }

    @Test
    void a_name_that_is_a_script_is_shown_as_text_everywhere() throws Exception {
        String csrf = Visitor.hidden(coordinator.get(url("/people")).body(), "_csrf");
        for (String body : List.of(
                coordinator.get(url(scripted)).body(),
                coordinator.get(url(scripted + "/conditions")).body(),
                coordinator.get(url(scripted + "/screening")).body(),
                coordinator.get(url(scripted + "/referrals/new")).body(),
                coordinator
                        .post(url("/people"), Map.of("_csrf", csrf, "q", "script alert"))
                        .body())) {
            assertThat(body).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
            assertThat(body).doesNotContain("<script>alert", "<img src=x");
        }
    }

    @Test
    void what_a_spreadsheet_would_take_for_a_formula_is_text_in_a_file() throws Exception {
        HttpResponse<String> csv = coordinator.get(url(scripted + "/conditions.csv"));
        assertThat(csv.statusCode()).isEqualTo(200);
        assertThat(csv.body()).contains("'=HYPERLINK").doesNotContain("\n=HYPERLINK", "\n\"=HYPERLINK");
    }

    @Test
    void a_form_with_a_missing_or_broken_field_is_refused_and_says_what_to_do() throws Exception {
        String csrf =
                Visitor.hidden(coordinator.get(url(scripted + "/referrals/new")).body(), "_csrf");
        String once = UUID.randomUUID().toString();
        page(
                coordinator.post(url(scripted + "/referrals"), Map.of("_csrf", csrf, "category", "food-insecurity")),
                400,
                "We could not read that",
                "Open it again");
        page(
                coordinator.post(
                        url(scripted + "/referrals"),
                        Map.of("_csrf", csrf, "category", "food-insecurity", "_once", "x")),
                400,
                "We could not read that",
                "Open it again");
        page(
                coordinator.post(
                        url(scripted + "/referrals"),
                        Map.of("_csrf", csrf, "category", "food-insecurity", "_once", once)),
                422,
                "Choose a service.",
                "Ask the person first.");
        page(
                coordinator.post(url(scripted + "/screening"), Map.of("_csrf", csrf, "_once", once)),
                422,
                "govuk-error-summary",
                "");
        page(
                coordinator.post(url("/referrals/" + UUID.randomUUID() + "/accept"), Map.of("_csrf", csrf)),
                400,
                "We could not read that",
                "Open it again");
        page(
                coordinator.post(
                        url("/referrals/" + UUID.randomUUID() + "/accept"), Map.of("_csrf", csrf, "version", "one")),
                400,
                "We could not read that",
                "Open it again");
        page(
                coordinator.post(
                        url(scripted + "/referrals"),
                        Map.of(
                                "_csrf",
                                csrf,
                                "category",
                                "nonsense",
                                "_once",
                                once,
                                "service",
                                "x",
                                "consent",
                                "true")),
                404,
                "Not found",
                "no such kind of need");
    }

    @Test
    void characters_that_no_text_has_are_refused_in_forms_and_addresses() throws Exception {
        String csrf = Visitor.hidden(coordinator.get(url("/people")).body(), "_csrf");
        HttpResponse<String> search = coordinator.post(url("/people"), Map.of("_csrf", csrf, "q", "a\u0000b"));
        assertThat(search.statusCode()).as(search.body()).isIn(200, 400);
        HttpResponse<String> form = coordinator.post(
                url(scripted + "/referrals"),
                Map.of(
                        "_csrf",
                        csrf,
                        "category",
                        "food-insecurity",
                        "_once",
                        UUID.randomUUID().toString(),
                        "service",
                        "a\u0000b",
                        "consent",
                        "true"));
        page(form, 400, "We could not read that", "");
        assertThat(coordinator.get(url("/audit?before=yesterday")).statusCode()).isIn(400, 403);
        page(coordinator.get(url(scripted + "/conditions?start=first")), 400, "We could not read that", "");
    }

    @Test
    void a_method_that_an_address_does_not_know_is_refused() throws Exception {
        String csrf = Visitor.hidden(coordinator.get(url("/people")).body(), "_csrf");
        page(coordinator.post(url("/scorecard"), Map.of("_csrf", csrf)), 405, "This cannot be done here", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/people/%27%20or%201%3D1--",
                "/people/%3Cscript%3E",
                "/people/%E2%80%AE%F0%9F%92%A9",
                "/people/a;b=c",
                "/people/%7B%7B7*7%7D%7D",
                "/people/-1",
                "/people/1/_history/99999999999",
                "/people/1/_history/x"
            })
    void an_id_of_strange_characters_is_nobody_who_is_there(String path) throws Exception {
        HttpResponse<String> page = coordinator.get(url(path));
        assertThat(page.statusCode()).as(page.body()).isIn(400, 404);
        assertThat(page.body()).contains("<html").doesNotContain("<script>alert", "Exception");
    }

    /** The container refuses these before anything of Weft's sees them, with a page of its own. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/fhir/Patient/..%2F..%2Fetc", "/fhir/Patient/a%00b", "/people/..%2F..%2Fetc", "/people/%00"})
    void an_address_that_none_can_be_goes_nowhere(String path) throws Exception {
        HttpResponse<String> answer = coordinator.get(url(path));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("Exception", "\tat ");
    }

    private Visitor person(String name, Role role, String language) throws Exception {
        accounts.ensure(name + mark, "Somebody", party, Set.of(role), language, PASSWORD);
        return new Visitor(language).signIn(url(""), name + mark, PASSWORD);
    }

    private static void page(HttpResponse<String> answer, int status, String title, String words) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(answer.body()).contains(title, words).doesNotContain("Exception", "org.springframework");
    }
}
