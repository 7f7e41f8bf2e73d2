package health.weft.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.Axe;
import health.weft.Chromium;
import health.weft.WeftTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GalleryTest extends WeftTest {
    private Chromium chromium;

    @BeforeAll
    void open() {
        chromium = Chromium.start();
    }

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void every_component_folder_has_a_template_and_examples_and_stands_in_the_gallery() throws IOException {
        Path components = Path.of("src/main/jte/component");
        try (var folders = Files.list(components)) {
            List<String> names =
                    folders.map(f -> f.getFileName().toString()).sorted().toList();
            assertThat(Gallery.COMPONENTS).containsExactlyInAnyOrderElementsOf(names);
            assertThat(names).allSatisfy(name -> {
                assertThat(components.resolve(name).resolve(name + ".jte")).exists();
                assertThat(components.resolve(name).resolve("examples.jte")).exists();
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "en, 390", "es, 1280", "es, 390"})
    void the_gallery_is_accessible_and_fits_the_screen(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            List<String> complaints = new ArrayList<>();
            Page page = context.newPage();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error") || message.type().equals("warning")) complaints.add(message.text());
            });
            page.navigate(url("/gallery"));
            assertThat(page.locator("html").getAttribute("lang")).isEqualTo(language);
            assertThat(page.locator(".weft-gallery").count()).isEqualTo(Gallery.COMPONENTS.size());
            assertThat(page.locator("main").innerText()).doesNotContain("ui.");
            assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                    .isLessThanOrEqualTo(width);
            chromium.shot(page, "gallery-" + language + "-" + width);
            assertThat(Axe.violations(
                            page,
                            "landmark-no-duplicate-banner",
                            "landmark-unique",
                            "landmark-banner-is-top-level",
                            "landmark-no-duplicate-main"))
                    .isEmpty();
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void the_language_is_kept_and_leads_back_to_the_same_page() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = context.newPage();
            page.navigate(url("/gallery?a=1"));
            page.locator(".weft-header__tool[hreflang=es]").first().click();
            page.waitForCondition(
                    () -> page.title().equals("Componentes – Weft"),
                    new Page.WaitForConditionOptions()
                            .setTimeout(90_000)); // the demonstration may just be making its people
            assertThat(page.url()).endsWith("/gallery?a=1");
        }
    }

    @Test
    void static_files_are_named_by_their_content_compressed_and_kept_for_a_year() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        String html = http.send(
                        HttpRequest.newBuilder(URI.create(url("/gallery"))).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        var sheet = java.util.regex.Pattern.compile("/assets/weft-[0-9a-f]{32}\\.css")
                .matcher(html);
        assertThat(sheet.find()).isTrue();
        assertThat(html).containsPattern("/assets/weft-[0-9a-f]{32}\\.js");
        assertThat(html).containsPattern("/webjars/htmx.org/[0-9.]+/dist/htmx.min.js");
        HttpResponse<InputStream> css = http.send(
                HttpRequest.newBuilder(URI.create(url(sheet.group())))
                        .header("Accept-Encoding", "gzip")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(css.headers().firstValue("Cache-Control").orElse("")).contains("max-age=31536000");
        assertThat(css.headers().firstValue("Content-Encoding")).hasValue("gzip");
        byte[] sent = css.body().readAllBytes();
        assertThat(sent.length).isLessThan(30_000);
        try (InputStream whole = new GZIPInputStream(new java.io.ByteArrayInputStream(sent))) {
            assertThat(new String(whole.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .doesNotContain("GDS Transport");
        }
    }
}
