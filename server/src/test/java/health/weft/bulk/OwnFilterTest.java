package health.weft.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.subscription.Receiver;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Exports and subscriptions that are filtered by a search parameter of the network's own, and by a {@code _filter}. */
class OwnFilterTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String code = "kin-" + mark;
    private BulkClient clinic = new BulkClient("", "");
    private String wanted = "";

    @BeforeAll
    void a_parameter_that_is_indexed() throws Exception {
        clinic = new BulkClient(url(""), member("own-filter-clinic", PartyKind.CLINICAL));
        String convener = member("own-filter-convener", PartyKind.COMMUNITY, Role.CONVENER);
        HttpResponse<String> made = send("POST", "/SearchParameter", convener, """
                {"resourceType":"SearchParameter","url":"http://weft.test/%s","name":"Kin","status":"active","description":"Next of kin",
                 "code":"%s","base":["Patient"],"type":"string","expression":"Patient.contact.name"}""".formatted(code, code));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> clinic.send("GET", "/Patient?" + code + "=x", "").statusCode() == 200);
        wanted = patient("Kin" + mark);
        patient("Other" + mark);
    }

    private String patient(String kin) throws Exception {
        HttpResponse<String> answer = clinic.send("POST", "/Patient", """
                {"resourceType":"Patient","contact":[{"name":{"family":"%s"}}]}""".formatted(kin));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return "Patient/" + Json.text(Json.parse(answer.body()), "id");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void an_export_is_filtered_by_it() throws Exception {
        for (String filter : new String[] {"Patient?" + code + "=kin", "Patient?_filter=" + code + " sw Kin"}) {
            ObjectNode manifest =
                    clinic.manifest(clinic.kickOff("/Patient/$export?_type=Patient&_typeFilter=" + encoded(filter)));
            assertThat(clinic.ids(manifest, "output")).as(filter).containsExactly(wanted);
        }
        HttpResponse<String> unknown = clinic.send(
                "GET", "/Patient/$export?_typeFilter=" + encoded("Patient?kith=x"), "", "Prefer", "respond-async");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body()).contains("kith");
    }

    @Test
    void a_subscription_is_filtered_by_it() throws Exception {
        try (Receiver receiver = new Receiver()) {
            String backport = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-";
            String subscription = """
                    {"resourceType":"Subscription","status":"requested","reason":"kin",
                     "criteria":"https://weft.health/fhir/SubscriptionTopic/resource-changed",
                     "_criteria":{"extension":[{"url":"%sfilter-criteria","valueString":"Patient?%s=new"}]},
                     "channel":{"type":"rest-hook","endpoint":"%s","payload":"application/fhir+json",
                      "_payload":{"extension":[{"url":"%spayload-content","valueCode":"id-only"}]}}}""";
            HttpResponse<String> made = clinic.send(
                    "POST", "/Subscription", subscription.formatted(backport, code, receiver.url(), backport));
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            String id = Json.text(Json.parse(made.body()), "id");
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            clinic.send("GET", "/Subscription/" + id, "").body().contains("\"active\""));
            patient("Old" + mark);
            String told = patient("New" + mark);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> clinic.send("GET", "/Subscription/" + id + "/$events?eventsSinceNumber=1", "")
                            .body()
                            .contains(told));
            assertThat(clinic.send("GET", "/Subscription/" + id + "/$status", "")
                            .body())
                    .contains("\"events-since-subscription-start\",\"valueString\":\"1\"");
            assertThat(clinic.send(
                                    "POST",
                                    "/Subscription",
                                    subscription.formatted(backport, "kith", receiver.url(), backport))
                            .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void a_filter_is_searched_by_over_http_and_refused_by_position() throws Exception {
        HttpResponse<String> found = clinic.send(
                "GET", "/Patient?_filter=" + encoded("not (" + code + " sw other) and " + code + " co " + mark), "");
        assertThat(found.statusCode()).as(found.body()).isEqualTo(200);
        assertThat(found.body()).contains(wanted).doesNotContain("Other" + mark);
        assertThat(Json.parse(found.body()).at("/link/0/url").asString()).contains("_filter=");
        HttpResponse<String> wrong = clinic.send("GET", "/Patient?_filter=" + encoded("family eq"), "");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("character 10");
        BulkClient stranger = new BulkClient(url(""), member("own-filter-stranger", PartyKind.COMMUNITY));
        assertThat(stranger.send("GET", "/Patient?_filter=" + encoded("gender pr false or " + code + " sw kin"), "")
                        .body())
                .doesNotContain(wanted);
    }
}
