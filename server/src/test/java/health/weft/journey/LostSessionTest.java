package health.weft.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import health.weft.Chromium;
import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.demo.Demo;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A session that ends under a form, a form that went stale in another tab, a button pressed twice: nothing typed is lost. */
class LostSessionTest extends WeftTest {
    private static final String NOTE = "Cannot carry heavy bags; call after five.";

    @Autowired
    private Demo demo;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    private Chromium chromium;

    @BeforeAll
    void the_demonstration_network_is_up() throws InterruptedException {
        assertThat(demo.await(Duration.ofMinutes(6))).as("the import ended").isTrue();
        chromium = Chromium.start();
    }

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void a_session_that_ends_under_the_referral_form_loses_nothing_that_was_typed() {
        String person = person("Lostsession");
        try (Story maya = new Story(chromium, url(""), "en", "lost-session", 1280)) {
            maya.signsInAs("maya");
            choose(maya, person);
            maya.page.fill("textarea[name=note]", NOTE);
            maya.page.check("#consent");
            sessionsEnd();

            send(maya);
            maya.page.waitForURL("**/sign-in?lost");
            assertThat(maya.page.locator("main")).containsText(maya.words("home.signIn.lost"));
            maya.looks("signed-out");
            assertThat(referralsOf(person)).isZero();

            maya.page.click("button[value=maya]");
            maya.page.waitForURL("**" + person + "/referrals/new");
            press(maya.page, "main form button[type=submit]");
            assertThat(maya.page.locator("textarea[name=note]")).hasValue(NOTE);
            assertThat(maya.page.locator("#consent")).isChecked();
            assertThat(maya.page.locator(".weft-service input:checked")).hasCount(1);
            maya.looks("typed-again");
            assertThat(referralsOf(person)).as("nothing was stored").isZero();

            send(maya);
            maya.page.waitForURL("**/referrals/*-*");
            assertThat(referralsOf(person)).isEqualTo(1);
            assertThat(maya.page.locator("main")).containsText(NOTE);
        }
    }

    @Test
    void a_session_that_ends_under_a_form_that_was_sent_back_loses_nothing_either() {
        String person = person("Senttback");
        try (Story maya = new Story(chromium, url(""), "es", "lost-session", 390)) {
            maya.signsInAs("maya");
            choose(maya, person);
            maya.page.fill("textarea[name=note]", NOTE);
            send(maya); // the consent is missing: the form comes back under another address
            assertThat(maya.page.locator(".govuk-error-summary")).isVisible();
            maya.page.check("#consent");
            sessionsEnd();
            send(maya);
            maya.page.waitForURL("**/sign-in?lost");
            maya.page.click("button[value=maya]");
            maya.page.waitForURL("**" + person + "/referrals/new");
            press(maya.page, "main form button[type=submit]");
            assertThat(maya.page.locator("textarea[name=note]")).hasValue(NOTE);
            assertThat(maya.page.locator("#consent")).isChecked();
            assertThat(referralsOf(person)).isZero();
        }
    }

    @Test
    void the_stale_form_of_a_second_tab_is_refused_and_keeps_its_words() {
        String person = person("Twotabs");
        try (Story maya = new Story(chromium, url(""), "en", "stale-form", 1280);
                Story rosa = new Story(chromium, url(""), "en", "stale-form", 1280)) {
            maya.signsInAs("maya");
            choose(maya, person);
            maya.page.check("#consent");
            send(maya);
            maya.page.waitForURL("**/referrals/*-*");
            String referral = maya.page.url();

            rosa.signsInAs("rosa");
            rosa.page.navigate(referral);
            Page second = rosa.page.context().newPage();
            second.navigate(referral);
            second.locator("form[action$='/decline']").evaluate("form => { form.closest('details').open = true; }");
            second.fill("#words-decline", "Our van is broken until Monday.");
            second.selectOption("#reason-decline", "no-capacity");

            press(rosa.page, "form[action$='/accept'] button");
            assertThat(rosa.page.locator("#referral .weft-state")).containsText(rosa.words("referral.status.accepted"));
            rosa.page.navigate(referral);
            Page third = rosa.page.context().newPage();
            third.navigate(referral);
            third.locator("form[action$='/hold']").evaluate("form => { form.closest('details').open = true; }");
            third.fill("#words-hold", "She asked us to wait.");
            third.selectOption("#reason-hold", "other");
            press(rosa.page, "form[action$='/start'] button");
            assertThat(rosa.page.locator("#referral .weft-state"))
                    .containsText(rosa.words("referral.status.in-progress"));

            // What can still be said stays in its field; what no longer can be said is shown to be copied.
            press(third, "form[action$='/hold'] button");
            assertThat(third.locator(".govuk-error-summary")).containsText("changed while you had it open");
            assertThat(third.locator("#words-hold")).hasValue("She asked us to wait.");
            assertThat(third.locator("#reason-hold")).hasValue("other");

            press(second, "form[action$='/decline'] button");
            assertThat(second.locator(".govuk-error-summary")).containsText("changed while you had it open");
            assertThat(second.locator("main")).containsText("Our van is broken until Monday.");
            assertThat(second.locator("#referral .weft-state")).containsText(rosa.words("referral.status.in-progress"));
            assertThat(jdbc.sql("select status from referral.referral where id = ?")
                            .param(referral.replaceAll(".*/", ""))
                            .query(String.class)
                            .single())
                    .isEqualToIgnoringCase("in-progress");
            third.close();
            second.close();
        }
    }

    @Test
    void a_double_click_on_send_makes_one_referral() {
        String person = person("Doubleclick");
        try (Story maya = new Story(chromium, url(""), "en", "double-click", 1280)) {
            maya.signsInAs("maya");
            choose(maya, person);
            maya.page.check("#consent");
            maya.page.locator("#send").dblclick();
            maya.page.waitForURL("**/referrals/*-*");
            assertThat(referralsOf(person)).isEqualTo(1);
        }
    }

    @Test
    void a_form_that_arrives_twice_at_the_same_moment_makes_one_referral() throws Exception {
        String person = person("Twiceatonce");
        try (Visitor maya = new Visitor("en").signIn(url(""), "maya", Demo.PASSWORD);
                var pool = Executors.newFixedThreadPool(4)) {
            String csrf =
                    Visitor.hidden(maya.get(url(person + "/referrals/new")).body(), "_csrf");
            String form = maya.post(
                            url(person + "/referrals/new"), Map.of("_csrf", csrf, "category", "food-insecurity"))
                    .body();
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("_csrf", Visitor.hidden(form, "_csrf"));
            fields.put("_once", Visitor.hidden(form, "_once"));
            fields.put("category", "food-insecurity");
            fields.put("service", pantry());
            fields.put("consent", "true");
            Callable<HttpResponse<String>> sending = () -> maya.post(url(person + "/referrals"), fields);
            List<String> went = new ArrayList<>();
            for (var answer : pool.invokeAll(List.of(sending, sending, sending, sending))) {
                assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(302);
                went.add(answer.get().headers().firstValue("Location").orElseThrow());
            }
            assertThat(went.stream().distinct()).hasSize(1);
            assertThat(referralsOf(person)).isEqualTo(1);
        }
    }

    /** A new person of Maya's own organisation; the answer is the address of the record. */
    private String person(String family) {
        Caller maya = accounts.caller("maya").orElseThrow();
        String given = "Test" + UUID.randomUUID().toString().substring(0, 6);
        var patient = records.create(maya, Json.parse("""
                {"resourceType":"Patient","name":[{"family":"%s","given":["%s"]}],"birthDate":"%s"}""".formatted(
                family, given, java.time.LocalDate.of(1950, 1, 1).plusDays(Math.floorMod(family.hashCode(), 15_000)))));
        return "/people/" + identity.personOf(patient.rid()).orElseThrow();
    }

    private static void choose(Story maya, String person) {
        maya.opens(person + "/referrals/new");
        press(maya.page, "main form button[type=submit]");
        maya.choosesThePantry();
    }

    private static void send(Story maya) {
        press(maya.page, "#send");
    }

    private void sessionsEnd() {
        assertThat(jdbc.sql("delete from platform.spring_session where principal_name = 'maya'")
                        .update())
                .isPositive();
    }

    private String pantry() {
        return jdbc.sql("select id from directory.service where name = 'Community pantry' limit 1")
                .query(String.class)
                .single();
    }

    private int referralsOf(String person) {
        return jdbc.sql("""
                        select count(*)::int from referral.referral join identity.link using (pat) where person = ?""")
                .param(person.replace("/people/", ""))
                .query(Integer.class)
                .single();
    }
}
