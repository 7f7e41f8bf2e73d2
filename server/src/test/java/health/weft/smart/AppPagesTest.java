package health.weft.smart;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import com.sun.net.httpserver.HttpServer;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.RecordStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** An app registers, is approved, is let in and withdrawn: on the pages that people see, with a page of the app on another origin. */
class AppPagesTest extends PagesTest {
    private static final List<String> NAMES =
            List.of("Kunigunde Marlowe", "Leopoldina Vance", "Melchior Ravensworth", "Nepomuk Holt");

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final List<String> made = new ArrayList<>();
    private final Map<String, String> files = new java.util.concurrent.ConcurrentHashMap<>();
    private HttpServer pages;
    private Caller clinic;
    private int used;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Apps apps;

    @Autowired
    private RecordStore store;

    AppPagesTest() {
        super("smart");
    }

    @BeforeAll
    void a_clinic_and_a_page_elsewhere() throws IOException {
        clinic = Copies.clinic(accounts, "App Pages Clinic");
        files.put("/back", "<!doctype html><html lang=\"en\"><title>App</title><p>Back at the app</p></html>");
        pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] body = files.getOrDefault(path, "").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", path.endsWith(".js") ? "text/javascript" : "text/html");
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        pages.start();
    }

    @AfterAll
    void close() {
        pages.stop(0);
        made.forEach(accounts::end);
    }

    private String origin() {
        return "http://127.0.0.1:" + pages.getAddress().getPort();
    }

    private record Somebody(String username, String name, String person, String patient) {}

    private Somebody somebody() {
        int n = used++;
        var patient = Copies.write(
                records, clinic, NAMES.get(n), "1957-07-1" + n, "508-555-66" + (10 + n), n + " Gallery Row");
        for (String category : List.of("laboratory", "vital-signs")) {
            records.create(clinic, Json.parse(SmartTest.observationJson(patient.id(), category)));
        }
        String person = identity.personOf(patient.rid()).orElseThrow();
        String username = "app-pages-" + n + "-" + mark;
        accounts.party("Person/" + person, NAMES.get(n), PartyKind.PERSON);
        accounts.ensure(username, NAMES.get(n), "Person/" + person, Set.of(Role.PATIENT), "en", PASSWORD);
        made.add(username);
        return new Somebody(username, NAMES.get(n), person, patient.id());
    }

    private String account(String name, String party, Role role) {
        String username = name + "-" + mark;
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        made.add(username);
        return username;
    }

    private HttpResponse<String> register(String json) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(url("/oauth2/register")))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(json))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private String metadata(String name, String redirect) {
        return """
                {"client_name":"%s","redirect_uris":["%s"],"token_endpoint_auth_method":"none","contacts":["apps@example.org"],
                 "scope":"launch/patient openid fhirUser offline_access patient/Patient.rs patient/Condition.rs patient/Observation.rs?category=laboratory patient/Observation.rs patient/Observation.c"}""".formatted(name, redirect);
    }

    private static int posted(Page page, String url) {
        return page.request()
                .post(
                        url,
                        RequestOptions.create()
                                .setMaxRedirects(0)
                                .setForm(FormData.create()
                                        .set(
                                                "_csrf",
                                                page.locator("meta[name=csrf]").getAttribute("content"))))
                .status();
    }

    @ParameterizedTest
    @CsvSource({"en, 390", "es, 1280"})
    void an_app_registers_is_approved_let_in_shown_and_withdrawn(String language, int width) throws Exception {
        String name = "Sugar diary " + language + " " + mark;
        HttpResponse<String> answer = register(metadata(name, origin() + "/back"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode told = Json.mapper().readTree(answer.body());
        String id = told.path("client_id").asString("");
        assertThat(told.has("client_secret")).isFalse();
        Somebody ada = somebody();
        App app = apps.find(id).orElseThrow();
        assertThat(app.state()).isEqualTo(App.State.PENDING);
        Map<String, String> asked = new Flow(url(""), app)
                .request(
                        "launch/patient patient/Patient.rs patient/Observation.rs?category=laboratory patient/Observation.c offline_access");
        asked.put("redirect_uri", origin() + "/back");
        String authorise = url("/oauth2/authorize?") + Flow.form(asked);

        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, ada.username(), language);
            assertThat(page.navigate(authorise).status())
                    .as("it waits for approval")
                    .isEqualTo(400);
            page.navigate(url("/apps"));
            assertThat(posted(page, url("/apps/registered/" + id + "/approve")))
                    .as("not theirs to decide")
                    .isEqualTo(404);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, account("convener-" + language, clinic.party(), Role.CONVENER), language);
            page.navigate(url("/apps/registered"));
            looksRight(page, "apps-registered", language, width);
            press(page, page.locator("form[action='/apps/registered/" + id + "/approve'] button"));
            assertThat(apps.find(id).orElseThrow().state()).isEqualTo(App.State.APPROVED);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, ada.username(), language);
            page.navigate(authorise);
            assertThat(page.locator("h1").innerText()).contains(name);
            assertThat(page.locator("main").innerText()).contains(ada.name(), "laboratory", "127.0.0.1");
            looksRight(page, "apps-ask", language, width);
            page.uncheck("input[value='patient/Observation.c']");
            page.locator("form[action='/oauth2/authorize'] button").first().click();
            page.waitForURL(origin() + "/back?**");
            assertThat(page.locator("p").innerText()).isEqualTo("Back at the app");
            String code = Flow.parameters(page.url()).get("code");
            HttpResponse<String> tokens = new Flow(url(""), app)
                    .post(
                            "/oauth2/token",
                            Map.of(
                                    "grant_type",
                                    "authorization_code",
                                    "code",
                                    code,
                                    "redirect_uri",
                                    origin() + "/back",
                                    "client_id",
                                    id,
                                    "code_verifier",
                                    Flow.VERIFIER));
            JsonNode token = Json.mapper().readTree(tokens.body());
            String access = token.path("access_token").asString("");
            assertThat(token.path("scope").asString(""))
                    .contains("patient/Patient.rs")
                    .doesNotContain("Observation.c ");
            assertThat(send("GET", "/Patient/" + ada.patient(), access, "").statusCode())
                    .isEqualTo(200);
            assertThat(send("POST", "/Observation", access, SmartTest.observationJson(ada.patient(), "laboratory"))
                            .statusCode())
                    .as("what was unticked was not given")
                    .isEqualTo(403);

            page.navigate(url("/apps"));
            looksRight(page, "apps-mine", language, width);
            page.locator("main details summary").click();
            press(page, "main details form button");
            assertThat(page.locator(".weft-notice").innerText()).contains(name);
            assertThat(send("GET", "/Patient/" + ada.patient(), access, "").statusCode())
                    .isEqualTo(401);
            looksRight(page, "apps-none", language, width);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, account("clerk-" + language, clinic.party(), Role.COORDINATOR), language);
            page.navigate(authorise);
            page.locator("input[type=search]").fill(ada.name());
            page.locator("#person-results form button").first().waitFor();
            looksRight(page, "apps-choose", language, width);
            press(page, page.locator("#person-results form button").first());
            assertThat(page.locator("main").innerText()).contains(ada.name());
            page.locator("form[action='/oauth2/authorize'] button").last().click();
            page.waitForURL(origin() + "/back?**");
            assertThat(page.url()).contains("error=access_denied").doesNotContain("code=");
        }
    }

    @Test
    void what_is_wrong_with_a_registration_is_said_and_nothing_kept() throws Exception {
        for (String wrong : List.of(
                "not json",
                "{}",
                metadata("", origin() + "/back"),
                metadata("Evil", "http://localhost.evil/back"),
                metadata("Evil", "https://app.example@evil.example/"),
                metadata("Evil", origin() + "/back").replace("patient/Condition.rs", "system/*.cruds"),
                metadata("Evil", origin() + "/back").replace("patient/Condition.rs", "patient/Nothing.rs"),
                metadata("Evil", origin() + "/back")
                        .replace("\"none\"", "\"private_key_jwt\",\"jwks_uri\":\"http://keys.example/\""),
                metadata("Evil", origin() + "/back").replace("\"none\"", "\"tls_client_auth\""))) {
            HttpResponse<String> answer = register(wrong);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(answer.body()).contains("\"error\":\"invalid_");
        }
        assertThat(register("{\"client_name\":\"" + "x".repeat(60_000) + "\"}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void a_service_is_approved_by_the_administrator_whose_system_it_acts_as_and_an_app_opens_from_a_record()
            throws Exception {
        App service = Registration.of(
                        "Nightly " + mark,
                        "",
                        App.Kind.SERVICE,
                        List.of(),
                        null,
                        List.of("system/*.rs"),
                        null,
                        "https://keys.example/jwks",
                        store.parameters())
                .app();
        apps.add(service);
        App opened = Registration.of(
                        "Opened " + mark,
                        "",
                        App.Kind.PUBLIC,
                        List.of(origin() + "/back"),
                        origin() + "/back",
                        List.of("launch", "patient/*.rs"),
                        null,
                        null,
                        store.parameters())
                .app();
        apps.add(opened);
        apps.decide(Caller.PLATFORM, opened, App.State.APPROVED, null);
        Somebody ada = somebody();
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, account("admin", clinic.party(), Role.ORGANISATION_ADMIN), "en");
            page.navigate(url("/apps/registered"));
            assertThat(page.locator("main").innerText())
                    .contains("Nightly " + mark)
                    .doesNotContain("Opened " + mark);
            assertThat(posted(page, url("/apps/registered/" + service.id() + "/approve")))
                    .isEqualTo(422);
            page.selectOption("#account-" + service.id(), clinic.username());
            looksRight(page, "apps-service", "en", 1280);
            press(page, page.locator("form[action='/apps/registered/" + service.id() + "/approve'] button"));
            assertThat(apps.find(service.id()).orElseThrow().account()).isEqualTo(clinic.username());
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, account("opener", clinic.party(), Role.COORDINATOR), "en");
            page.navigate(url("/people/" + ada.person()));
            looksRight(page, "apps-open", "en", 1280);
            page.locator("a[href*='/apps/open/" + opened.id() + "']").click();
            page.waitForURL(origin() + "/back?**");
            Map<String, String> launch = Flow.parameters(page.url());
            assertThat(launch).containsEntry("iss", url("/fhir")).containsKey("launch");
            Map<String, String> asked = new Flow(url(""), opened).request("launch patient/Patient.rs");
            asked.put("redirect_uri", origin() + "/back");
            asked.put("launch", launch.get("launch"));
            page.navigate(url("/oauth2/authorize?") + Flow.form(asked));
            assertThat(page.locator("main").innerText()).contains(ada.name());
            assertThat(page.navigate(url("/oauth2/authorize?") + Flow.form(asked))
                            .status())
                    .as("a launch is good for once")
                    .isEqualTo(400);
        }
    }

    @Test
    void fhirclient_launches_by_itself_reads_and_renews() throws Exception {
        Path folder = Path.of("target", "fhirclient").toAbsolutePath();
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("package.json"), "{\"private\":true,\"dependencies\":{\"fhirclient\":\"2.6.3\"}}");
        assumeTrue(run(folder, "node", "--version") == 0, "Node is not here");
        assumeTrue(
                run(folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts") == 0,
                "npm cannot bring fhirclient");
        files.put("/fhir-client.js", Files.readString(folder.resolve("node_modules/fhirclient/build/fhir-client.js")));
        files.put("/app.js", Files.readString(Path.of("src/test/node/launch.js")));
        files.put("/", Files.readString(Path.of("src/test/node/launch.html")));
        App app = Registration.of(
                        "Fhirclient " + mark,
                        "",
                        App.Kind.PUBLIC,
                        List.of(origin() + "/"),
                        null,
                        List.of("launch/patient", "openid", "fhirUser", "offline_access", "patient/*.rs"),
                        null,
                        null,
                        store.parameters())
                .app();
        apps.add(app);
        apps.decide(Caller.PLATFORM, app, App.State.APPROVED, null);
        Somebody ada = somebody();
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, ada.username(), "en");
            page.navigate(origin() + "/?begin=" + url("/fhir") + "&client=" + app.id());
            page.waitForURL(url("/apps/authorise?**"));
            page.locator("form[action='/oauth2/authorize'] button").first().click();
            page.waitForURL(origin() + "/?**");
            page.waitForFunction("document.getElementById('said').textContent !== 'waiting'");
            assertThat(page.locator("#said").innerText())
                    .isEqualTo("read " + ada.name().split(" ")[1] + "; observations 2; renewed true; user Patient/"
                            + ada.patient());
        }
    }

    private static int run(Path folder, String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out.log").toFile())
                    .start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException absent) {
            return -1;
        }
    }
}
