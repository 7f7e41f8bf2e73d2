package health.weft.directory;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Bringing a directory in by hand, on pages: its columns are asked for once and kept. */
class FeedPagesTest extends PagesTest {
    @Autowired
    private Feeds feeds;

    @Autowired
    private DirectorySearch search;

    @TempDir
    private Path folder;

    private final String mark = "q" + UUID.randomUUID().toString().replaceAll("[^a-f]", "");
    private final Caller steward =
            new Caller("feed-steward", "Stella", "Organization/convener", "Network", Set.of(Role.CONVENER), "en");

    FeedPagesTest() {
        super("directory");
    }

    @BeforeAll
    void a_keeper_of_the_directory() {
        accounts.party("Organization/feed-keepers-" + mark, "Keepers", PartyKind.NETWORK);
        accounts.ensure(
                "keeper-" + mark,
                "Kay Keeper",
                "Organization/feed-keepers-" + mark,
                Set.of(Role.CONVENER),
                "en",
                PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void a_keeper_of_the_directory_looks_at_a_feed_and_applies_it(String language, int width) throws Exception {
        String feed = "by-hand-" + language + "-" + mark;
        Path file = Files.writeString(folder.resolve("hand-" + language + ".zip"), "");
        try (var zip = new java.util.zip.ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new java.util.zip.ZipEntry("services.csv"));
            zip.write(
                    ("organization_id,organization_name,service_uuid,service_name,service_description,note\n1,By hand "
                                    + mark + ",7,Taught by hand w" + language + ",x,y\n2,,8,No name,,\n")
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "keeper-" + mark, language);
            page.navigate(url("/directory/feeds"));
            page.fill("#feed", feed);
            page.setInputFiles("#file", file);
            looksRight(page, "directory-feeds", language, width);
            page.locator("main form button").first().click();
            page.waitForURL("**/columns");
            page.selectOption("select[name='services.csv/organization_id']", "organization.id");
            page.selectOption("select[name='services.csv/organization_name']", "organization.name");
            looksRight(page, "directory-columns", language, width);
            page.locator("main form button").click();
            page.waitForURL("**/directory/feeds");
            page.fill("#feed", feed);
            page.setInputFiles("#file", file);
            page.locator("main form button").first().click();
            page.waitForURL("**/runs/*");
            looksRight(page, "directory-run", language, width);
            assertThat(search.find(taught(language), 0, 5).hits()).isEmpty();
            press(page, "form[action$='/apply'] button");
            assertThat(search.find(taught(language), 0, 5).hits()).hasSize(1);
        }
    }

    @Test
    void florida_comes_in_by_a_mapping() throws Exception {
        Path data = Path.of(
                java.util.Objects.requireNonNullElse(System.getenv("WEFT_TEST_DIRECTORY"), "not-here"),
                "florida-legal-aid");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isDirectory(data), "WEFT_TEST_DIRECTORY is not set");
        String feed = "florida-" + mark;
        Path file = folder.resolve("florida.zip");
        try (var zip = new java.util.zip.ZipOutputStream(Files.newOutputStream(file))) {
            for (String name : java.util.List.of("organizations.csv", "locations.csv", "services.csv")) {
                zip.putNextEntry(new java.util.zip.ZipEntry(name));
                zip.write(Files.readAllBytes(data.resolve(name)));
            }
        }
        assertThat(feeds.asks(steward, feed, "florida.zip", file)).isTrue();
        feeds.mapping(steward, feed, feeds.mapping(steward, feed));
        FeedRun run = feeds.check(steward, feed, "florida.zip", file, true);
        assertThat(run.counts().path("organization").path("new").asInt()).isEqualTo(20);
        assertThat(run.counts().path("service").path("new").asInt()).isEqualTo(135);
        feeds.apply(steward, run.id());
        FeedRun again = feeds.check(steward, feed, "florida.zip", file, true);
        assertThat(again.count("new") + again.count("changed")).isZero();
    }

    private Wanted taught(String language) {
        return new Wanted("taught hand w" + language + " " + mark, null, null, null, null, false, false);
    }
}
