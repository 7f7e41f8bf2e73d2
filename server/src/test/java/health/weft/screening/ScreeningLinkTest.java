package health.weft.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import health.weft.Visitor;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Forms that the person answers alone: by a link, and on a device that was handed over. */
class ScreeningLinkTest extends ScreeningSteps {
    @Autowired
    private Links links;

    @Test
    void a_link_opens_one_form_once_and_nothing_of_the_record() throws Exception {
        Someone hal = someone("Marguerite Dunwoody", "1966-06-11");
        Links.Link link =
                links.make(worker, hal.person(), Forms.HUNGER_VITAL_SIGN, "en", Way.LINK, url("/answer/"), "");
        String here = url("/answer/" + links.token(link.id()));
        try (Visitor phone = new Visitor("en");
                Visitor thief = new Visitor("en")) {
            send(thief, here, thief.get(here).body(), Map.of("88122-7", "LA28397-0", "_step", "later"));
            HttpResponse<String> page = phone.get(here);
            assertThat(checked(page.body())).as("what somebody else typed").isFalse();
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
            assertThat(page.body())
                    .contains("Hello M.", "Foxglove Clinic")
                    .doesNotContain("Marguerite", "Dunwoody", hal.person(), "1966");
            assertThat(phone.get(url("/people/" + hal.person()))
                            .headers()
                            .firstValue("Location")
                            .orElse(""))
                    .contains("/sign-in");
            HttpResponse<String> half = send(phone, here, page.body(), Map.of("88122-7", "LA28397-0"));
            assertThat(half.statusCode()).isEqualTo(422);
            send(phone, here, half.body(), Map.of("88122-7", "LA28397-0", "_step", "later"));
            assertThat(checked(phone.get(here).body()))
                    .as("in the browser that it was typed into")
                    .isTrue();
            assertThat(checked(thief.get(here).body())).as("in another one").isFalse();

            HttpResponse<String> done =
                    send(phone, here, half.body(), Map.of("88122-7", "LA28397-0", "88123-5", "LA28398-8"));
            assertThat(done.headers().firstValue("Location").orElse("")).contains("/answer/thanks");
            for (Visitor anybody : List.of(phone, thief)) {
                assertThat(anybody.get(here).statusCode()).isEqualTo(410);
            }
            String other = thief.get(url("/answer/"
                            + links.token(links.make(worker, hal.person(), "prapare", "en", Way.LINK, "", "")
                                    .id())))
                    .body();
            assertThat(send(thief, here, other, Map.of("88122-7", "LA28398-8", "88123-5", "LA28398-8"))
                            .statusCode())
                    .as("replayed")
                    .isEqualTo(410);
        }
        JsonNode response = of("QuestionnaireResponse", hal).getFirst();
        assertThat(response.path("author").toString()).contains(hal.patient().reference());
        assertThat(of("Condition", hal)).hasSize(1);
    }

    private static boolean checked(String page) {
        return page.contains("value=\"LA28397-0\" checked");
    }

    @Test
    void a_link_that_was_changed_withdrawn_is_too_old_or_whose_sender_has_left_opens_nothing() throws Exception {
        Someone ivy = someone("Thaddeus Bramwell", "1929-03-05");
        Links.Link link = links.make(worker, ivy.person(), Forms.HUNGER_VITAL_SIGN, "es", Way.LINK, "", "");
        String good = links.token(link.id());
        try (Visitor anybody = new Visitor("es")) {
            assertThat(anybody.get(url("/answer/" + good)).body()).contains("Hola, T.", "la comida se nos acabara");
            String changed = (good.startsWith("A") ? "B" : "A") + good.substring(1);
            String unsigned = good.substring(0, 30) + "A".repeat(good.length() - 30);
            for (String bad : List.of(changed, unsigned, good.substring(4), "A".repeat(64))) {
                HttpResponse<String> answer = anybody.get(url("/answer/" + bad));
                assertThat(answer.statusCode()).isEqualTo(410);
                assertThat(answer.body()).contains("ya no funciona");
            }
            jdbc.sql("update screening.link set expires = now() - interval '1 second' where id = ?")
                    .param(link.id())
                    .update();
            assertThat(anybody.get(url("/answer/" + good)).statusCode()).isEqualTo(410);
            Links.Link second = links.make(worker, ivy.person(), Forms.HUNGER_VITAL_SIGN, "es", Way.LINK, "", "");
            links.withdraw(stranger, ivy.person(), second.id());
            assertThat(anybody.get(url("/answer/" + links.token(second.id()))).statusCode())
                    .isEqualTo(200);
            links.withdraw(worker, ivy.person(), second.id());
            assertThat(anybody.get(url("/answer/" + links.token(second.id()))).statusCode())
                    .isEqualTo(410);
            Caller leaving = account("leaving-" + mark, "Lena Leaving", clinic.party());
            Links.Link third = links.make(leaving, ivy.person(), Forms.HUNGER_VITAL_SIGN, "es", Way.LINK, "", "");
            accounts.end(leaving.username());
            assertThat(anybody.get(url("/answer/" + links.token(third.id()))).statusCode())
                    .isEqualTo(410);
        }
        assertThatThrownBy(() -> links.make(stranger, ivy.person(), Forms.HUNGER_VITAL_SIGN, "en", Way.LINK, "", ""))
                .hasMessageContaining("person");
    }

    @Test
    void a_mail_with_a_link_says_nothing_of_health_and_none_goes_out_about_who_could_be_harmed() throws Exception {
        Someone jan = someone("Rosalind Fairweather", "1979-08-23");
        GreenMail server = mailServer();
        try {
            String mailbox = "rosalind-" + mark + "@example.org";
            Links.Link link =
                    links.make(worker, jan.person(), "ahc-hrsn", "en", Way.LINK, "http://weft.test/answer/", mailbox);
            await().atMost(Duration.ofSeconds(20)).until(() -> "SENT".equals(outcome(link)));
            String mail = GreenMailUtil.getWholeMessage(server.getReceivedMessages()[0]);
            assertThat(mail.replace("=\r\n", ""))
                    .contains("http://weft.test/answer/", "Foxglove Clinic")
                    .doesNotContain("Rosalind", "Fairweather", "AHC", "health", "need");
            String stop = mail.replace("=\r\n", "").replaceAll("(?s).*(/no-mail/[A-Za-z0-9_-]{64}).*", "$1");
            try (HttpClient program = HttpClient.newHttpClient()) {
                assertThat(program.send(
                                        HttpRequest.newBuilder(URI.create(url(stop)))
                                                .POST(BodyPublishers.ofString("List-Unsubscribe=One-Click"))
                                                .build(),
                                        BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(200);
                assertThatThrownBy(() -> links.make(worker, jan.person(), "prapare", "en", Way.LINK, "", mailbox))
                        .hasMessageContaining("not to be contacted by mail");
                program.send(
                        HttpRequest.newBuilder(URI.create(url(stop + "/again")))
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.discarding());
            }
            Links.Link waiting =
                    links.make(worker, jan.person(), "prapare", "en", Way.LINK, "http://weft.test/answer/", mailbox);
            jdbc.sql(
                            "update screening.link set due = now() + interval '1 hour', outcome = null, ended = null where id = ?")
                    .param(waiting.id())
                    .update();
            records.create(worker, Json.parse("""
                    {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                     "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(jan.patient().reference())));
            jdbc.sql("update screening.link set due = now() where id = ?")
                    .param(waiting.id())
                    .update();
            await().atMost(Duration.ofSeconds(20)).until(() -> outcome(waiting).equals("HELD"));
            assertThatThrownBy(() -> links.make(worker, jan.person(), "prapare", "en", Way.LINK, "", mailbox))
                    .hasMessageContaining("No notices");
            assertThat(links.make(worker, jan.person(), "prapare", "en", Way.TABLET, "", "")
                            .isOpen())
                    .isTrue();
        } finally {
            server.stop();
        }
    }

    private String outcome(Links.Link link) {
        return jdbc.sql("select coalesce(outcome, '') from screening.link where id = ?")
                .param(link.id())
                .query(String.class)
                .single();
    }

    @Test
    void a_device_that_was_handed_over_leads_back_to_nothing() throws Exception {
        Someone kit = someone("Wilhelmina Ashgrove", "1950-01-16");
        try (Visitor tablet = new Visitor("en").signIn(url(""), worker.username(), PASSWORD)) {
            String needs = url("/people/" + kit.person() + "/needs");
            HttpResponse<String> handed = tablet.post(
                    url("/people/" + kit.person() + "/screening/tablet"),
                    Map.of(
                            "_csrf",
                            Visitor.hidden(tablet.get(needs).body(), "_csrf"),
                            "form",
                            "usda-six-item",
                            "language",
                            "en"));
            String here = handed.headers().firstValue("Location").orElseThrow();
            here = here.startsWith("http") ? here : url(here);
            assertThat(here).contains("/answer/");
            assertThat(tablet.get(needs).headers().firstValue("Location").orElse(""))
                    .contains("/sign-in");
            String page = tablet.get(here).body();
            assertThat(page).doesNotContain("Wilhelmina");
            String more = send(
                            tablet,
                            here,
                            page,
                            Map.of(
                                    "HH3",
                                    "LA28398-8",
                                    "HH4",
                                    "LA28398-8",
                                    "AD1",
                                    "LA33-6",
                                    "AD2",
                                    "LA32-8",
                                    "AD3",
                                    "LA32-8"))
                    .body();
            assertThat(more)
                    .as("what follows from an answer is asked before it ends")
                    .contains("How often did this happen?");
            HttpResponse<String> done = send(
                    tablet,
                    here,
                    more,
                    Map.of(
                            "HH3",
                            "LA28398-8",
                            "HH4",
                            "LA28398-8",
                            "AD1",
                            "LA33-6",
                            "AD1a",
                            "some-months",
                            "AD2",
                            "LA32-8",
                            "AD3",
                            "LA32-8"));
            assertThat(done.headers().firstValue("Location").orElse("")).contains("way=tablet");
            assertThat(tablet.get(here).statusCode()).isEqualTo(410);
            assertThat(tablet.get(needs).headers().firstValue("Location").orElse(""))
                    .contains("/sign-in");
        }
        assertThat(of("Observation", kit).toString()).contains("raw-score", "\"low\"");
    }
}
