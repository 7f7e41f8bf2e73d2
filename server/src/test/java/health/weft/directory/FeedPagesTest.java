package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;

/** A feed that is too large is refused in words, by program and on the page; a large one shows how far it is. */
class FeedPagesTest extends PagesTest {
    @Autowired
    private Feeds feeds;

    @Autowired
    private FeedApplying applying;

    @Value("${weft.directory.largest-feed}")
    private long largest;

    @TempDir
    private Path folder;

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String keeper = "feed-keeper-" + mark;
    private final Caller steward =
            new Caller(keeper, "Kim", "Organization/feeds-" + mark, "Feeds", Set.of(Role.CONVENER), "en");
    private String token = "";

    FeedPagesTest() {
        super("directory", "problem");
    }

    @BeforeAll
    void somebody_who_keeps_the_directory() {
        accounts.party("Organization/feeds-" + mark, "Feeds " + mark, PartyKind.NETWORK);
        accounts.ensure(keeper, "Kim", "Organization/feeds-" + mark, Set.of(Role.CONVENER), "en", PASSWORD);
        token = accounts.token(keeper, Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_program_that_sends_too_much_reads_why(boolean saysHowMuch) throws Exception {
        Path file = large();
        BodyPublisher body = saysHowMuch
                ? BodyPublishers.ofFile(file)
                : BodyPublishers.ofInputStream(() -> {
                    try {
                        return Files.newInputStream(file);
                    } catch (java.io.IOException e) {
                        return InputStream.nullInputStream();
                    }
                });
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        for (boolean waits : new boolean[] {false, true}) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(url("/hsds/feeds/large-" + mark + "?name=large.json")))
                            .header("Authorization", "Bearer " + token)
                            .header("Accept", "application/json")
                            .expectContinue(waits)
                            .POST(body)
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(Json.parse(answer.body()).toString())
                    .contains("The file has more than 30 MB. Send it in parts. Nothing was taken.");
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_page_says_so_too(String language, int width) throws Exception {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, keeper, language);
            page.navigate(url("/directory/feeds"));
            page.fill("#feed", "large-" + mark);
            page.setInputFiles("#file", large());
            page.locator("main form button").first().click();
            PlaywrightAssertions.assertThat(page.locator("[data-upload-told]"))
                    .containsText(
                            language.equals("en")
                                    ? "The file has more than 30 MB. Send it in parts. Nothing was taken."
                                    : "El archivo tiene más de 30 MB. Envíelo por partes. No se tomó nada.");
            looksRight(page, "directory-feed-large", language, width);
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 1280", "en, 390", "es, 390"})
    void how_far_it_is_stands_on_the_page(String language, int width) throws Exception {
        long run = check("far-" + language + width + "-" + mark, 600);
        applying.begin(steward, run);
        applying.part(run);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, keeper, language);
            page.navigate(url("/directory/feeds/runs/" + run));
            looksRight(page, "directory-run-applying", language, width);
            assertThat(page.locator("progress").getAttribute("value")).isEqualTo("500");
            assertThat(page.locator("progress").getAttribute("max")).isEqualTo("1800");
            assertThat(page.locator("form[action$='/apply']").count()).isZero();
        }
        feeds.apply(steward, run);
    }

    @Test
    void a_large_one_is_begun_on_the_page_and_comes_to_its_end_by_itself() throws Exception {
        long run = check("begun-" + mark, 700);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, keeper, "en");
            page.navigate(url("/directory/feeds/runs/" + run));
            page.locator("form[action$='/apply'] button").click();
            page.waitForSelector(".weft-notice");
            assertThat(page.locator("main").innerText()).contains("The directory has all of it.");
        }
        await().atMost(Duration.ofMinutes(2))
                .until(() -> feeds.run(steward, run).state().equals("applied"));
    }

    private Path large() throws Exception {
        Path file = folder.resolve("large-" + UUID.randomUUID() + ".json");
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(2 * largest);
        }
        return file;
    }

    private long check(String feed, int many) throws Exception {
        Path file = folder.resolve(feed + ".json");
        Files.writeString(
                file,
                IntStream.rangeClosed(1, many)
                        .mapToObj(n -> FeedTest.organization("t" + n, "Trolley " + feed + " " + n, "Tram help " + n))
                        .collect(Collectors.joining(",", "[", "]")));
        return feeds.check(steward, feed, feed + ".json", file, false).id();
    }
}
