package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.conversation.Conversations;
import health.weft.conversation.Message;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Direct light: an organisation without an account answers by a signed link in a mail. */
class LightTest extends LightNetwork {
    @Autowired
    private Conversations conversations;

    LightTest() {
        super("referral", "directory", "conversation");
    }

    @BeforeAll
    void a_clinic_and_a_kitchen_without_an_account() {
        clinic("Lamplight Clinic", "Lucius Lampert");
        reachedByMail("Ladle Kitchen", mailbox);
        jdbc.sql("""
                update directory.service set document = jsonb_set(document, '{translations}', '{"es":{"name":"La sopa de Ladle"}}')
                 where id = ?""").param(food("Ladle Kitchen")).update();
    }

    private String asked(String person) {
        return send(person, food("Ladle Kitchen"), "Ring twice");
    }

    @Test
    void a_link_shows_the_need_and_only_after_a_yes_who_it_is() throws Exception {
        String task = asked(person("Quentin Marrowby", "1938-04-02", "508-555-1901"));
        String link = mailed(task);
        HttpResponse<String> before = get(link);
        assertThat(before.statusCode()).isEqualTo(200);
        assertThat(before.headers().map()).doesNotContainKey("set-cookie");
        assertThat(before.body())
                .contains("Food", "Worcester 01610", "Spanish", "Lamplight Clinic")
                .doesNotContain("Marrowby", "Quentin", "1938", "555-1901", "Terrace", "Ring twice");
        assertThat(post(link, "accept", "version=1").statusCode()).isEqualTo(302);
        assertThat(get(link).body()).contains("Quentin Marrowby", "508-555-1901", "Marrowby Terrace", "Ring twice");
        assertThat(referrals.find(coordinator, task).status()).isEqualTo(ReferralStatus.ACCEPTED);
        assertThat(post(link, "give", "version=2&words=Soup+for+three").statusCode())
                .isEqualTo(302);
        Referral done = referrals.find(coordinator, task);
        assertThat(done.loop()).isEqualTo(Referral.Loop.CLOSED);
        assertThat(referrals.story(done).stream().map(Referral.Event::words)).contains("Soup for three");
        assertThat(get(link).body()).contains("Thank you").doesNotContain("Marrowby");
        assertThat(trail(task))
                .anyMatch(row -> row.equals("UPDATE success link:" + task + " Organization/" + id("Ladle Kitchen")));
    }

    @Test
    void whoever_holds_the_link_reads_what_is_written_to_them_and_writes_back() throws Exception {
        String task = asked(person("Perpetua Goldsworthy", "1926-12-06", "508-555-6120"));
        String other = asked(person("Roderick Lightfoot", "1988-07-01", "508-555-7231"));
        String closed = newest(other);
        assertThat(post(newest(task), "messages", "message=Too+early").statusCode())
                .isEqualTo(302);
        assertThat(conversations.of(coordinator, task).said())
                .as("before the yes")
                .isEmpty();
        conversations.write(coordinator, task, UUID.randomUUID(), "Ring first");
        assertThat(mailsFor(task))
                .as("no mail about what would not be shown yet")
                .isEqualTo(1);
        post(newest(task), "accept", "version=1");
        conversations.write(coordinator, task, UUID.randomUUID(), "Use the side door");
        byte[] map = "%PDF-1.4 the way".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        conversations.send(coordinator, task, "way.pdf", map);
        String link = newest(task);
        String page = get(link).body();
        assertThat(page).contains("Ring first", "Use the side door", "way.pdf");
        assertThat(post(link, "messages", "message=").statusCode()).isEqualTo(422);
        assertThat(post(link, "messages", "message=Thank+you%21").statusCode()).isEqualTo(302);
        assertThat(conversations.of(coordinator, task).said())
                .extracting(Message::words)
                .containsExactly("Ring first", "Use the side door", "", "Thank you!");
        assertThat(get(link).body()).contains("Thank you!");

        Matcher file = Pattern.compile("/reply/" + link + "/files/([0-9a-f-]+)").matcher(page);
        assertThat(file.find()).isTrue();
        assertThat(get(link + "/files/" + file.group(1)).body())
                .isEqualTo(new String(map, java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(get(closed + "/files/" + file.group(1)).statusCode()).isEqualTo(410);
    }

    @Test
    void a_no_is_one_press_with_a_coded_reason() throws Exception {
        String task = asked(person("Ottoline Fennimore", "1967-11-23", "508-555-2733"));
        String link = newest(task);
        assertThat(post(link, "decline", "version=1").statusCode())
                .as("without a reason")
                .isEqualTo(422);
        assertThat(post(link, "decline", "version=1&reason=no-capacity").statusCode())
                .isEqualTo(302);
        Referral declined = referrals.find(coordinator, task);
        assertThat(declined.status()).isEqualTo(ReferralStatus.REJECTED);
        assertThat(declined.reasonCode()).isEqualTo("no-capacity");
    }

    @Test
    void wrong_altered_expired_replaced_and_used_links_are_refused_alike_and_that_is_in_the_trail() throws Exception {
        String task = asked(person("Hieronymus Aldwater", "1949-08-30", "508-555-3417"));
        String other = asked(person("Celestine Birdsong", "1983-02-14", "508-555-4629"));
        String link = newest(task);
        String altered = (link.charAt(0) == 'A' ? "B" : "A") + link.substring(1);
        String crossed = newest(other).substring(0, 21) + link.substring(21);
        List<HttpResponse<String>> refused = new ArrayList<>();
        long refusals = refusals();
        for (String wrong : List.of("no-such-link", "A".repeat(64), altered, crossed)) {
            refused.add(get(wrong));
            refused.add(post(wrong, "accept", "version=1"));
        }
        post(link, "accept", "version=1");
        refused.add(post(link, "accept", "version=1"));
        jdbc.sql("update referral.link set expires = now() where referral_id = ?")
                .param(task)
                .update();
        refused.add(get(link));
        refused.add(post(link, "give", "version=2"));
        assertThat(refused).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(410));
        assertThat(refused.stream()
                        .map(answer -> answer.body().replace(token(answer), ""))
                        .distinct())
                .hasSize(1);
        assertThat(refusals()).isEqualTo(refusals + refused.size());
        assertThat(trail(task)).contains("REFUSED refused link:" + task + " Organization/" + id("Ladle Kitchen"));
        assertThat(referrals.find(coordinator, task).status()).isEqualTo(ReferralStatus.ACCEPTED);
        assertThat(referrals.find(coordinator, other).status()).isEqualTo(ReferralStatus.REQUESTED);
    }

    @Test
    void attempts_are_recorded_by_one_press_and_counted_before_nobody_could_be_reached() throws Exception {
        String task = asked(person("Ermengarde Quickfoot", "1957-06-27", "508-555-6691"));
        String link = newest(task);
        String form = UUID.randomUUID().toString();
        assertThat(post(link, "attempt", "medium=phone&_once=" + form).statusCode())
                .as("before the yes")
                .isEqualTo(422);
        post(link, "accept", "version=1");
        for (int i = 0; i < 2; i++) { // the second is the same press
            assertThat(post(link, "attempt", "medium=phone&_once=" + form).statusCode())
                    .isEqualTo(302);
        }
        assertThat(post(link, "attempt", "medium=pigeon").statusCode()).isEqualTo(422);
        HttpResponse<String> early = post(link, "fail", "version=2&reason=could-not-contact");
        assertThat(early.statusCode()).isEqualTo(422);
        assertThat(early.body()).contains("1 of 3", "after 2 more attempts");
        post(link, "attempt", "medium=text&_once=" + UUID.randomUUID());
        post(link, "attempt", "medium=visit&_once=" + UUID.randomUUID());
        jdbc.sql("update referral.attempt set at = at - interval '1 day' where medium = 'PHONE' and referral_id = ?")
                .param(task)
                .update();
        assertThat(post(link, "fail", "version=2&reason=could-not-contact").statusCode())
                .isEqualTo(302);
        assertThat(referrals.find(coordinator, task).status()).isEqualTo(ReferralStatus.FAILED);
        assertThat(referrals.story(referrals.find(coordinator, task)).stream()
                        .filter(event -> event.what() == Referral.What.TRIED))
                .hasSize(3);
    }

    @Test
    void a_link_opens_nothing_but_its_own_referral() throws Exception {
        String task = asked(person("Barnaby Icecliff", "1955-12-05", "508-555-5871"));
        String other = asked(person("Drusilla Penhallow", "1979-07-19", "508-555-6043"));
        post(newest(task), "accept", "version=1");
        post(newest(other), "accept", "version=1");
        assertThat(get(newest(task)).body()).contains("Icecliff").doesNotContain("Penhallow");
        String person = jdbc.sql("select patient_id from referral.referral where id = ?")
                .param(other)
                .query(String.class)
                .single();
        assertThat(records.find(LightAnswers.caller(referrals.find(coordinator, task)), "Patient", person))
                .as("another's patient, though the same organisation may see them by another link")
                .isEmpty();
    }

    @Test
    void a_new_link_goes_to_the_known_mailbox_whoever_asks_and_the_old_one_stops() throws Exception {
        String task = asked(person("Lavinia Thistlewood", "1944-01-27", "508-555-7219"));
        String first = newest(task);
        int before = mailsFor(task);
        String asked = again(first);
        assertThat(again("A".repeat(64)))
                .as("the same answer to whatever is asked")
                .isEqualTo(asked);
        assertThat(mailsFor(task)).isEqualTo(before + 1);
        String second = newest(task);
        assertThat(second).isNotEqualTo(first);
        assertThat(get(first).statusCode()).isEqualTo(410);
        assertThat(get(second).statusCode()).isEqualTo(200);
        for (int i = 0; i < 5; i++) {
            again(first);
        }
        assertThat(mailsFor(task)).as("no more than some a day").isEqualTo(3);
        assertThatThrownBy(() -> referrals.newLink(coordinator, task)).isInstanceOf(Problem.class);
        assertThat(jdbc.sql(
                                "select distinct address from notice.mail where link in (select id from referral.link where referral_id = ?)")
                        .param(task)
                        .query(String.class)
                        .list())
                .containsExactly(mailbox);
    }

    @Test
    void the_mail_says_nothing_of_the_person_and_waits_for_the_mail_server() throws Exception {
        mails.stop();
        String task = asked(person("Peregrine Oxenholme", "1971-09-08", "508-555-8357"));
        due(task);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> jdbc.sql(
                                        "select max(tries) from notice.mail where link in (select id from referral.link where referral_id = ?)")
                                .param(task)
                                .query(Integer.class)
                                .single()
                        > 0);
        mails = mailServer();
        due(task);
        String link = mailed(task);
        assertThat(get(link).statusCode()).isEqualTo(200);
        String mail =
                texts().stream().filter(text -> text.contains(link)).findFirst().orElseThrow();
        assertThat(mail)
                .contains("You need no account", "No necesita una cuenta")
                .doesNotContain("Oxenholme", "Peregrine", "food", "Food", "comida", "Lamplight", "Ladle");
    }

    @Test
    void about_somebody_of_whom_no_notice_may_leave_it_is_not_sent_and_says_what_to_do() {
        String person = person("Araminta Dovecote", "1992-03-11", "508-555-9461");
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(
                        identity.patientOf(clinic, person).reference())));
        assertThatThrownBy(() -> asked(person))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("nothing may be sent. Call them");
        assertThat(jdbc.sql(
                                "select count(*) from referral.referral r where r.owner = ? and r.area <> '' and exists (select from security.relation s where s.pat = r.pat and s.party = ?)")
                        .params("Organization/" + id("Ladle Kitchen"), "Person/" + person)
                        .query(Long.class)
                        .single())
                .as("nothing is stored")
                .isZero();
    }

    @Test
    void a_yes_pressed_on_many_screens_at_once_is_one_yes() throws Exception {
        String task = asked(person("Thelonius Garrick", "1961-05-16", "508-555-0589"));
        String link = newest(task);
        List<Callable<Integer>> presses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String step = i % 2 == 0 ? "accept" : "decline";
            presses.add(() -> post(link, step, "version=1&reason=no-capacity").statusCode());
        }
        try (var pool = Executors.newFixedThreadPool(8)) {
            List<Integer> answers = new ArrayList<>();
            for (var result : pool.invokeAll(presses)) {
                answers.add(result.get());
            }
            assertThat(answers).containsOnlyOnce(302).allMatch(status -> List.of(302, 410, 422)
                    .contains(status));
        }
        assertThat(referrals.story(referrals.find(coordinator, task))).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"Wilhelmina Stargazer, 1937-10-03, en, 1280", "Fitzgerald Nightsky, 1988-06-21, es, 390"})
    void the_front_desk_answers_on_a_page(String name, String born, String language, int width) throws Exception {
        String task = asked(person(name, born, "508-444-1" + width));
        String link = newest(task);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/language?to=" + language + "&back=/find-help"));
            page.navigate(url("/reply/" + link));
            looksRight(page, "light-asked", language, width);
            assertThat(page.locator(".govuk-caption-l").innerText())
                    .startsWith(language.equals("es") ? "La sopa de Ladle," : "Ladle Kitchen food,");
            assertThat(page.locator("main").innerText()).doesNotContain(name.split(" ")[1]);
            press(page, "form[action$='/accept'] button");
            assertThat(page.locator("main").innerText()).contains(name);
            looksRight(page, "light-accepted", language, width);
            conversations.write(coordinator, task, UUID.randomUUID(), "Use the side door, the bell does not ring");
            page.navigate(url("/reply/" + newest(task)));
            assertThat(page.locator("main").innerText()).contains("side door");
            looksRight(page, "light-messages", language, width);
            press(page, "form[action$='/give'] button");
            assertThat(page.locator("main").innerText()).doesNotContain(name);
            looksRight(page, "light-done", language, width);
            page.navigate(url("/reply/" + "A".repeat(64)));
            looksRight(page, "light-gone", language, width);
            press(page, "form[action='/reply/again'] button");
            looksRight(page, "light-again", language, width);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/referrals/"
                    + asked(person(
                            name.replace(' ', 'u') + " Elsewhere" + width,
                            "19" + width % 50 + "-01-30",
                            "508-333-9" + width))));
            looksRight(page, "light-sent", language, width);
            press(page, "form[action$='/link'] button");
            assertThat(page.locator(".weft-notice").count()).isEqualTo(1);
        }
    }

    // ------------------------------------------------------------------------------------------------ several at once

    /** Two that answer by mail, and one with an account. */
    private List<String> three() {
        if (second.isEmpty()) {
            second = "hall-" + mark + "@soup.example";
            reachedByMail("Tureen Hall", second);
            skillet = account("Sigrid Skillet", helper("Skillet House"), Role.COMMUNITY_WORKER);
        }
        return List.of(food("Ladle Kitchen"), food("Tureen Hall"), food("Skillet House"));
    }

    private String second = "";
    private Caller skillet = Caller.PLATFORM;

    private String linkOf(String task, String name) {
        return signed.token(
                LightLinks.PATH,
                jdbc.sql("select id from referral.link where referral_id = ? and party = ? order by made desc limit 1")
                        .params(task, "Organization/" + id(name))
                        .query(UUID.class)
                        .single());
    }

    @Test
    void several_are_asked_by_mail_at_once_and_only_the_first_to_say_yes_sees_whose_it_is() throws Exception {
        String task = send(
                coordinator, person("Anastasius Wren", "1929-11-19", "508-555-8341"), three(), "He keeps a large dog");
        String ladle = linkOf(task, "Ladle Kitchen");
        String tureen = linkOf(task, "Tureen Hall");
        for (String link : List.of(ladle, tureen)) {
            assertThat(get(link).body())
                    .contains("Food", "Worcester 01610", "Several organizations are asked")
                    .doesNotContain("Wren", "1929", "large dog", "Skillet House");
        }
        assertThat(get(ladle).body()).doesNotContain("Tureen");
        assertThat(referrals.claimable(skillet)).extracting(Referral::id).contains(task);
        due(task);
        await().atMost(Duration.ofSeconds(20)).until(() -> sent(named(ladle)));
        assertThat(texts())
                .anySatisfy(text -> assertThat(text).contains("Would your organization help?"))
                .allSatisfy(text -> assertThat(text).doesNotContain("Wren", "Worcester", "Food", "dog"));

        List<Callable<Integer>> presses =
                List.of(() -> post(ladle, "accept", "version=1").statusCode(), () -> post(tureen, "accept", "version=1")
                        .statusCode());
        try (var pool = Executors.newFixedThreadPool(2)) {
            List<Integer> answers = new ArrayList<>();
            for (var result : pool.invokeAll(presses)) {
                answers.add(result.get());
            }
            assertThat(answers).as("decided once").containsExactlyInAnyOrder(302, 410);
        }
        boolean ladles = referrals.find(coordinator, task).owner().endsWith(id("Ladle Kitchen"));
        String won = ladles ? ladle : tureen;
        String lost = ladles ? tureen : ladle;
        assertThat(get(won).body()).contains("Anastasius Wren", "large dog", "508-555-8341");
        HttpResponse<String> late = get(lost);
        assertThat(late.statusCode()).isEqualTo(410);
        assertThat(late.body())
                .contains("said yes before")
                .doesNotContain("Wren", ladles ? "Ladle" : "Tureen", "/reply/again");
        int mailed = mailsFor(task);
        again(lost);
        assertThat(mailsFor(task)).as("nobody is mailed for it").isEqualTo(mailed);
        assertThat(post(lost, "decline", "version=1&reason=no-capacity").statusCode())
                .isEqualTo(410);
        assertThat(referrals.claimable(skillet)).extracting(Referral::id).doesNotContain(task);
        assertThat(post(won, "give", "version=2&words=Broth").statusCode()).isEqualTo(302);
        assertThat(referrals.find(coordinator, task).loop()).isEqualTo(Referral.Loop.CLOSED);
    }

    @Test
    void a_no_by_mail_is_one_no_of_several_and_the_last_brings_it_back() throws Exception {
        String task = send(coordinator, person("Hippolyta Marsden", "1954-03-08", "508-555-9452"), three(), "");
        String ladle = linkOf(task, "Ladle Kitchen");
        assertThat(post(ladle, "decline", "version=1&reason=no-capacity").statusCode())
                .isEqualTo(302);
        assertThat(get(ladle).statusCode()).isEqualTo(410);
        assertThat(post(ladle, "accept", "version=1").statusCode()).isEqualTo(410);
        assertThat(referrals.find(coordinator, task).status()).isEqualTo(ReferralStatus.REQUESTED);
        referrals.pass(skillet, task, Reason.NO_CAPACITY, "");
        String tureen = linkOf(task, "Tureen Hall");
        int mailed = mailsFor(task);
        again(tureen);
        assertThat(mailsFor(task)).as("a new link for who has not answered").isEqualTo(mailed + 1);
        assertThat(get(tureen).statusCode()).as("in place of the old one").isEqualTo(410);
        assertThat(post(linkOf(task, "Tureen Hall"), "decline", "version=1&reason=no-capacity")
                        .statusCode())
                .isEqualTo(302);
        assertThat(referrals.find(coordinator, task).status()).isEqualTo(ReferralStatus.REJECTED);
    }

    private long refusals() {
        return jdbc.sql(
                        "select count(*) from audit.event where action = 'REFUSED' and (username = 'link' or username like 'link:%')")
                .query(Long.class)
                .single();
    }

    /** The link that was asked for. */
    private static String token(HttpResponse<String> answer) {
        return answer.request().uri().getPath().split("/")[2];
    }

    private String again(String link) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url("/reply/again")))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("token=" + link))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }
}
