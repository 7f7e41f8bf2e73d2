package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
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

/** A read goes a short way when there is nothing else to heed; nobody can tell which way it went. */
class InstanceReadsTest extends WeftTest {
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
        return all;
    }

    @Test
    void only_what_asks_for_one_resource_and_nothing_else_goes_the_short_way() {
        assertThat(InstanceReads.reference(asked("/fhir/Patient/a.b-1"))).containsExactly("Patient", "a.b-1");
        for (String other : List.of(
                "/fhir/Patient",
                "/fhir/Patient/",
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
            assertThat(InstanceReads.reference(asked(other))).as(other).isNull();
        }
        MockHttpServletRequest queried = asked("/fhir/Patient/1");
        queried.setQueryString("_summary=true");
        assertThat(InstanceReads.reference(queried)).isNull();
        MockHttpServletRequest deleting = new MockHttpServletRequest("DELETE", "/fhir/Patient/1");
        assertThat(InstanceReads.reference(deleting)).isNull();
        for (Map.Entry<String, String> header : Map.of(
                        "If-None-Match", "W/\"1\"",
                        "If-Modified-Since", "Fri, 27 Nov 2026 12:00:00 GMT",
                        "Origin", "https://app.example.org",
                        "Accept", "application/fhir+xml")
                .entrySet()) {
            MockHttpServletRequest heeding = asked("/fhir/Patient/1");
            heeding.addHeader(header.getKey(), header.getValue());
            assertThat(InstanceReads.reference(heeding)).as(header.getKey()).isNull();
        }
    }

    @Test
    void both_ways_answer_alike_to_the_letter_and_write_down_who_looked() throws Exception {
        for (int i = 0; i < 2; i++) {
            long before = rows("READ", reference);
            HttpResponse<String> quick = send("GET", "/" + reference, hospital, "");
            HttpResponse<String> slow = send("GET", "/" + reference + "?", hospital, "");
            assertThat(quick.statusCode()).isEqualTo(200);
            assertThat(quick.body()).isEqualTo(slow.body()).contains("Quillfeather");
            assertThat(headers(quick)).isEqualTo(headers(slow)).containsKeys("etag", "cache-control", "vary");
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
