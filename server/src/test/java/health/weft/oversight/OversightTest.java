package health.weft.oversight;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.Visitor;
import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The privacy officer sees looks that are unusual and why, keeps what came of them, and answers people who ask. */
class OversightTest extends PagesTest {
    private static final String ANSWER = "She prepares your visit of next week and read your medicines.";

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final List<String> patients = new ArrayList<>();
    private Caller clinic;
    private Caller officer;
    private Caller second;
    private Caller nurse;
    private Someone zoltan;
    private Someone ximena;
    private Someone quentin;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Audit audit;

    @Autowired
    private Findings findings;

    @Autowired
    private WatchedRecords watched;

    @Autowired
    private Questions questions;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    private record Someone(String name, long pat, String patient, String person, Caller self) {}

    OversightTest() {
        super("home", "oversight", "portal");
    }

    @BeforeAll
    void a_clinic_an_office_and_three_people() {
        clinic = Copies.clinic(accounts, "Oversight Test Clinic " + mark);
        accounts.party("Organization/oversight-office-" + mark, "Oversight Office", PartyKind.NETWORK);
        String office = "Organization/oversight-office-" + mark;
        officer = account("oversight-officer-" + mark, "Perpetua Salcedo", office, Role.PRIVACY_OFFICER);
        second = account("oversight-second-" + mark, "Ferdinand Nakagawa", office, Role.PRIVACY_OFFICER);
        nurse = account("oversight-nurse-" + mark, "Dr. Gwendolyn Ruiz Szczepański", clinic.party(), Role.CLINICIAN);
        account("oversight-colleague-" + mark, "Quentin Featherstonehaugh", clinic.party(), Role.COORDINATOR);
        zoltan = someone("Zoltán Szczepanski", "1931-02-17", "508-555-0931", "3 Juniper Rise");
        ximena = someone("Ximena Uribe-Otxoa", "1988-11-23", "508-555-0932", "77 Larkspur Yard");
        quentin = someone("Quentin Featherstonehaugh", "1975-07-04", "508-555-0933", "512 Mill Race");
    }

    @AfterAll
    void close() {
        patients.forEach(accounts::end);
    }

    private Caller account(String username, String name, String party, Role role) {
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    private Someone someone(String name, String born, String phone, String line) {
        Stored copy = Copies.write(records, clinic, name, born, phone, line);
        String person = identity.personOf(copy.rid()).orElseThrow();
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        String me = "oversight-me-" + person;
        patients.add(me);
        return new Someone(name, copy.rid(), copy.id(), person, account(me, name, "Person/" + person, Role.PATIENT));
    }

    private long look(Caller by, Someone at) {
        audit.record(by, Audit.Action.READ, "Condition", List.of(at.pat()));
        return jdbc.sql("select max(id) from audit.event where username = ? and pats @> array[?]::bigint[]")
                .params(by.username(), at.pat())
                .query(Long.class)
                .single();
    }

    private List<Finding> of(Caller viewer, Someone at, String kind, boolean reviewed) {
        // The server goes through the trail by itself once a minute; whoever comes meanwhile does not wait, but a test
        // does.
        jdbc.sql("select position from audit.gone_through for update")
                .query(Long.class)
                .single();
        findings.refresh();
        return findings.search(officer, new OversightFilter(kind, reviewed), Long.MAX_VALUE, 10_000).stream()
                .filter(f -> f.username().equals(viewer.username()) && (at == null || f.pat() == at.pat()))
                .toList();
    }

    private static void refused(Category category, ThrowingCallable act) {
        assertThatThrownBy(act).isInstanceOfSatisfying(Problem.class, p -> assertThat(p.category())
                .isEqualTo(category));
    }

    @Test
    void the_same_family_name_a_colleague_and_a_watched_record_are_shown_with_why() {
        look(nurse, zoltan);
        look(nurse, zoltan);
        assertThat(of(nurse, zoltan, "SURNAME", false)).singleElement().satisfies(f -> {
            assertThat(f.detail()).as("diacritics and titles are no difference").isEqualTo("Szczepanski");
            assertThat(f.person()).isEqualTo("Zoltán Szczepanski");
        });
        look(nurse, quentin);
        assertThat(of(nurse, quentin, "COLLEAGUE", false)).singleElement().satisfies(f -> assertThat(f.detail())
                .isEqualTo("Quentin Featherstonehaugh"));
        assertThat(of(nurse, quentin, "SURNAME", false)).isEmpty();

        look(nurse, ximena);
        assertThat(of(nurse, ximena, "", false))
                .as("nothing about them is unusual")
                .isEmpty();
        watched.watch(officer, "Patient/" + ximena.patient(), "Reads the evening news");
        refused(Category.CONFLICT, () -> watched.watch(second, ximena.patient(), "Reads the evening news"));
        look(nurse, ximena);
        assertThat(of(nurse, ximena, "WATCHED", false)).hasSize(1);
        findings.search(officer, new OversightFilter("WATCHED", false), Long.MAX_VALUE, 10_000);
        assertThat(of(officer, ximena, "", false)).as("reviewing is no look").isEmpty();
        look(ximena.self(), ximena);
        assertThat(of(ximena.self(), ximena, "", false))
                .as("a person at their own")
                .isEmpty();
        long watch = watched.all(officer).stream()
                .filter(w -> w.name().equals(ximena.name()))
                .findFirst()
                .orElseThrow()
                .id();
        watched.end(second, watch);
        refused(Category.NOT_FOUND, () -> watched.end(second, watch));
        refused(Category.UNPROCESSABLE, () -> watched.watch(officer, ximena.patient(), "x"));
        refused(Category.NOT_FOUND, () -> watched.watch(officer, "Patient/' or true --", "because of it"));
        refused(Category.FORBIDDEN, () -> watched.watch(nurse, ximena.patient(), "because of it"));
        refused(Category.FORBIDDEN, () -> watched.all(nurse));
    }

    @Test
    void a_look_whose_transaction_is_still_open_is_found_once_it_is_committed() {
        Looking looking = new Looking(jdbc, transaction, Duration.ZERO);
        long before = transaction.execute(status -> {
            long row = look(nurse, zoltan);
            // Another connection writes a later row, and all that is there is gone through.
            CompletableFuture.runAsync(() -> {
                        look(nurse, quentin);
                        looking.parts(Integer.MAX_VALUE);
                    })
                    .join();
            return row;
        });
        assertThat(jdbc.sql("select position from audit.gone_through")
                        .query(Long.class)
                        .single())
                .as("what was open is not passed over")
                .isLessThan(before);
        assertThat(of(nurse, zoltan, "SURNAME", false)).hasSize(1);
        // With nothing open that long, all of it is gone through once.
        await().untilAsserted(() -> {
            long last = look(nurse, quentin);
            looking.parts(Integer.MAX_VALUE);
            assertThat(jdbc.sql("select position from audit.gone_through")
                            .query(Long.class)
                            .single())
                    .isGreaterThanOrEqualTo(last);
        });
    }

    @Test
    void going_through_the_trail_ends_although_rows_come_all_the_time() throws Exception {
        Looking looking = new Looking(jdbc, transaction, Duration.ofHours(1));
        AtomicBoolean ended = new AtomicBoolean();
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                writers.add(both.submit(() -> {
                    int rows = 0;
                    while (!ended.get()) {
                        look(nurse, quentin);
                        rows++;
                    }
                    return rows;
                }));
            }
            try {
                for (int i = 0; i < 5; i++) {
                    both.submit(() -> looking.parts(Integer.MAX_VALUE)).get(30, TimeUnit.SECONDS);
                }
            } finally {
                ended.set(true);
            }
            for (Future<Integer> writer : writers) {
                assertThat(writer.get(30, TimeUnit.SECONDS)).isPositive();
            }
        }
    }

    @Test
    void far_more_people_than_the_viewer_and_those_like_them_look_at_is_shown() {
        Caller busy = account("oversight-busy-" + mark, "Bartholomew Quickstep", clinic.party(), Role.SPECIALIST);
        Caller like = account("oversight-like-" + mark, "Leopoldine Marchetti", clinic.party(), Role.SPECIALIST);
        for (int i = 0; i < 19; i++) {
            audit.record(busy, Audit.Action.READ, "Condition", List.of(910_000_000L + i));
        }
        assertThat(of(busy, null, "VOLUME", false)).as("a few").isEmpty();
        for (int i = 0; i < 30; i++) {
            audit.record(busy, Audit.Action.READ, "Condition", List.of(910_000_000L + i));
        }
        assertThat(of(busy, null, "VOLUME", false)).singleElement().satisfies(f -> {
            assertThat(f.people()).isEqualTo(30);
            assertThat(f.usual()).isZero();
        });
        Caller usual = account("oversight-usual-" + mark, "Ignatius Vanterpool", clinic.party(), Role.SPECIALIST);
        for (int i = 0; i < 40; i++) {
            audit.record(like, Audit.Action.READ, "Condition", List.of(920_000_000L + i));
        }
        findings.refresh();
        for (int i = 0; i < 60; i++) {
            audit.record(usual, Audit.Action.READ, "Condition", List.of(930_000_000L + i));
        }
        assertThat(of(usual, null, "VOLUME", false))
                .as("others who do the same there look at as many")
                .isEmpty();
    }

    @Test
    void a_review_is_kept_once_by_somebody_else_and_a_later_look_is_a_new_finding() throws Exception {
        Caller aunt = account("oversight-aunt-" + mark, "Hedwig Featherstonehaugh", clinic.party(), Role.COORDINATOR);
        look(aunt, quentin);
        long id = of(aunt, quentin, "SURNAME", false).getFirst().id();
        refused(Category.UNPROCESSABLE, () -> findings.review(officer, id, "FINE", ""));
        refused(Category.UNPROCESSABLE, () -> findings.review(officer, id, "INAPPROPRIATE", " "));
        refused(Category.UNPROCESSABLE, () -> findings.review(officer, id, "FOLLOW_UP", "x".repeat(501)));
        refused(Category.FORBIDDEN, () -> findings.review(aunt, id, "APPROPRIATE", ""));
        refused(Category.NOT_FOUND, () -> findings.review(officer, Long.MAX_VALUE, "APPROPRIATE", ""));
        try (var pool = Executors.newFixedThreadPool(2)) {
            List<Callable<Boolean>> both = List.of(officer, second).stream()
                    .<Callable<Boolean>>map(by -> () -> {
                        try {
                            findings.review(by, id, "INAPPROPRIATE", "It was her nephew.");
                            return true;
                        } catch (Problem e) {
                            return false;
                        }
                    })
                    .toList();
            int kept = 0;
            for (var answer : pool.invokeAll(both)) {
                kept += answer.get() ? 1 : 0;
            }
            assertThat(kept).as("two officers at once").isEqualTo(1);
        }
        assertThat(of(aunt, quentin, "SURNAME", true)).singleElement().satisfies(f -> {
            assertThat(f.outcome()).isEqualTo("INAPPROPRIATE");
            assertThat(f.note()).isEqualTo("It was her nephew.");
            assertThat(f.reviewer()).isNotNull();
        });
        assertThat(of(aunt, quentin, "SURNAME", false)).isEmpty();
        look(aunt, quentin);
        assertThat(of(aunt, quentin, "SURNAME", false)).as("and again").hasSize(1);
        assertThat(jdbc.sql(
                                "select count(*)::int from audit.event where subject = 'unusual-access/INAPPROPRIATE' and pats @> array[?]::bigint[]")
                        .param(quentin.pat())
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void a_question_reaches_the_officer_and_its_answer_the_person_once_and_no_mail_where_none_may_leave() {
        jdbc.sql("update security.account set mail = username || '@example.org' where username = ?")
                .param(zoltan.self().username())
                .update();
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(zoltan.patient())));
        long look = look(nurse, zoltan);
        long others = look(nurse, ximena);
        refused(Category.NOT_FOUND, () -> questions.ask(zoltan.self(), others, "Whose is this?"));
        refused(Category.NOT_FOUND, () -> questions.ask(zoltan.self(), Long.MAX_VALUE, ""));
        refused(Category.FORBIDDEN, () -> questions.ask(nurse, look, ""));
        refused(Category.UNPROCESSABLE, () -> questions.ask(zoltan.self(), look, "x".repeat(501)));
        questions.ask(zoltan.self(), look, "I have never been there.");
        refused(Category.CONFLICT, () -> questions.ask(zoltan.self(), look, "Again"));
        refused(Category.FORBIDDEN, () -> questions.all(nurse, false));
        Question asked = questions.all(officer, false).stream()
                .filter(q -> q.asker().equals(zoltan.name()))
                .findFirst()
                .orElseThrow();
        assertThat(asked.name()).isEqualTo("Dr. Gwendolyn Ruiz Szczepański");
        refused(Category.UNPROCESSABLE, () -> questions.answer(officer, asked.id(), "Yes."));
        refused(Category.FORBIDDEN, () -> questions.answer(nurse, asked.id(), ANSWER));
        refused(Category.NOT_FOUND, () -> questions.answer(officer, Long.MAX_VALUE, ANSWER));
        questions.answer(officer, asked.id(), ANSWER);
        refused(Category.CONFLICT, () -> questions.answer(second, asked.id(), ANSWER));
        assertThat(questions.of(zoltan.person())).singleElement().satisfies(q -> assertThat(q.answer())
                .isEqualTo(ANSWER));
        assertThat(questions.of(ximena.person())).isEmpty();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(jdbc.sql(
                                "select coalesce(outcome, '') from notice.mail where words = 'look-answer' and person = ?")
                        .param(zoltan.person())
                        .query(String.class)
                        .single())
                .isEqualTo("HELD"));
    }

    @Test
    void the_pages_are_for_the_officer_alone_and_the_file_holds_what_fits() throws Exception {
        look(nurse, zoltan);
        try (Visitor visitor = new Visitor("en").signIn(url(""), officer.username(), PASSWORD)) {
            String page = visitor.get(url("/audit/unusual?kind=SURNAME")).body();
            String csrf = Visitor.hidden(page, "_csrf");
            String file = visitor.post(url("/audit/unusual.csv"), Map.of("_csrf", csrf, "kind", "SURNAME"))
                    .body();
            assertThat(file).contains("Szczepanski").contains("\"SURNAME\"").doesNotContain("\"VOLUME\"");
            assertThat(visitor.get(url("/audit/unusual?kind=';--&before=5")).statusCode())
                    .isEqualTo(200);
            assertThat(visitor.post(
                                    url("/audit/watched"),
                                    Map.of("_csrf", csrf, "patient", "nobody", "reason", "known in town"))
                            .statusCode())
                    .isEqualTo(404);
        }
        try (Visitor visitor = new Visitor("en").signIn(url(""), nurse.username(), PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/people")).body(), "_csrf");
            for (String path : List.of("/audit/unusual", "/audit/watched", "/questions", "/me/access/ask/1")) {
                assertThat(visitor.get(url(path)).statusCode()).as(path).isEqualTo(403);
            }
            for (String path : List.of("/audit/unusual.csv", "/audit/unusual/1", "/audit/watched", "/questions/1")) {
                assertThat(visitor.post(url(path), Map.of("_csrf", csrf, "outcome", "APPROPRIATE", "answer", ANSWER))
                                .statusCode())
                        .as(path)
                        .isEqualTo(403);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void in_a_browser_a_person_asks_and_the_officer_reviews_and_answers(String language, int width) {
        Someone asks = language.equals("en") ? ximena : quentin;
        look(nurse, asks);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, asks.self().username(), language);
            page.navigate(url("/me/access"));
            page.locator("a[href^='/me/access/ask/']").first().click();
            page.fill("#words", language.equals("en") ? "I do not know her." : "No la conozco.");
            looksRight(page, "ask-why", language, width);
            press(page, "form[action^='/me/access/ask/'] button");
            looksRight(page, "asked-why", language, width);
        }
        look(nurse, zoltan);
        look(nurse, quentin);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, officer.username(), language);
            page.navigate(url("/questions"));
            looksRight(page, "questions", language, width);
            var card = page.locator(".weft-card", new Page.LocatorOptions().setHasText(asks.name()));
            card.locator("textarea").fill(ANSWER);
            press(page, card.locator("button"));
            assertThat(page.locator("main").innerText()).contains(ANSWER);
            page.navigate(url("/audit/unusual"));
            page.locator("details.weft-confirm summary").first().click();
            looksRight(page, "unusual", language, width);
            press(page, "details[open] .govuk-button.weft-button--primary");
            assertThat(page.locator(".govuk-error-summary").count()).isEqualTo(1);
            looksRight(page, "unusual-wrong", language, width);
            page.navigate(url("/audit/watched"));
            page.fill("#patient", "Patient/" + asks.patient());
            page.fill("#reason", "Known in town");
            press(page, "form[action='/audit/watched'] button");
            looksRight(page, "watched", language, width);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, asks.self().username(), language);
            page.navigate(url("/me/access"));
            assertThat(page.locator("main").innerText()).contains(ANSWER);
            looksRight(page, "answered-why", language, width);
        }
    }
}
