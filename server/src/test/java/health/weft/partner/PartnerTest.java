package health.weft.partner;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import health.weft.FhirClient;
import health.weft.fhir.Json;
import health.weft.partner.Partners.Said;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Referral;
import health.weft.referral.Referral.What;
import health.weft.referral.ReferralNetwork;
import health.weft.referral.ReferralStatus;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** A partner's server that hangs, lies or repeats (fault F4) loses nothing and moves nothing; who may say where referrals go. */
class PartnerTest extends ReferralNetwork {
    private final List<HttpServer> servers = new ArrayList<>();
    private Caller convener = Caller.PLATFORM;

    @Autowired
    private Partners partners;

    PartnerTest() {
        super("partner", "referral");
    }

    @BeforeAll
    void a_clinic_and_a_convener() {
        clinic("Hawksmoor Clinic", "Hermione Hawk");
        accounts.party("Organization/convening-" + mark, "Convening Office", PartyKind.NETWORK);
        convener = account("Clementine Voss", "Organization/convening-" + mark, Role.CONVENER);
    }

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    // ------------------------------------------------------------------------------------------------ hangs

    @Test
    void one_that_hangs_is_tried_again_told_of_and_holds_up_nobody_else() throws Exception {
        String slow = partner("Slow Larder", exchange -> {
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        String quick = partner("Quick Larder", new Tasks());
        String waits = send(person("Thaddeus Plumtree", "1943-09-02", "508-661-1001"), slow, "");
        String goes = send(person("Rosalind Icke", "1991-01-16", "508-661-2002"), quick, "");
        await().untilAsserted(() -> assertThat(told(goes)).contains(What.DELIVERED));
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(told(waits)).contains(What.UNDELIVERED));
        assertThat(find(waits).status()).isEqualTo(ReferralStatus.REQUESTED);
        assertThat(problem(waits)).contains("did not answer within");
    }

    // ------------------------------------------------------------------------------------------------ lies

    @Test
    void what_cannot_be_is_kept_for_the_convener_and_moves_nothing() throws Exception {
        Tasks lying = new Tasks();
        String task = send(person("Sylvester Moss", "1968-04-27", "508-661-3003"), partner("Lying Larder", lying), "");
        await().untilAsserted(() -> assertThat(told(task)).contains(What.DELIVERED));
        lying.status = "completed"; // and not what was given
        lying.version = 2;
        await().untilAsserted(() -> assertThat(problem(task)).contains("resulting-activity"));
        lying.status = "as-good-as-done";
        await().untilAsserted(() -> assertThat(problem(task)).contains("as-good-as-done"));
        lying.answer = "{\"resourceType\":\"Patient\",\"id\":\"1\"}";
        await().untilAsserted(() -> assertThat(problem(task)).contains("something else than the Task"));
        lying.answer = "<html>It works!</html>";
        await().untilAsserted(() -> assertThat(problem(task)).contains("FHIR's JSON"));
        lying.answer = "{\"resourceType\":\"Task\",\"id\":\"1\",\"description\":\"" + "x".repeat(5_000_000) + "\"}";
        await().untilAsserted(() -> assertThat(problem(task)).contains("too large"));
        assertThat(find(task).status()).as("nothing happened").isEqualTo(ReferralStatus.REQUESTED);
        lying.answer = "";
        lying.status = "rejected";
        lying.version = 9;
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(find(task).status().isEnd()).isTrue());
    }

    @Test
    void a_redirect_leads_nowhere() throws Exception {
        List<String> elsewhere = new CopyOnWriteArrayList<>();
        String trap = serve(exchange -> {
            elsewhere.add(exchange.getRequestURI().toString());
            answer(exchange, 200, "{}");
        });
        String task = send(
                person("Winston Sedge", "1936-07-30", "508-661-4004"),
                partner("Leading Larder", exchange -> {
                    exchange.getResponseHeaders().add("Location", trap + "/Task/1");
                    answer(exchange, 307, "");
                }),
                "");
        await().untilAsserted(() -> assertThat(problem(task)).contains("307"));
        assertThat(elsewhere).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ fails, comes
    // late

    @Test
    void one_that_fails_is_asked_again_until_it_takes_it_and_takes_it_once() throws Exception {
        Tasks tasks = new Tasks();
        List<String> bodies = new CopyOnWriteArrayList<>();
        String service = partner("Failing Larder", exchange -> {
            if (exchange.getRequestMethod().equals("POST")) {
                bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                if (bodies.size() < 3) {
                    answer(exchange, bodies.size() == 1 ? 500 : 503, "{\"resourceType\":\"OperationOutcome\"}");
                    return;
                }
            }
            tasks.handle(exchange);
        });
        String task = send(person("Evadne Ramsbottom", "1972-12-02", "508-661-7007"), service, "");
        await().untilAsserted(() -> assertThat(problem(task)).contains("500"));
        assertThat(find(task).status()).isEqualTo(ReferralStatus.REQUESTED);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(told(task)).containsOnlyOnce(What.DELIVERED));
        assertThat(bodies).hasSize(3).extracting(PartnerTest::conditions).containsOnly(conditions(bodies.getFirst()));
        assertThat(problem(task)).as("it is well again").isEmpty();
    }

    @Test
    void what_comes_late_or_twice_takes_nothing_back() throws Exception {
        Tasks tasks = new Tasks();
        String task =
                send(person("Ottoline Marchetti", "1949-06-18", "508-661-8008"), partner("Laggard Larder", tasks), "");
        await().untilAsserted(() -> assertThat(told(task)).contains(What.DELIVERED));
        tasks.status = "in-progress"; // what lay between was never told
        tasks.version = 4;
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.IN_PROGRESS));
        int asked = tasks.asked.get();
        tasks.status = "accepted"; // an older word, after the newer one
        tasks.version = 3;
        await().atMost(Duration.ofSeconds(30)).until(() -> tasks.asked.get() > asked + 2);
        assertThat(find(task).status()).isEqualTo(ReferralStatus.IN_PROGRESS);
        tasks.status = "in-progress";
        tasks.version = 4;
        await().atMost(Duration.ofSeconds(30)).until(() -> tasks.asked.get() > asked + 5);
        assertThat(told(task)).as("said once").containsOnlyOnce(What.STARTED);
        assertThat(find(task).status()).isEqualTo(ReferralStatus.IN_PROGRESS);
    }

    // ------------------------------------------------------------------------------------------------ repeats

    @Test
    void a_lost_answer_is_asked_for_again_under_the_same_identifiers_and_sent_is_what_the_referral_opens()
            throws Exception {
        List<String> bodies = new CopyOnWriteArrayList<>();
        Tasks tasks = new Tasks();
        String service = partner("Losing Larder", exchange -> {
            if (exchange.getRequestMethod().equals("POST")) {
                bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                if (bodies.size() == 1) {
                    exchange.close(); // taken, and nothing said
                    return;
                }
            }
            tasks.handle(exchange);
        });
        String task = send(person("Drusilla Penhaligon", "1959-10-10", "508-661-5005"), service, "Ring twice");
        await().untilAsserted(() -> assertThat(told(task)).contains(What.DELIVERED));
        assertThat(bodies).hasSize(2);
        assertThat(conditions(bodies.getFirst()))
                .isEqualTo(conditions(bodies.getLast()))
                .hasSize(4);
        assertThat(bodies.getFirst())
                .contains("Penhaligon", "Ring twice", "\"reference\":\"Organization/their-name\"")
                .doesNotContain("HealthcareService/", "versionId", clinic.party());
    }

    private static List<String> conditions(String bundle) {
        return Json.parse(bundle)
                .path("entry")
                .valueStream()
                .map(entry -> entry.at("/request/url").asString("")
                        + entry.at("/request/ifNoneExist").asString(""))
                .toList();
    }

    // ------------------------------------------------------------------------------------------------ who may, and
    // where to

    @Test
    void only_the_convener_says_where_to_and_only_to_a_safe_address() {
        String party = helper("Careful Larder");
        Said good =
                new Said(party, "http://localhost:1/r4/", "Organization/us", "Organization/them", true, "secret-token");
        for (Caller other : List.of(coordinator, account("Ada Clerk", party, Role.ORGANISATION_ADMIN))) {
            refused(Category.FORBIDDEN, () -> partners.add(other, good));
            refused(Category.FORBIDDEN, () -> partners.all(other));
            refused(Category.FORBIDDEN, () -> partners.end(other, party));
        }
        for (String base : List.of(
                "",
                "ftp://localhost/x",
                "http://example.org/r4",
                "https://user:pass@example.org/r4",
                "https://example.org/r4?to=x",
                "https://example.org/r4#x",
                "not an address",
                "https://" + "a".repeat(600))) {
            refused(
                    Category.UNPROCESSABLE,
                    () -> partners.add(convener, new Said(party, base, good.asker(), good.asked(), true, "")));
        }
        for (String reference : List.of("", "Organization/", "Patient/1", "Organization/a/b", "Organization/ü")) {
            refused(
                    Category.UNPROCESSABLE,
                    () -> partners.add(convener, new Said(party, good.base(), reference, good.asked(), true, "")));
        }
        refused(
                Category.UNPROCESSABLE,
                () -> partners.add(
                        convener, new Said("Organization/nobody", good.base(), good.asker(), good.asked(), true, "")));
        refused(
                Category.UNPROCESSABLE,
                () -> partners.add(
                        convener, new Said(party, good.base(), good.asker(), good.asked(), true, "two\r\nlines")));
        PartnerServer added = partners.add(convener, good);
        assertThat(added.base()).isEqualTo("http://localhost:1/r4");
        assertThat(jdbc.sql("select encode(token, 'escape') from partner.server where party = ?")
                        .param(party)
                        .query(String.class)
                        .single())
                .as("sealed")
                .doesNotContain("secret-token");
        assertThat(partners.check(convener, party)).isPresent();
        partners.end(convener, party);
        assertThat(accounts.caller(added.account())).as("its account has ended").isEmpty();
    }

    @Test
    void a_task_that_names_what_stands_elsewhere_is_read_only_at_the_partner_that_sends_it() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        String elsewhere = serve(exchange -> {
            asked.add(exchange.getRequestURI().toString());
            answer(exchange, 200, "{}");
        });
        String party = helper("Honest Larder");
        String partnerParty = "Organization/" + id("sending");
        String token = member(id("sending"), PartyKind.CLINICAL);
        partners.add(
                convener, new Said(partnerParty, serve(new Tasks()), "Organization/us", "Organization/them", true, ""));
        var refused = FhirClient.send("POST", url("/fhir/Task"), token, """
                {"resourceType":"Task","status":"requested","intent":"order","code":{"coding":[{
                 "system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
                 "focus":{"reference":"%1$s/ServiceRequest/1"},"for":{"reference":"%1$s/Patient/1"},
                 "requester":{"reference":"%2$s"},"owner":{"reference":"%3$s"}}""".formatted(elsewhere, partnerParty, party));
        assertThat(refused.statusCode()).as(refused.body()).isBetween(400, 499);
        assertThat(asked).as("nobody else was asked").isEmpty();
    }

    @Test
    void a_partner_says_that_something_changed_at_an_address_that_only_it_knows() throws Exception {
        Tasks tasks = new Tasks();
        String service = partner("Telling Larder", tasks);
        String nudge = jdbc.sql("select nudge::text from partner.server where party = ?")
                .param("Organization/" + id("Telling Larder"))
                .query(String.class)
                .single();
        String task = send(person("Barnabas Tull", "1984-08-18", "508-661-6006"), service, "");
        await().untilAsserted(() -> assertThat(told(task)).contains(What.DELIVERED));
        jdbc.sql("update partner.exchange set due = now() + interval '1 hour' where task_id = ? and step = 'FOLLOW'")
                .param(task)
                .update();
        tasks.status = "accepted";
        tasks.version = 2;
        String at = url("/partners/changed/");
        assertThat(FhirClient.send("POST", at + nudge, "x", "{}").statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.ACCEPTED));
        assertThat(FhirClient.send("POST", at + UUID.randomUUID(), "x", "{}").statusCode())
                .isEqualTo(404);
        assertThat(FhirClient.send("POST", at + "nonsense", "x", "{}").statusCode())
                .isBetween(400, 499);
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_convener_adds_a_partner_asks_it_and_ends_it(String language, int width) throws Exception {
        String party = helper("Paper Larder " + language);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, convener.username(), language);
            page.navigate(url("/partners"));
            page.selectOption("#party", party);
            page.fill("#base", "http://example.org/r4");
            page.fill("#asker", "Organization/us");
            page.fill("#asked", "Organization/them");
            press(page, "#partner button");
            assertThat(page.locator("#base-error").count()).isOne();
            looksRight(page, "partners-wrong", language, width);
            page.fill("#base", serve(new Tasks()));
            press(page, "#partner button");
            press(page, "form[action$='" + party + "/check'] button");
            looksRight(page, "partners", language, width);
            String end = "details:has(form[action$='" + party + "/end'])";
            page.click(end + " summary");
            press(page, end + " form button");
            assertThat(page.locator("form[action$='" + party + "/end']").count())
                    .isZero();
        }
    }

    // ------------------------------------------------------------------------------------------------ servers of
    // others

    /** Keeps one Task, and says of it what it is told to. */
    private static final class Tasks implements Handler {
        volatile String status = "requested";
        volatile String answer = "";
        volatile int version = 1;
        final AtomicInteger asked = new AtomicInteger();

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            if (exchange.getRequestURI().getPath().endsWith("/metadata")) {
                answer(exchange, 200, "{\"resourceType\":\"CapabilityStatement\",\"fhirVersion\":\"4.0.1\"}");
            } else if (exchange.getRequestMethod().equals("POST")) {
                answer(exchange, 200, """
                        {"resourceType":"Bundle","type":"transaction-response","entry":[
                         {"response":{"status":"201","location":"Task/1/_history/1"}}]}""");
            } else {
                asked.incrementAndGet();
                answer(exchange, 200, answer.isEmpty() ? """
                        {"resourceType":"Task","id":"1","meta":{"versionId":"%d"},"status":"%s"}""".formatted(version, status) : answer);
            }
        }
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/fhir+json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String serve(Handler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/r4", handler::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        servers.add(server);
        return "http://localhost:" + server.getAddress().getPort() + "/r4";
    }

    /** An organisation that works on a server like this; its service. */
    private String partner(String name, Handler handler) throws IOException {
        partners.add(
                convener,
                new Said(
                        helper(name),
                        serve(handler),
                        "Organization/our-name",
                        "Organization/their-name",
                        true,
                        "token"));
        return food(name);
    }

    private String problem(String task) {
        return jdbc.sql("select coalesce(problem, '') from partner.exchange where task_id = ?")
                .param(task)
                .query(String.class)
                .optional()
                .orElse("");
    }

    private Referral find(String id) {
        return referrals.find(Caller.PLATFORM, id);
    }

    private List<What> told(String id) {
        return referrals.story(find(id)).stream().map(Referral.Event::what).toList();
    }

    private static void refused(Category category, Runnable step) {
        assertThatThrownBy(step::run).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }
}
