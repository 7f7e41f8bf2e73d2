package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;

/** A read or a search goes a short way when there is nothing else to heed; nobody can tell which way it went. */
class ShortWayTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString();

    @Autowired
    JdbcClient jdbc;

    private String hospital = "";
    private String reference = "";

    @BeforeAll
    void a_record() throws Exception {
        hospital = member("short-way-hospital", PartyKind.CLINICAL);
        reference = made(hospital, "Quillfeather");
    }

    private String made(String token, String family) throws Exception {
        HttpResponse<String> made = send("POST", "/Patient", token, """
                {"resourceType":"Patient","name":[{"family":"%s"}],"birthDate":"1934-11-30",
                 "identifier":[{"system":"urn:test:short-way","value":"%s-%s"}]}""".formatted(family, mark, family));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return "Patient/" + Json.text(Json.parse(made.body()), "id");
    }

    private static MockHttpServletRequest asked(String uri) {
        return new MockHttpServletRequest("GET", uri);
    }

    private long rows(String action, String subject) {
        return jdbc.sql("select count(*) from audit.event where action = ? and subject = ?")
                .params(action, subject)
                .query(Long.class)
                .single();
    }

    private static Map<String, List<String>> headers(HttpResponse<String> answer) {
        Map<String, List<String>> all = new TreeMap<>(answer.headers().map());
        all.remove("date");
        // Said with the last answer of a connection that has served long enough, whatever was asked.
        all.remove("connection");
        return all;
    }

    @Test
    void only_what_asks_for_one_resource_or_a_search_of_a_type_and_nothing_else_goes_the_short_way() {
        assertThat(ShortWay.asked(asked("/fhir/Patient/a.b-1"))).isEqualTo(new ShortWay.Asked("Patient", "a.b-1", ""));
        for (String other : List.of(
                "/fhir",
                "/fhir/",
                "/fhir/Patient/",
                "/fhir/$export",
                "/fhir/AuditEvent",
                "/fhir/Pattern",
                "/fhir/Patient/$everything",
                "/fhir/Patient/_history",
                "/fhir/Patient/1/_history",
                "/fhir/Patient/..",
                "/fhir/Patient/1;v=2",
                "/fhir/Patient/%31",
                "/fhir/Patient/" + "1".repeat(65),
                "/fhir/AuditEvent/1",
                "/fhir/Pattern/1",
                "/people/Patient/1")) {
            assertThat(ShortWay.asked(asked(other))).as(other).isNull();
        }
        MockHttpServletRequest queried = asked("/fhir/Patient/1");
        queried.setQueryString("_summary=true");
        assertThat(ShortWay.asked(queried)).isNull();
        queried.setRequestURI("/fhir/Patient/1/$everything");
        queried.setQueryString("_count=5");
        assertThat(ShortWay.asked(queried)).isEqualTo(new ShortWay.Asked("Patient", "1", "_count=5"));
        queried.setRequestURI("/fhir/Observation/1/$everything");
        assertThat(ShortWay.asked(queried)).isNull();
        MockHttpServletRequest making = new MockHttpServletRequest("POST", "/fhir/Observation");
        making.setContentType("application/fhir+json");
        making.setContent(new byte[] {'{', '}'});
        assertThat(ShortWay.asked(making)).isEqualTo(new ShortWay.Asked("Observation", null, null));
        for (String header : List.of("If-None-Exist", "Idempotency-Key", "Content-Encoding", "Prefer", "Origin")) {
            making.addHeader(header, "x");
            assertThat(ShortWay.asked(making)).as(header).isNull();
            making.removeHeader(header);
        }
        making.setRequestURI("/fhir/Consent");
        assertThat(ShortWay.asked(making)).isNull();
        MockHttpServletRequest deleting = new MockHttpServletRequest("DELETE", "/fhir/Patient/1");
        assertThat(ShortWay.asked(deleting)).isNull();
        for (Map.Entry<String, String> header : Map.of(
                        "If-None-Match", "W/\"1\"",
                        "If-Modified-Since", "Fri, 27 Nov 2026 12:00:00 GMT",
                        "Origin", "https://app.example.org",
                        "Accept", "application/fhir+xml")
                .entrySet()) {
            MockHttpServletRequest heeding = asked("/fhir/Patient/1");
            heeding.addHeader(header.getKey(), header.getValue());
            assertThat(ShortWay.asked(heeding)).as(header.getKey()).isNull();
        }
        assertThat(ShortWay.asked(asked("/fhir/Patient"))).isEqualTo(new ShortWay.Asked("Patient", null, ""));
        MockHttpServletRequest searching = asked("/fhir/Patient");
        searching.setQueryString("family=a%20b");
        assertThat(ShortWay.asked(searching)).isEqualTo(new ShortWay.Asked("Patient", null, "family=a%20b"));
        for (String how : List.of(
                "_format=xml",
                "family=a&_pretty=true",
                "%5fformat=xml",
                "%5Fpretty=true",
                "family=%C3%28",
                "family=%4",
                "family=%x1",
                "=a",
                "family=a&=b",
                "family=a&&gender=male",
                "family=" + "a".repeat(2_000))) {
            searching.setQueryString(how);
            assertThat(ShortWay.asked(searching)).as(how).isNull();
        }
        searching.setQueryString("family=a");
        searching.addHeader("Prefer", "handling=lenient");
        assertThat(ShortWay.asked(searching)).isNull();
    }

    /** The long way is what everything goes that says how it would like to be dealt with. */
    private HttpResponse<String> slowly(String path, String token) throws Exception {
        return send("GET", path, token, "", "Prefer", "handling=strict");
    }

    /** Without what differs each time: the moment of the answer, and how the place of the next page is sealed. */
    private static String lasting(HttpResponse<String> answer) {
        return answer.body()
                .replaceFirst("\"meta\":\\{\"lastUpdated\":\"[^\"]*\"}", "")
                .replaceAll("_page=[A-Za-z0-9_-]*", "");
    }

    @Test
    void a_search_is_answered_alike_to_the_letter_both_ways_and_written_down() throws Exception {
        String family = "Featherstonehaugh" + mark.substring(0, 8).replaceAll("\\d", "x");
        for (int i = 0; i < 3; i++) {
            made(hospital, family);
        }
        String person = made(hospital, "Pocklington");
        assertThat(send("POST", "/Observation", hospital, """
                        {"resourceType":"Observation","status":"final","subject":{"reference":"%s"},"effectiveDateTime":"2021-06-01",
                         "code":{"coding":[{"system":"urn:test:short-way","code":"grip"}]}}""".formatted(person)).statusCode())
                .isEqualTo(201);
        String next = Json.text(
                Json.parse(send("GET", "/Patient?_count=2&family=" + family, hospital, "")
                                .body())
                        .path("link")
                        .path(1),
                "url");
        assertThat(next).contains("_page=");
        for (String search : List.of(
                "/Patient?family=" + family,
                "/Patient?_count=2&family=" + family,
                next.substring(next.indexOf("/Patient")),
                "/Patient?family=" + family + "&_total=accurate&_sort=-_lastUpdated",
                "/Patient?family=" + family + "&_summary=count",
                "/Patient?family=" + family + "&_elements=name",
                "/Patient?family=nobody" + mark,
                "/Patient?name:contains=pocklington&_revinclude=Observation:subject",
                "/Patient?_id=" + person.substring(8),
                "/Patient?birthdate=1934-11-30&family=" + family,
                "/Patient?birthdate=1934-11-30&_count=3",
                "/Patient?" + "identifier=urn:test:short-way%7C" + mark + "-Pocklington",
                "/Observation?patient=" + person.substring(8) + "&code=urn:test:short-way%7Cgrip",
                "/Observation?code=grip&subject:Patient.family=pocklington",
                "/Observation?date=ge2021-06-01&date=lt2021-06-02",
                "/Patient",
                "/Patient?")) {
            HttpResponse<String> quick = send("GET", search, hospital, "");
            HttpResponse<String> slow = slowly(search, hospital);
            assertThat(quick.statusCode()).as(search + quick.body()).isEqualTo(200);
            assertThat(lasting(quick)).as(search).isEqualTo(lasting(slow)).contains("\"resourceType\":\"Bundle\"");
            Map<String, List<String>> headers = headers(quick);
            assertThat(headers).as(search).isEqualTo(headers(slow)).containsKey("cache-control");
        }
        long before = rows("SEARCH", "Patient?family&_count");
        send("GET", "/Patient?family=" + family + "&_count=1", hospital, "");
        assertThat(rows("SEARCH", "Patient?family&_count")).isEqualTo(before + 1);
        slowly("/Patient?family=" + family + "&_count=1", hospital);
        assertThat(rows("SEARCH", "Patient?family&_count")).isEqualTo(before + 2);
    }

    @Test
    void a_page_of_a_whole_record_is_answered_alike_both_ways() throws Exception {
        String person = made(hospital, "Tregenza");
        for (int year = 2001; year < 2006; year++) {
            assertThat(send("POST", "/Observation", hospital, grip(person, Integer.toString(year)))
                            .statusCode())
                    .isEqualTo(201);
        }
        String subject = person + "/$everything";
        for (String page : List.of(
                "?_count=3",
                "?_count=50",
                "?_count=2&_type=Observation",
                "?_count=4&_since=2020-01-01T00:00:00Z",
                "?_count=0",
                "?_count=2&_page=forged",
                "?_count=2&start=2020",
                "?_type=Observation",
                "")) {
            long before = rows("READ", subject);
            HttpResponse<String> quick = send("GET", "/" + subject + page, hospital, "");
            HttpResponse<String> slow = slowly("/" + subject + page, hospital);
            assertThat(quick.statusCode()).as(page).isEqualTo(slow.statusCode());
            assertThat(lasting(quick)).as(page).isEqualTo(lasting(slow));
            assertThat(headers(quick)).as(page).isEqualTo(headers(slow));
            boolean shown = quick.statusCode() == 200;
            assertThat(rows("READ", subject) - before).as(page).isEqualTo(shown || page.contains("_page") ? 2 : 0);
        }
        String stranger = member("short-way-outsider", PartyKind.CLINICAL);
        assertThat(send("GET", "/" + subject + "?_count=3", stranger, "").statusCode())
                .isEqualTo(404);
        assertThat(rows("REFUSED", person)).isEqualTo(1);
    }

    @Test
    void an_absolute_reference_to_this_server_is_kept_and_found_as_a_relative_one_both_ways() throws Exception {
        String person = made(hospital, "Absolon");
        String absolute = url("/fhir/" + person);
        for (String prefer : List.of("", "handling=strict")) {
            HttpResponse<String> stored = prefer.isEmpty()
                    ? send("POST", "/Observation", hospital, grip(absolute, "2020"))
                    : send("POST", "/Observation", hospital, grip(absolute, "2020"), "Prefer", prefer);
            assertThat(Json.parse(stored.body()).at("/subject/reference").asString(""))
                    .isEqualTo(person);
        }
        String search = "/Observation?_total=accurate&subject=" + absolute;
        HttpResponse<String> quick = send("GET", search, hospital, "");
        assertThat(lasting(quick)).isEqualTo(lasting(slowly(search, hospital))).contains("\"total\":2");
    }

    private static String grip(String person, String date) {
        return """
                {"resourceType":"Observation","status":"final","subject":{"reference":"%s"},"effectiveDateTime":"%s",
                 "code":{"coding":[{"system":"urn:test:short-way","code":"grip"}]}}""".formatted(person, date);
    }

    @Test
    void what_is_new_is_stored_alike_both_ways_and_written_down_once() throws Exception {
        List<Map<String, List<String>>> headers = new ArrayList<>();
        for (String prefer : List.of("", "handling=strict")) {
            HttpResponse<String> made = prefer.isEmpty()
                    ? send("POST", "/Observation", hospital, grip(reference, "2019-04-30"))
                    : send("POST", "/Observation", hospital, grip(reference, "2019-04-30"), "Prefer", prefer);
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            String id = Json.text(Json.parse(made.body()), "id");
            assertThat(made.headers().firstValue("location").orElseThrow())
                    .endsWith("/fhir/Observation/" + id + "/_history/1");
            assertThat(rows("CREATE", "Observation/" + id)).isEqualTo(1);
            assertThat(send("GET", "/Observation/" + id, hospital, "").body()).isEqualTo(made.body());
            Map<String, List<String>> all = headers(made);
            all.remove("location");
            assertThat(all.remove("last-modified")).as("of a moment of its own").hasSize(1);
            headers.add(all);
        }
        assertThat(headers.getFirst()).isEqualTo(headers.getLast()).containsKeys("etag", "cache-control");
    }

    @Test
    void what_is_new_and_refused_is_refused_alike_both_ways_and_nothing_of_it_is_stored() throws Exception {
        String stranger = member("short-way-sender", PartyKind.CLINICAL);
        assertThat(send("GET", "/Patient", stranger, "").statusCode()).isEqualTo(200);
        String count = "/Observation?code=urn:test:short-way%7Cgrip&_summary=count";
        for (String body : List.of(
                grip("Patient/" + UUID.randomUUID(), "2019"),
                grip(reference, "2019"),
                grip("nobody", "2019"),
                grip(reference, "yesterday"),
                "{\"resourceType\":\"Patient\"}",
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"colour\":\"red\"}",
                "{\"resourceType\":",
                "[]")) {
            HttpResponse<String> quick = send("POST", "/Observation", stranger, body);
            HttpResponse<String> slow = send("POST", "/Observation", stranger, body, "Prefer", "handling=strict");
            assertThat(quick.statusCode()).as(body).isEqualTo(slow.statusCode()).isBetween(400, 499);
            assertThat(quick.body()).as(body).isEqualTo(slow.body()).contains("OperationOutcome");
            assertThat(headers(quick)).as(body).isEqualTo(headers(slow));
        }
        assertThat(send("GET", count, stranger, "").body()).contains("\"total\":0");
        accounts.end("short-way-sender");
        int before = Json.parse(send("GET", count, hospital, "").body())
                .path("total")
                .asInt();
        assertThat(send("POST", "/Observation", stranger, grip(reference, "2018"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(Json.parse(send("GET", count, hospital, "").body())
                        .path("total")
                        .asInt())
                .isEqualTo(before);
    }

    @Test
    void a_search_that_is_refused_is_refused_alike_both_ways() throws Exception {
        for (String search : List.of(
                "/Patient?favourite=tea",
                "/Patient?birthdate=yesterday",
                "/Patient?_count=many",
                "/Patient?_page=forged",
                "/Patient?family=%C3%28",
                "/Patient?_elements=nothing")) {
            HttpResponse<String> quick = send("GET", search, hospital, "");
            HttpResponse<String> slow = slowly(search, hospital);
            assertThat(quick.statusCode())
                    .as(search)
                    .isEqualTo(slow.statusCode())
                    .isBetween(400, 499);
            assertThat(quick.body()).as(search).isEqualTo(slow.body()).contains("OperationOutcome");
            assertThat(headers(quick)).as(search).isEqualTo(headers(slow));
        }
        HttpResponse<String> xml = send("GET", "/Patient?family=a&_format=xml", hospital, "");
        assertThat(xml.body()).startsWith("<");
    }

    @Test
    void a_search_finds_what_the_side_may_see_on_which_somebody_stands_now() throws Exception {
        String token = member("short-way-seeker", PartyKind.CLINICAL);
        String search = "/Patient?_total=accurate&identifier=urn:test:short-way%7C" + mark + "-Quillfeather";
        assertThat(send("GET", search, token, "").body()).contains("\"total\":0");
        accounts.ensure(
                "short-way-seeker", "Seeker", "Organization/short-way-hospital", Set.of(Role.SOURCE), "en", null);
        assertThat(send("GET", search, token, "").body())
                .contains("\"total\":1")
                .contains("Quillfeather");
        accounts.ensure("short-way-seeker", "Seeker", "Organization/short-way-seeker", Set.of(Role.SOURCE), "en", null);
        assertThat(send("GET", search, token, "").body()).contains("\"total\":0");
        String subject = "Patient?_total&identifier";
        long before = rows("SEARCH", subject);
        accounts.end("short-way-seeker");
        assertThat(send("GET", search, token, "").statusCode()).isEqualTo(401);
        assertThat(rows("SEARCH", subject)).isEqualTo(before);
    }

    @Test
    void both_ways_answer_alike_to_the_letter_and_write_down_who_looked() throws Exception {
        for (int i = 0; i < 2; i++) {
            long before = rows("READ", reference);
            HttpResponse<String> quick = send("GET", "/" + reference, hospital, "");
            HttpResponse<String> slow = slowly("/" + reference, hospital);
            assertThat(quick.statusCode()).isEqualTo(200);
            assertThat(quick.body()).isEqualTo(slow.body()).contains("Quillfeather");
            assertThat(headers(quick)).isEqualTo(headers(slow)).containsKeys("etag", "cache-control");
            assertThat(rows("READ", reference)).isEqualTo(before + 2);
        }
        HttpResponse<String> xml = send("GET", "/" + reference, hospital, "", "Accept", "application/fhir+xml");
        assertThat(xml.body()).startsWith("<").contains("<family value=\"Quillfeather\"/>");
    }

    @Test
    void what_is_absent_or_deleted_or_anothers_is_answered_and_written_down_once() throws Exception {
        String gone = made(hospital, "Ravenscroft");
        assertThat(send("GET", "/" + gone, hospital, "").statusCode()).isEqualTo(200);
        assertThat(send("DELETE", "/" + gone, hospital, "").statusCode()).isEqualTo(204);
        assertThat(send("GET", "/" + gone, hospital, "").statusCode()).isEqualTo(410);

        String absent = "Patient/" + UUID.randomUUID();
        assertThat(send("GET", "/" + absent, hospital, "").statusCode()).isEqualTo(404);
        assertThat(rows("REFUSED", absent)).isEqualTo(1);

        String stranger = member("short-way-stranger", PartyKind.CLINICAL);
        long refused = rows("REFUSED", reference);
        assertThat(send("GET", "/" + reference, stranger, "").statusCode()).isEqualTo(404);
        assertThat(rows("REFUSED", reference)).isEqualTo(refused + 1);
    }

    @Test
    void a_token_that_has_ended_lets_nobody_in_at_the_next_request() throws Exception {
        String token = member("short-way-ended", PartyKind.CLINICAL);
        String own = made(token, "Okonkwo");
        assertThat(send("GET", "/" + own, token, "").statusCode()).isEqualTo(200);
        long before = rows("READ", own);
        jdbc.sql("delete from security.access_token where username = 'short-way-ended'")
                .update();
        assertThat(send("GET", "/" + own, token, "").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/" + own, token, "").statusCode()).isEqualTo(401);
        assertThat(rows("READ", own)).isEqualTo(before);
    }

    @Test
    void an_account_that_has_ended_lets_nobody_in_at_the_next_request() throws Exception {
        String token = member("short-way-left", PartyKind.CLINICAL);
        String own = made(token, "Lindqvist");
        assertThat(send("GET", "/" + own, token, "").statusCode()).isEqualTo(200);
        accounts.end("short-way-left");
        assertThat(send("GET", "/" + own, token, "").statusCode()).isEqualTo(401);
    }

    @Test
    void whoever_changes_sides_sees_what_the_new_side_sees_at_the_next_request() throws Exception {
        String token = member("short-way-mover", PartyKind.CLINICAL);
        String own = made(token, "Yamashita");
        assertThat(send("GET", "/" + own, token, "").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/" + reference, token, "").statusCode()).isEqualTo(404);
        accounts.ensure("short-way-mover", "Mover", "Organization/short-way-hospital", Set.of(Role.SOURCE), "en", null);
        assertThat(send("GET", "/" + reference, token, "").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/" + own, token, "").statusCode()).isEqualTo(404);
    }
}
