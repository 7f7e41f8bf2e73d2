package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.notice.SignedLinks;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Proxies;
import health.weft.security.Role;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.node.ObjectNode;

/** A person asks for help themselves, and whom they ask handles it as any other request. */
class SelfReferralTest extends ReferralNetwork {
    private final List<String> usernames = new ArrayList<>();
    private Caller worker = Caller.PLATFORM;
    private GreenMail mails = new GreenMail();

    @Autowired
    private Outcomes outcomes;

    @Autowired
    private SelfReferral self;

    @Autowired
    private Clocks clocks;

    @Autowired
    private Figures figures;

    @Autowired
    private Proxies proxies;

    @Autowired
    private SignedLinks signed;

    SelfReferralTest() {
        super("referral", "portal", "notice", "directory");
    }

    @BeforeAll
    void a_clinic_and_a_pantry() {
        clinic("Lantern Clinic", "Leander Lampwick");
        worker = account("Pamela Panter", helper("Porridge Pantry"), Role.COMMUNITY_WORKER);
        mails = mailServer();
    }

    @AfterAll
    void close() {
        mails.stop();
        usernames.forEach(accounts::end);
    }

    @Test
    void the_person_asks_and_whoever_is_asked_handles_it_as_any_other() {
        Caller me = patient("Augustina Merriweather", "1952-02-11", "508-557-1101");
        String task = ask(me, food("Porridge Pantry"), "Ring twice");
        ObjectNode json = records.read(worker, "Task", task).json();
        assertThat(json.path("requester").path("reference").asString())
                .startsWith("Patient/")
                .isEqualTo(json.path("for").path("reference").asString());
        Referral referral = referrals.find(worker, task);
        assertThat(referral.requester()).isEqualTo(me.party());
        assertThat(referrals.rows(worker, List.of(referral)).getFirst().person().name())
                .as("they agreed to that")
                .isEqualTo("Augustina Merriweather");
        referrals.accept(worker, task, 1, "");
        referrals.start(worker, task, 2, "");
        outcomes.give(worker, task, 3, "Porridge for a week", Outcome.UNSAID);
        referrals.answer(me, task, true, "");
        assertThat(referrals.find(me, task).loop()).isEqualTo(Referral.Loop.CLOSED);
        assertThat(trail(task)).contains("CREATE success " + me.username() + " " + me.party());
        assertThat(figures.lines(Instant.now().minus(Duration.ofDays(1))).stream()
                        .filter(line -> line.by() == Figures.By.ASKING)
                        .map(Figures.Line::name))
                .as("no figure names a person")
                .contains("")
                .doesNotContain("Augustina Merriweather");
    }

    @Test
    void nobody_asks_for_somebody_else_and_whoever_tries_stands_in_the_trail() throws Exception {
        Caller me = patient("Barnabas Nettlefold", "1961-06-21", "508-557-2203");
        Caller other = patient("Clementina Overbury", "1978-10-03", "508-557-3307");
        String stranger = identity.patientOf(clinic, other.party().substring(7)).reference();
        String token = accounts.token(me.username(), Duration.ofHours(1));
        long before = refusals(me.username());
        String body = """
                {"resourceType":"Task","status":"requested","intent":"order","code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code",
                 "code":"fulfill"}]},"focus":{"reference":"ServiceRequest/x"},"for":{"reference":"%1$s"},"requester":{"reference":"%1$s"},
                 "owner":{"reference":"%2$s"}}""";
        var there = send("POST", "/Task", token, body.formatted(stranger, worker.party()));
        var absent = send("POST", "/Task", token, body.formatted("Patient/no-such", worker.party()));
        assertThat(there.statusCode()).isEqualTo(403);
        assertThat(absent.statusCode()).isEqualTo(403);
        assertThat(absent.body()).as("there or not").isEqualTo(there.body());
        assertThat(refusals(me.username())).isEqualTo(before + 2);
        refused(Category.FORBIDDEN, () -> self.ask(coordinator, asking(food("Porridge Pantry"), "")));
        refused(Category.FORBIDDEN, () -> self.ask(worker, asking(food("Porridge Pantry"), "")));
        assertThat(refusals(coordinator.username())).isEqualTo(1);
        String theirs = ask(other, food("Porridge Pantry"), "");
        refused(Category.NOT_FOUND, () -> self.withdraw(me, theirs, 1, "No"));
        refused(Category.NOT_FOUND, () -> self.settle(me, theirs));
        String staffs = send(me.party().substring(7), food("Porridge Pantry"), "");
        refused(Category.FORBIDDEN, () -> self.withdraw(me, staffs, 1, "No"));
        ObjectNode wrong =
                records.read(me, "Task", ask(me, food("Porridge Pantry"), "")).json();
        wrong.remove("id");
        wrong.remove("meta");
        wrong.putObject("requester").put("reference", coordinator.party());
        assertThat(send("POST", "/Task", token, wrong.toString()).statusCode())
                .as("in the name of an organisation")
                .isEqualTo(422);
        ObjectNode request = records.read(
                        me,
                        "ServiceRequest",
                        wrong.path("focus").path("reference").asString().substring(15))
                .json();
        request.remove("id");
        request.remove("meta");
        String again = Json.parse(send("POST", "/ServiceRequest", token, request.toString())
                        .body())
                .path("id")
                .asString();
        wrong.putObject("focus").put("reference", "ServiceRequest/" + again);
        wrong.set("requester", wrong.path("for"));
        var own = send("POST", "/Task", token, wrong.toString());
        assertThat(own.statusCode()).as("for themselves: " + own.body()).isEqualTo(201);
        assertThat(referrals
                        .find(me, Json.parse(own.body()).path("id").asString())
                        .requester())
                .isEqualTo(me.party());
    }

    @Test
    void who_acts_for_the_person_asks_only_when_they_decide_with_them() {
        Caller me = patient("Desdemona Prendergast", "1940-04-12", "508-557-4409");
        Caller helper = patient("Erasmus Quillfeather", "1969-08-24", "508-557-5511");
        refused(Category.FORBIDDEN, () -> ask(acting(me, helper, 0), food("Porridge Pantry"), ""));
        Caller whole = acting(me, helper, -1);
        String task = ask(whole, food("Porridge Pantry"), "");
        Referral referral = referrals.find(me, task);
        assertThat(referral.requester()).isEqualTo(me.party());
        assertThat(referrals.story(referral).getFirst().party()).isEqualTo(whole.party());
        self.withdraw(me, task, 1, "No longer needed");
        assertThat(referrals.find(me, task).status()).isEqualTo(ReferralStatus.CANCELLED);
    }

    @Test
    void what_cannot_be_sent_is_said_and_nothing_is_stored() {
        Caller me = patient("Fortunato Ravenhill", "1955-12-31", "508-557-6613");
        directory.publish(Json.parse("""
                {"id":"%1$s","name":"Closed Cauldron","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"%1$s-food","name":"Closed Cauldron food","status":"temporarily closed",
                  "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}]}""".formatted(id("Closed Cauldron"))));
        directory.publish(Json.parse("""
                {"id":"%1$s","name":"Brimming Bowl","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"%1$s-food","name":"Brimming Bowl food","status":"active",
                  "capacities":[{"id":"%1$s-c","available":0,"maximum":5,"updated":"2026-11-01T00:00:00Z","unit":{"id":"%1$s-u","name":"bowls"}}],
                  "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}]}""".formatted(id("Brimming Bowl"))));
        String pantry = food("Porridge Pantry");
        refused(Category.CONFLICT, () -> ask(me, food("Closed Cauldron"), ""));
        refused(Category.CONFLICT, () -> ask(me, food("Brimming Bowl"), ""));
        refused(Category.UNPROCESSABLE, () -> ask(me, "no-such-service", ""));
        refused(Category.UNPROCESSABLE, () -> ask(me, pantry, "x".repeat(2_001)));
        refused(
                Category.UNPROCESSABLE,
                () -> self.ask(
                        me,
                        new SelfReferral.Asking(SdohCategory.FOOD_INSECURITY, pantry, "", false, UUID.randomUUID())));
        refused(
                Category.UNPROCESSABLE,
                () -> self.ask(me, new SelfReferral.Asking(SdohCategory.STRESS, pantry, "", true, UUID.randomUUID())));
        assertThat(sentBy(me)).isZero();
    }

    @Test
    void the_same_form_is_one_request_and_five_of_a_kind_are_open_at_most() throws Exception {
        Caller me = patient("Griselda Saltonstall", "1947-05-17", "508-557-7717");
        SelfReferral.Asking once = asking(food("Porridge Pantry"), "");
        List<Callable<String>> presses = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            presses.add(() -> self.ask(me, once));
        }
        try (var pool = Executors.newFixedThreadPool(8)) {
            List<String> ids = new ArrayList<>();
            for (var result : pool.invokeAll(presses)) {
                ids.add(result.get());
            }
            assertThat(ids.stream().distinct()).hasSize(1);
            List<Callable<Boolean>> more = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                more.add(() -> {
                    try {
                        ask(me, food("Porridge Pantry"), "");
                        return true;
                    } catch (Problem problem) {
                        assertThat(problem.category()).isEqualTo(Category.CONFLICT);
                        return false;
                    }
                });
            }
            for (var result : pool.invokeAll(more)) {
                result.get();
            }
        }
        assertThat(sentBy(me)).isEqualTo(SelfReferralPolicy.MOST_OF_A_KIND);
        String one = referrals
                .ofPerson(me, identity.person(me, me.party().substring(7)).sources())
                .getFirst()
                .id();
        self.withdraw(me, one, 1, "No longer needed");
        ask(me, food("Porridge Pantry"), "");
        jdbc.sql("update referral.referral set category = 'stress' where requester = ? and status = 'requested'")
                .param(me.party())
                .update();
        for (int i = 0; i < 5; i++) {
            ask(me, food("Porridge Pantry"), "");
        }
        jdbc.sql(
                        "update referral.referral set category = 'employment-status' where requester = ? and category = 'food-insecurity'")
                .param(me.party())
                .update();
        for (int i = 0; i < 5; i++) {
            ask(me, food("Porridge Pantry"), "");
        }
        jdbc.sql(
                        "update referral.referral set category = 'social-connection' where requester = ? and category = 'food-insecurity'")
                .param(me.party())
                .update();
        for (int i = 0; i < 5; i++) {
            ask(me, food("Porridge Pantry"), "");
        }
        jdbc.sql(
                        "update referral.referral set category = 'homelessness' where requester = ? and category = 'food-insecurity'")
                .param(me.party())
                .update();
        assertThatThrownBy(() -> ask(me, food("Porridge Pantry"), "")).hasMessageContaining("20");
    }

    @Test
    void a_no_or_no_answer_is_back_with_the_person_until_they_ask_another() {
        Caller me = patient("Hyacinth Tarrington", "1983-09-09", "508-557-8821");
        String task = ask(me, food("Porridge Pantry"), "");
        referrals.stop(worker, task, 1, ReferralStatus.REJECTED, Reason.NO_CAPACITY, "Full this month");
        Referral declined = referrals.find(me, task);
        assertThat(declined.needsRequester()).isTrue();
        assertThat(kept(me, "own-referral-back")).isEqualTo(1);
        assertThat(records.find(worker, "Patient", declined.patientId())).isEmpty();
        assertThat(records.read(worker, "Task", task).json().toString())
                .as("how it ended, not who it was")
                .doesNotContain("Tarrington", "Hyacinth");
        String next = ask(me, food("Porridge Pantry"), "");
        assertThat(referrals.find(me, task).needsRequester()).isFalse();
        jdbc.sql("update referral.referral set sent_at = now() - interval '6 days' where id = ?")
                .param(next)
                .update();
        clocks.tick();
        assertThat(referrals.find(me, next).needsRequester()).isTrue();
        assertThat(kept(me, "own-referral-overdue")).isEqualTo(1);
        self.settle(me, next);
        assertThat(referrals.find(me, next).needsRequester()).isFalse();
        self.withdraw(me, next, 1, "No longer needed");
        assertThat(records.find(worker, "Patient", declined.patientId())).isEmpty();
        refused(Category.CONFLICT, () -> self.withdraw(me, task, 1, "Ended"));
    }

    @Test
    void an_organisation_without_an_account_is_asked_by_mail_that_does_not_name_who_asks() throws Exception {
        helper("Kettle Kitchen");
        jdbc.sql("""
                update directory.organization set member = false, document = document || jsonb_build_object('email', ?::text)
                 where id = ?""")
                .params("kettle-" + mark + "@soup.example", id("Kettle Kitchen"))
                .update();
        jdbc.sql("delete from security.party where party = ?")
                .param("Organization/" + id("Kettle Kitchen"))
                .update();
        Caller me = patient("Isambard Underwood", "1934-07-07", "508-557-9923");
        String task = ask(me, food("Kettle Kitchen"), "Second floor");
        String link = signed.token(
                LightLinks.PATH,
                jdbc.sql("select id from referral.link where referral_id = ?")
                        .param(task)
                        .query(UUID.class)
                        .single());
        try (HttpClient http = HttpClient.newHttpClient()) {
            String page = http.send(
                            HttpRequest.newBuilder(URI.create(url("/reply/" + link)))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertThat(page).contains("for themselves").doesNotContain("Underwood", "Isambard", "Second floor");
            http.send(
                    HttpRequest.newBuilder(URI.create(url("/reply/" + link + "/accept")))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString("version=1"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(http.send(
                                    HttpRequest.newBuilder(URI.create(url("/reply/" + link)))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body())
                    .contains("Isambard Underwood", "508-557-9923");
        }
        assertThat(referrals.find(me, task).status()).isEqualTo(ReferralStatus.ACCEPTED);
    }

    @ParameterizedTest
    @CsvSource({"Jessamine Vandermeer, 1987-03-19, en, 1280", "Leopold Winterbourne, 1943-11-02, es, 390"})
    void a_person_asks_on_their_page_is_declined_asks_another_and_takes_it_back(
            String name, String born, String language, int width) {
        Caller me = patient(name, born, "508-558-1" + width);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, me.username(), language);
            page.navigate(url("/me"));
            looksRight(page, "ask-start", language, width);
            press(page, "a[href='/me/help']");
            looksRight(page, "ask-kind", language, width);
            press(page, "form[action='/me/help'] button");
            choose(page);
            looksRight(page, "ask", language, width);
            page.uncheck("#consent");
            press(page, "#send");
            looksRight(page, "ask-missing", language, width);
            assertThat(page.inputValue("#note")).as("nothing typed is lost").isEqualTo("After five");
            page.check("#consent");
            press(page, "#send");
            looksRight(page, "ask-sent", language, width);
            String task = newest(me);
            try (BrowserContext theirs = chromium.context(width, language)) {
                Page inbox = signedIn(theirs, worker.username(), language);
                inbox.navigate(url("/inbox"));
                assertThat(inbox.locator("tr:has(a[href='/referrals/" + task + "'])")
                                .innerText())
                        .contains(language.equals("es") ? "La propia persona" : "The person themselves");
                inbox.navigate(url("/referrals/" + task));
                looksRight(inbox, "ask-owner", language, width);
            }
            referrals.stop(worker, task, 1, ReferralStatus.REJECTED, Reason.NO_CAPACITY, "Full this month");
            page.navigate(url("/me"));
            looksRight(page, "ask-declined", language, width);
            press(page, "#next form[action='/me/help'] button");
            choose(page);
            press(page, "#send");
            press(page, "form[action='/me/referrals/" + newest(me) + "/withdraw'] button");
            assertThat(page.locator("form[action$='/withdraw']").count()).isZero();
        }
        assertThat(referrals.find(me, newest(me)).status()).isEqualTo(ReferralStatus.CANCELLED);
    }

    private void choose(Page page) {
        choose(page, food("Porridge Pantry"), "Porridge Pantry");
        page.fill("#note", "After five");
        page.check("#consent");
    }

    // ------------------------------------------------------------------------------------------------ the network

    private Caller patient(String name, String born, String phone) {
        String person = person(name, born, phone);
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        Caller me = account(name, "Person/" + person, Role.PATIENT);
        usernames.add(me.username());
        jdbc.sql("update security.account set mail = username || '@home.example' where username = ?")
                .param(me.username())
                .update();
        return me;
    }

    /** Somebody who acts for the person: 0 for what is not sensitive, -1 for all. */
    private Caller acting(Caller person, Caller helper, int categories) {
        byte[] hash = UUID.randomUUID().toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        long id = proxies.offer(
                person,
                person.party().substring(7),
                person.name(),
                Proxies.Kind.CAREGIVER,
                categories,
                null,
                null,
                helper.username() + "@home.example",
                hash,
                Duration.ofDays(1));
        assertThat(proxies.accept(hash, helper.username())).isTrue();
        return proxies.acting(helper, id).orElseThrow();
    }

    private SelfReferral.Asking asking(String service, String note) {
        return new SelfReferral.Asking(SdohCategory.FOOD_INSECURITY, service, note, true, UUID.randomUUID());
    }

    private String ask(Caller me, String service, String note) {
        return self.ask(me, asking(service, note));
    }

    private String newest(Caller me) {
        return jdbc.sql("select id from referral.referral where requester = ? order by sent_at desc limit 1")
                .param(me.party())
                .query(String.class)
                .single();
    }

    private int sentBy(Caller me) {
        return jdbc.sql("select count(*) from referral.referral where requester = ?")
                .param(me.party())
                .query(Integer.class)
                .single();
    }

    private int kept(Caller me, String words) {
        return jdbc.sql("select count(*) from notice.mail where username = ? and words = ?")
                .params(me.username(), words)
                .query(Integer.class)
                .single();
    }

    private long refusals(String username) {
        return jdbc.sql("select count(*) from audit.event where action = 'REFUSED' and username = ?")
                .param(username)
                .query(Long.class)
                .single();
    }

    private static void refused(Category category, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }
}
