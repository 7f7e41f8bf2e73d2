package health.weft.directory;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import health.weft.PagesTest;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Another directory's API is read page by page, by one instance, and nothing that it does wrong harms this one. */
class PullTest extends PagesTest {
    @Autowired
    private Pulls pulls;

    @Autowired
    private PullStore store;

    @Autowired
    private Feeds feeds;

    @Autowired
    private Edits edits;

    @Autowired
    private Directory directory;

    @Autowired
    private JdbcClient jdbc;

    private final String mark = "y" + UUID.randomUUID().toString().replaceAll("[^a-f]", "");
    private final List<HttpServer> servers = new ArrayList<>();
    private final Caller convener =
            new Caller("pull-" + mark, "Petra", "Organization/pull-" + mark, "Network", Set.of(Role.CONVENER), "en");
    private final Caller keeper =
            new Caller("keep-" + mark, "Kai", "Organization/pull-" + mark, "Network", Set.of(Role.STEWARD), "en");
    private final Caller worker =
            new Caller("work-" + mark, "Walt", "Organization/pull-" + mark, "Network", Set.of(Role.COORDINATOR), "en");

    PullTest() {
        super("directory");
    }

    @BeforeAll
    void a_convener() {
        accounts.party(convener.party(), "Network", PartyKind.NETWORK);
        accounts.ensure(convener.username(), "Petra Puller", convener.party(), convener.roles(), "en", PASSWORD);
    }

    @AfterAll
    void nothing_is_read_any_more() {
        store.all().stream().filter(pull -> pull.feed().contains(mark)).forEach(pull -> store.end(pull.feed()));
        servers.forEach(server -> server.stop(0));
    }

    private interface Answering {
        void answer(HttpExchange exchange) throws IOException;
    }

    /** A server on this machine; the address of its API. */
    private String server(Answering answering) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                answering.answer(exchange);
            }
        });
        server.start();
        servers.add(server);
        return "http://localhost:" + server.getAddress().getPort() + "/api";
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static int page(HttpExchange exchange) {
        return Integer.parseInt(exchange.getRequestURI().getQuery().replaceFirst(".*\\bpage=(\\d+).*", "$1"));
    }

    /** An API of two services a page. */
    private String api(Map<String, String> services, boolean listsAreWhole, AtomicInteger asked) throws IOException {
        return server(exchange -> {
            asked.incrementAndGet();
            String path = exchange.getRequestURI().getPath();
            if (path.startsWith("/api/services/")) {
                answer(exchange, 200, "application/json", services.get(path.substring("/api/services/".length())));
                return;
            }
            int page = page(exchange);
            List<Map.Entry<String, String>> some =
                    services.entrySet().stream().skip((page - 1) * 2L).limit(2).toList();
            answer(exchange, 200, "application/json", """
                    {"total_items":%d,"total_pages":%d,"page_number":%d,"last_page":%s,"contents":[%s]}""".formatted(
                    services.size(),
                    (services.size() + 1) / 2,
                    page,
                    page * 2 >= services.size(),
                    some.stream()
                            .map(e -> listsAreWhole
                                    ? e.getValue()
                                    : "{\"id\":\"%s\",\"name\":\"x\",\"status\":\"active\"}".formatted(e.getKey()))
                            .collect(Collectors.joining(","))));
        });
    }

    private String service(String id, String name, String fees) {
        return """
                {"id":"%s","name":"%s","status":"active","fees_description":"%s",
                 "organization":{"id":"org","name":"Yonder of %s","description":"Far away"}}""".formatted(id, name, fees, mark);
    }

    private Pull read(String feed) {
        await().atMost(Duration.ofSeconds(60)).until(() -> store.find(feed)
                .filter(pull ->
                        pull.ended() != null && !pull.reading() && pull.due().isAfter(Instant.now()))
                .isPresent());
        return store.find(feed).orElseThrow();
    }

    private Pull again(String feed) {
        pulls.now(keeper, feed);
        return read(feed);
    }

    private String id(String feed, String sourceId) {
        return jdbc.sql("select id from directory.source where feed = ? and type = 'service' and source_id = ?")
                .params(feed, sourceId)
                .query(String.class)
                .single();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void all_pages_are_read_what_differs_waits_and_what_people_said_stays(boolean listsAreWhole) throws Exception {
        String feed = "pages-" + listsAreWhole + "-" + mark;
        Map<String, String> services = new ConcurrentHashMap<>(new LinkedHashMap<>());
        for (int i = 1; i <= 5; i++) {
            services.put("s" + i, service("s" + i, "Yarn circle " + i + " " + mark, "Free"));
        }
        pulls.add(convener, new Pulls.Said(feed, api(services, listsAreWhole, new AtomicInteger()) + "/", 24, false));
        Pull first = read(feed);
        assertThat(first.problem()).as(first.detail()).isNull();
        assertThat(first.services()).isEqualTo(5);
        FeedRun waits = feeds.run(keeper, java.util.Objects.requireNonNull(first.run()));
        assertThat(waits.state()).isEqualTo("checked");
        assertThat(waits.counts().path("service").path("new").asInt()).isEqualTo(5);
        feeds.apply(keeper, waits.id());
        assertThat(again(feed).run()).as("nothing differs any more").isNull();

        edits.set(keeper, id(feed, "s1"), Map.of(ListingField.FEES, "Three dollars"));
        services.put("s1", service("s1", "Yarn ring " + mark, "Ten dollars"));
        services.remove("s4");
        Pull second = again(feed);
        assertThat(second.missing()).isOne();
        assertThat(feeds.differences(keeper, java.util.Objects.requireNonNull(second.run()), 20))
                .extracting(Difference::field)
                .containsExactly("name");
        Pull third = again(feed);
        assertThat(feeds.run(keeper, second.run()).state())
                .as("a later reading stands for it")
                .isEqualTo("discarded");
        feeds.apply(keeper, java.util.Objects.requireNonNull(third.run()));
        Service changed = directory.service(id(feed, "s1")).orElseThrow();
        assertThat(changed.name()).isEqualTo("Yarn ring " + mark);
        assertThat(changed.text("fees_description", "en")).isEqualTo("Three dollars");
        assertThat(directory.service(id(feed, "s4")).orElseThrow().status())
                .as("nothing goes by itself")
                .isEqualTo("active");
        assertThat(jdbc.sql("select provenance #>> '{name,by}' from directory.service where id = ?")
                        .param(id(feed, "s1"))
                        .query(String.class)
                        .single())
                .isEqualTo("feed:" + feed);
    }

    @Test
    void one_that_is_trusted_is_written_at_once() throws Exception {
        String feed = "trusted-" + mark;
        pulls.add(
                convener,
                new Pulls.Said(
                        feed,
                        api(Map.of("t", service("t", "Quilts " + mark, "Free")), true, new AtomicInteger()),
                        6,
                        true));
        Pull pull = read(feed);
        assertThat(feeds.run(keeper, java.util.Objects.requireNonNull(pull.run()))
                        .state())
                .isEqualTo("applied");
        assertThat(directory.service(id(feed, "t"))).isPresent();
        assertThat(pull.due()).isAfter(Instant.now().plus(Duration.ofHours(5)));
    }

    private static final String PAGE = "{\"contents\":[%s]}";

    @ParameterizedTest
    @CsvSource({
        "hangs, late",
        "trickles, late",
        "html, html",
        "junk, json",
        "large, large",
        "huge, huge",
        "forever, endless",
        "stuck, same",
        "status, status",
        "redirect, status",
        "empty, empty",
        "noname, import"
    })
    void one_that_misbehaves_is_told_in_words_and_changes_nothing(String how, String problem) throws Exception {
        String feed = how + "-" + mark;
        AtomicInteger asked = new AtomicInteger();
        String base = server(exchange -> {
            int n = asked.incrementAndGet();
            switch (how) {
                case "hangs" -> sleep(10_000);
                case "trickles" -> {
                    exchange.sendResponseHeaders(200, 0);
                    for (int i = 0; i < 100; i++) {
                        exchange.getResponseBody().write(' ');
                        exchange.getResponseBody().flush();
                        sleep(100);
                    }
                }
                case "html" -> answer(exchange, 200, "text/html", "<h1>Welcome</h1>");
                case "junk" -> answer(exchange, 200, "application/json", "[1, 2");
                case "large" -> answer(exchange, 200, "application/json", " ".repeat(300_000));
                case "huge" ->
                    answer(
                            exchange,
                            200,
                            "application/json",
                            PAGE.formatted(service("s" + n, "x".repeat(90_000), "x")));
                case "forever" ->
                    answer(exchange, 200, "application/json", PAGE.formatted(service("s" + n, "Endless", "x")));
                case "stuck" -> answer(exchange, 200, "application/json", PAGE.formatted(service("s", "Stuck", "x")));
                case "status" -> answer(exchange, 503, "application/json", "{}");
                case "redirect" -> {
                    exchange.getResponseHeaders().set("Location", url("/hsds/services"));
                    answer(exchange, 302, "application/json", "{}");
                }
                case "empty" -> answer(exchange, 200, "application/json", PAGE.formatted(""));
                default ->
                    answer(
                            exchange,
                            200,
                            "application/json",
                            "{\"last_page\":true,\"contents\":[{\"organization\":{},\"id\":\"n\",\"status\":7}]}");
            }
        });
        pulls.add(convener, new Pulls.Said(feed, base, 1, true));
        Pull pull = read(feed);
        if (how.equals("noname")) {
            assertThat(pull.problem()).as("told row by row").isNull();
            assertThat(feeds.findings(keeper, java.util.Objects.requireNonNull(pull.run()), 5))
                    .isNotEmpty();
        } else {
            assertThat(pull.problem()).isEqualTo(problem);
            assertThat(pull.due()).isBetween(Instant.now(), Instant.now().plus(Duration.ofHours(1)));
        }
        assertThat(jdbc.sql("select count(*) from directory.service where feed = ?")
                        .param(feed)
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(asked.get()).isLessThanOrEqualTo(20);
        store.end(feed);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://example.org/hsds",
                "https://user:secret@example.org/hsds",
                "https://example.org/hsds?a=b",
                "https://example.org/hsds#a",
                "file:///etc/passwd",
                "https://",
                "not an address"
            })
    void an_address_that_is_not_safe_is_refused(String base) {
        assertThatThrownBy(() -> pulls.add(convener, new Pulls.Said("no-" + mark, base, 24, false)))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.UNPROCESSABLE));
        assertThat(store.find("no-" + mark)).isEmpty();
    }

    @Test
    void an_address_within_the_own_network_is_not_read() {
        for (String base : List.of(
                "https://127.0.0.1:9/hsds",
                "https://10.1.2.3/hsds",
                "https://100.64.1.2/hsds",
                "https://[fd00::1]/hsds",
                "https://[64:ff9b::a01:203]/hsds",
                "https://[2002:a01:203::1]/hsds")) {
            String feed = "inside-" + mark;
            pulls.add(convener, new Pulls.Said(feed, base, 24, false));
            assertThat(read(feed).problem()).as(base).isEqualTo("inside");
            store.end(feed);
        }
    }

    @Test
    void the_convener_alone_says_what_is_read_and_one_instance_reads() throws Exception {
        String feed = "one-" + mark;
        Pulls.Said said = new Pulls.Said(feed, "https://example.invalid/hsds", 24, false);
        for (Caller other : List.of(keeper, worker)) {
            assertThatThrownBy(() -> pulls.add(other, said))
                    .isInstanceOfSatisfying(
                            Problem.class, p -> assertThat(p.category()).isEqualTo(Category.FORBIDDEN));
            assertThatThrownBy(() -> pulls.end(other, feed)).isInstanceOf(Problem.class);
        }
        assertThatThrownBy(() -> pulls.all(worker)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> pulls.now(worker, feed)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> pulls.now(keeper, "none-" + mark)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> pulls.add(convener, new Pulls.Said("network", said.base(), 24, false)))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> pulls.add(convener, new Pulls.Said(feed, said.base(), 5, false)))
                .isInstanceOf(Problem.class);

        AtomicInteger asked = new AtomicInteger();
        String slow = server(exchange -> {
            asked.incrementAndGet();
            sleep(1_500);
            answer(
                    exchange,
                    200,
                    "application/json",
                    "{\"last_page\":true,\"contents\":[" + service("o", "Once " + mark, "x") + "]}");
        });
        pulls.add(convener, new Pulls.Said(feed, slow, 24, false));
        await().until(() -> store.find(feed).orElseThrow().reading());
        assertThat(store.claim(UUID.randomUUID(), Pulling.LEASE).map(Pull::feed))
                .as("somebody else is at it")
                .isNotEqualTo(java.util.Optional.of(feed));
        read(feed);
        assertThat(asked.get()).isOne();
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_convener_says_where_sees_what_came_and_reads_again(String language, int width) throws Exception {
        String feed = "page-" + width + "-" + mark;
        AtomicInteger asked = new AtomicInteger();
        Map<String, String> services = Map.of("v", service("v", "Looms " + mark, "Free"));
        String base = api(services, true, asked);
        String site = server(exchange -> answer(exchange, 200, "text/html", "<p>Hello"));
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, convener.username(), language);
            page.navigate(url("/directory/feeds"));
            looksRight(page, "feeds", language, width);
            page.navigate(url("/directory/pulls"));
            page.fill("#feed", feed);
            page.fill("#base", "ftp://example.org");
            press(page, "#pull button");
            assertThat(page.locator(".govuk-error-summary li").count()).isOne();
            page.fill("#base", site);
            press(page, "#pull button");
            assertThat(read(feed).problem()).isEqualTo("html");
            page.navigate(url("/directory/pulls"));
            looksRight(page, "pulls-problem", language, width);
            page.fill("#feed", feed);
            page.fill("#base", base);
            press(page, "#pull button");
            assertThat(read(feed).problem()).isNull();
            page.navigate(url("/directory/pulls"));
            looksRight(page, "pulls", language, width);
            int before = asked.get();
            press(page, "form[action$='/" + feed + "/now'] button");
            await().until(() -> asked.get() > before);
            read(feed);
            page.navigate(url(
                    "/directory/feeds/runs/" + store.find(feed).orElseThrow().run()));
            assertThat(page.locator("main").innerText()).contains("Looms " + mark);
            looksRight(page, "run", language, width);
            page.navigate(url("/directory/pulls"));
            page.locator("details:has(form[action$='/" + feed + "/end']) summary")
                    .click();
            press(page, "form[action$='/" + feed + "/end'] button");
            assertThat(store.find(feed)).isEmpty();
        }
    }
}
