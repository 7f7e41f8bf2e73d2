package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.notice.SignedLinks;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** The person is asked once, by mail, whether help came, and answers by the link in it, or says that they want no such mails. */
class HelpLinkTest extends ReferralNetwork {
    private static final Pattern STOP = Pattern.compile("/no-mail/[A-Za-z0-9_-]{64}");

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> usernames = new ArrayList<>();
    private Caller worker = Caller.PLATFORM;
    private GreenMail mails = new GreenMail();

    @Autowired
    private TransactionTemplate transactions;

    @Autowired
    private Outcomes outcomes;

    @Autowired
    private HelpLinks links;

    @Autowired
    private SignedLinks signed;

    HelpLinkTest() {
        super("referral", "notice");
    }

    @BeforeAll
    void a_clinic_and_a_shelter() {
        clinic("Asking Clinic", "Agatha Askew");
        worker = account("Wystan Wardlow", helper("Candlewick Shelter"), Role.COMMUNITY_WORKER);
        mails = mailServer();
    }

    @AfterAll
    void close() {
        mails.stop();
        usernames.forEach(accounts::end);
    }

    // ------------------------------------------------------------------------------------------------ asking

    @Test
    void the_person_is_asked_once_some_days_after_help_and_the_mail_says_nothing_of_it() throws Exception {
        String person = patient("Ambrose Tolliver", "1951-03-04", "508-556-1001", "es");
        String task = helped(person);
        links.ask();
        assertThat(asked(task)).as("not at once").isFalse();
        age(task, 4);
        links.ask();
        links.ask();
        age(task, 9);
        links.ask();
        assertThat(mailsFor(task)).as("once").isEqualTo(1);
        String mail = mailed(task, person);
        assertThat(mail)
                .contains("¿Recibió ayuda?", "/helped/", "sin una cuenta")
                .containsPattern(STOP)
                .doesNotContain("Did you get help", "Tolliver", "Ambrose", "Candlewick", "food", "comida", "Asking");
        Referral referral = referrals.find(coordinator, task);
        assertThat(referrals.story(referral).getLast().what()).isEqualTo(Referral.What.ASKED);
    }

    @Test
    void who_waits_for_long_after_a_yes_is_asked_too() {
        String task =
                send(patient("Bathsheba Quill", "1962-07-15", "508-556-2113", "en"), food("Candlewick Shelter"), "");
        referrals.accept(worker, task, 1, "");
        age(task, 5);
        links.ask();
        assertThat(asked(task)).isFalse();
        age(task, 22);
        links.ask();
        assertThat(asked(task)).isTrue();
    }

    @Test
    void nobody_is_asked_whom_a_mail_could_harm_or_who_never_agreed_or_who_answered_already() {
        String quiet = patient("Cressida Hawthorne", "1973-11-26", "508-556-3229", "en");
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(
                        identity.patientOf(clinic, quiet).reference())));
        String unasked = withMail("Dunstan Yarborough", "1944-05-08", "508-556-4337");
        String answered = patient("Eudora Pemberton", "1985-01-19", "508-556-5441", "en");
        List<String> tasks = new ArrayList<>();
        for (String person : List.of(quiet, unasked, answered)) {
            tasks.add(helped(person));
            age(tasks.getLast(), 4);
        }
        referrals.answer(self(answered), tasks.getLast(), true, "");
        links.ask();
        assertThat(tasks).noneMatch(this::asked);
    }

    @Test
    void staff_write_down_that_they_agreed_to_the_address_of_their_record() throws Exception {
        String person = withMail("Fenwick Lovelace", "1958-09-02", "508-556-6553");
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, coordinator.username(), "en");
            page.navigate(url("/people/" + person));
            page.locator("summary:has-text('written to by mail')").click();
            page.click("form[action$='/mail'] button");
            page.waitForLoadState();
        }
        String task = helped(person);
        age(task, 4);
        links.ask();
        await().atMost(Duration.ofSeconds(20)).until(() -> sent(task));
        assertThat(to("fenwick-" + mark + "@record.example"))
                .singleElement()
                .asString()
                .contains("¿Recibió ayuda?")
                .doesNotContain("Did you get");
    }

    // ------------------------------------------------------------------------------------------------ answering

    @Test
    void a_no_brings_it_back_and_may_become_a_yes_which_ends_the_link() throws Exception {
        String person = patient("Gwendolyn Marchbanks", "1939-12-13", "508-556-7669", "es");
        String task = helped(person);
        String link = asks(task);
        HttpResponse<String> page = get(link);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().map()).doesNotContainKey("set-cookie");
        assertThat(page.body())
                .contains("lang=\"es\"", "¿Recibió ayuda?")
                .doesNotContain("Marchbanks", "Gwendolyn", "Candlewick", "omida", "Asking Clinic", "1939");
        assertThat(post(link, "").statusCode()).as("neither yes nor no").isEqualTo(422);
        assertThat(post(link, "help=true&words=" + "x".repeat(2_001)).statusCode())
                .isEqualTo(422);
        assertThat(post(link, "help=false&words=Nobody+came").statusCode()).isEqualTo(302);
        Referral back = referrals.find(coordinator, task);
        assertThat(back.loop()).isEqualTo(Referral.Loop.REOPENED);
        assertThat(back.needsRequester()).isTrue();
        assertThat(referrals.story(back).getLast())
                .satisfies(event -> assertThat(event.what()).isEqualTo(Referral.What.HELP_NO))
                .satisfies(event -> assertThat(event.party()).isEqualTo("Person/" + person))
                .satisfies(event -> assertThat(event.words()).isEqualTo("Nobody came"));
        assertThat(post(link, "help=false").statusCode()).as("a second no").isEqualTo(410);
        assertThat(get(link).body()).contains("Usted dijo que no llegó ayuda").doesNotContain("value=\"false\"");
        assertThat(post(link, "help=true").statusCode()).isEqualTo(302);
        assertThat(referrals.find(coordinator, task).loop()).isEqualTo(Referral.Loop.CLOSED);
        assertThat(get(link).statusCode()).isEqualTo(410);
        assertThat(records.search(self(person), "QuestionnaireResponse?questionnaire=" + ReferralFhir.HELP)
                        .matches())
                .as("as the portal's")
                .hasSize(2)
                .allSatisfy(response -> assertThat(
                                response.json().path("meta").path("source").asString())
                        .isEqualTo("Person/" + person));
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where username = ? and action = 'CREATE' and subject like 'QuestionnaireResponse/%' and party = ?")
                        .params("link:" + task, "Person/" + person)
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void forged_crossed_expired_and_used_links_are_refused_alike_and_that_is_in_the_trail() throws Exception {
        String task = helped(patient("Hortensia Blackwood", "1968-02-27", "508-556-8771", "en"));
        String other = helped(patient("Ignatius Fairweather", "1977-10-06", "508-556-9883", "en"));
        String link = asks(task);
        String crossed = asks(other).substring(0, 21) + link.substring(21);
        String altered = (link.charAt(0) == 'A' ? "B" : "A") + link.substring(1);
        String ofAnotherPage = signed.token(LightLinks.PATH, linkOf(task));
        long refusals = refusals();
        List<HttpResponse<String>> refused = new ArrayList<>();
        for (String wrong : List.of("no-such-link", "A".repeat(64), altered, crossed, ofAnotherPage)) {
            refused.add(get(wrong));
            refused.add(post(wrong, "help=true"));
        }
        post(link, "help=true");
        refused.add(get(link));
        refused.add(post(link, "help=true"));
        refused.add(post(link, "help=false"));
        String late = asks(other);
        jdbc.sql("update referral.help_link set expires = now() where referral_id = ?")
                .param(other)
                .update();
        refused.add(get(late));
        refused.add(post(late, "help=true"));
        assertThat(refused).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(410));
        assertThat(refused.stream()
                        .map(answer -> answer.body().replace(token(answer), ""))
                        .distinct())
                .hasSize(1);
        assertThat(refusals()).isEqualTo(refusals + refused.size());
        assertThat(referrals.find(coordinator, other).help()).isNull();
    }

    @Test
    void a_yes_pressed_on_many_screens_at_once_is_one_yes() throws Exception {
        String task = helped(patient("Jemima Ravenscroft", "1990-06-30", "508-556-0997", "en"));
        String link = asks(task);
        List<Callable<Integer>> presses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            presses.add(() -> post(link, "help=true").statusCode());
        }
        List<Integer> answers = new ArrayList<>();
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (var result : pool.invokeAll(presses)) {
                answers.add(result.get());
            }
        }
        assertThat(answers).containsOnlyOnce(302).allMatch(status -> status == 302 || status == 410);
        assertThat(referrals.story(referrals.find(coordinator, task)).stream()
                        .filter(event -> event.what() == Referral.What.HELP_YES))
                .hasSize(1);
    }

    @Test
    void a_link_does_not_answer_for_somebody_else_whose_record_it_turned_out_to_be() throws Exception {
        String task = helped(patient("Killian Underhill", "1954-08-21", "508-557-1003", "en"));
        String link = asks(task);
        jdbc.sql("update referral.help_link set person = ? where referral_id = ?")
                .params(patient("Leopoldina Nightingale", "1947-04-17", "508-557-2111", "en"), task)
                .update();
        assertThat(get(link).statusCode()).isEqualTo(410);
        assertThat(post(link, "help=true").statusCode()).isEqualTo(410);
        assertThat(referrals.find(coordinator, task).help()).isNull();
    }

    // ------------------------------------------------------------------------------------------------ stopping

    @Test
    void one_press_stops_such_mails_also_those_that_wait_and_the_same_link_undoes_it() throws Exception {
        String person = patient("Montague Silverthorn", "1936-01-09", "508-557-3221", "en");
        String task = helped(person);
        age(task, 4);
        links.ask();
        Matcher stop = STOP.matcher(mailed(task, person));
        assertThat(stop.find()).isTrue();
        assertThat(get(URI.create(url(stop.group()))).body()).contains("Stop mails to me");
        String next = helped(person);
        age(next, 4);
        transactions.executeWithoutResult(status -> {
            links.ask();
            jdbc.sql("update notice.mail set due = now() + interval '1 hour' where link = ?")
                    .param(linkOf(next))
                    .update(); // it waits, however quick the server is
        });
        assertThat(asked(next)).isTrue();
        HttpResponse<String> stopped = post(URI.create(url(stop.group())), "List-Unsubscribe=One-Click");
        assertThat(stopped.statusCode()).isEqualTo(200);
        assertThat(stopped.headers().map()).doesNotContainKey("set-cookie");
        assertThat(stopped.body()).contains("You get no more mails").doesNotContain("Silverthorn");
        due(next);
        await().atMost(Duration.ofSeconds(20)).until(() -> outcome(next).equals("HELD"));
        String third = helped(person);
        age(third, 4);
        links.ask();
        assertThat(asked(third)).isFalse();
        post(URI.create(url(stop.group() + "/again")), "");
        String fourth = helped(person);
        age(fourth, 4);
        links.ask();
        assertThat(asked(fourth)).isTrue();
        assertThat(get(URI.create(url("/no-mail/" + "A".repeat(64)))).statusCode())
                .isEqualTo(410);
    }

    @ParameterizedTest
    @CsvSource({"Philomena Oakenshield, 1981-05-25, en, 1280", "Quincy Rosenquist, 1993-09-14, es, 390"})
    void a_person_answers_on_a_page_and_stops_mails_and_undoes_that_when_signed_in(
            String name, String born, String language, int width) throws Exception {
        String person = patient(name, born, "508-557-4" + width, language);
        String task = helped(person);
        String link = asks(task);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/helped/" + link));
            looksRight(page, "helped", language, width);
            page.fill("#words", "—");
            press(page, "button[value=false]");
            looksRight(page, "helped-no", language, width);
            press(page, "button[value=true]");
            looksRight(page, "helped-thanks", language, width);
            page.navigate(url("/helped/" + link));
            looksRight(page, "helped-gone", language, width);
        }
        String next = helped(person);
        String again = asks(next);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/helped/" + again));
            press(page, "form[action^='/no-mail/'] button");
            looksRight(page, "no-mail", language, width);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/referrals/" + next));
            assertThat(page.locator("main").innerText())
                    .contains(
                            language.equals("es")
                                    ? List.of("Pide que no le escriban por correo", "Se le preguntó por correo")
                                    : List.of("Asks not to be contacted by mail", "Asked by mail whether help came"));
            looksRight(page, "referral-asked", language, width);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, self(person).username(), language);
            page.navigate(url("/me/sharing"));
            looksRight(page, "my-mails", language, width);
            press(page, "form[action='/me/mail/again'] button");
            assertThat(page.locator("form[action='/me/mail/stop']").count()).isEqualTo(1);
        }
    }

    // ------------------------------------------------------------------------------------------------ the network

    /** Somebody with an account that has a mail address. */
    private String patient(String name, String born, String phone, String language) {
        String person = person(name, born, phone);
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        Caller self = account(name, "Person/" + person, Role.PATIENT);
        accounts.speak(self.username(), language);
        usernames.add(self.username());
        jdbc.sql("update security.account set mail = username || '@home.example' where username = ?")
                .param(self.username())
                .update();
        return person;
    }

    private Caller self(String person) {
        return usernames.stream()
                .flatMap(username -> accounts.caller(username).stream())
                .filter(caller -> caller.party().equals("Person/" + person))
                .findFirst()
                .orElseThrow();
    }

    /** Somebody without an account, whose record has a mail address. */
    private String withMail(String name, String born, String phone) {
        var json = Copies.json(clinic, name, born, phone, "9 " + name.split(" ")[1] + " Court");
        json.withArray("telecom")
                .addObject()
                .put("system", "email")
                .put("value", name.split(" ")[0].toLowerCase(java.util.Locale.ROOT) + "-" + mark + "@record.example");
        Copies.speaks(json, "es-MX");
        return identity.personOf(records.create(clinic, json).rid()).orElseThrow();
    }

    /** A referral of theirs that ended with help. */
    private String helped(String person) {
        String task = send(person, food("Candlewick Shelter"), "");
        referrals.accept(worker, task, 1, "");
        referrals.start(worker, task, 2, "");
        outcomes.give(worker, task, 3, "A bed and a meal", Outcome.UNSAID);
        return task;
    }

    private void age(String task, int days) {
        jdbc.sql("""
                update referral.referral set answered_at = now() - make_interval(days => :days),
                       completed_at = case when completed_at is not null then now() - make_interval(days => :days) end
                 where id = :task""").param("days", days).param("task", task).update();
    }

    private boolean asked(String task) {
        return jdbc.sql("select asked is not null from referral.referral where id = ?")
                .param(task)
                .query(Boolean.class)
                .single();
    }

    private UUID linkOf(String task) {
        return jdbc.sql("select id from referral.help_link where referral_id = ?")
                .param(task)
                .query(UUID.class)
                .single();
    }

    /** The link by which the person was asked. */
    private String asks(String task) {
        if (!asked(task)) {
            age(task, 4);
            links.ask();
        }
        return signed.token(HelpLinks.PATH, linkOf(task));
    }

    private int mailsFor(String task) {
        return jdbc.sql("select count(*) from notice.mail where link = ?")
                .param(linkOf(task))
                .query(Integer.class)
                .single();
    }

    /** Not tomorrow morning, when this runs at night. */
    private void due(String task) {
        jdbc.sql("update notice.mail set due = now() where ended is null and link = ?")
                .param(linkOf(task))
                .update();
    }

    private String outcome(String task) {
        return jdbc.sql("select coalesce(outcome, '') from notice.mail where link = ?")
                .param(linkOf(task))
                .query(String.class)
                .single();
    }

    private boolean sent(String task) {
        due(task);
        return outcome(task).equals("SENT");
    }

    /** The mail that asked, as the mailbox has it. */
    private String mailed(String task, String person) throws Exception {
        await().atMost(Duration.ofSeconds(20)).until(() -> sent(task));
        return to(self(person).username() + "@home.example").getLast();
    }

    private List<String> to(String address) throws MessagingException, IOException {
        List<String> texts = new ArrayList<>();
        for (var message : mails.getReceivedMessages()) {
            if (Arrays.toString(message.getAllRecipients()).contains(address)) {
                texts.add(message.getSubject() + "\n" + message.getContent());
            }
        }
        return texts;
    }

    private long refusals() {
        return jdbc.sql("select count(*) from audit.event where action = 'REFUSED' and username = 'link'")
                .query(Long.class)
                .single();
    }

    // ------------------------------------------------------------------------------------------------ the browser's
    // part

    private HttpResponse<String> get(String link) throws IOException, InterruptedException {
        return get(URI.create(url("/helped/" + link)));
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String link, String form) throws IOException, InterruptedException {
        return post(URI.create(url("/helped/" + link)), form);
    }

    private HttpResponse<String> post(URI uri, String form) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private static String token(HttpResponse<String> answer) {
        return answer.request().uri().getPath().split("/")[2];
    }
}
