package health.weft;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIRequestContext;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The base of tests that look at pages in a real browser: signing in, and what every page must hold. */
public abstract class PagesTest extends WeftTest {
    /** Of every account that these tests make. */
    protected static final String PASSWORD = "a long secret";

    private final Pattern keys;
    protected Chromium chromium;

    /** @param bundles of the pages' words: none of their keys may stand where words should */
    protected PagesTest(String... bundles) {
        this.keys = Pattern.compile("\\b(ui|" + String.join("|", bundles) + ")\\.[a-z]");
    }

    @BeforeAll
    void openTheBrowser() {
        chromium = Chromium.start();
    }

    @AfterAll
    void closeTheBrowser() {
        chromium.close();
    }

    /** Keeps a picture; the page is in its language, no wider than the screen, has words for everything, and axe finds nothing. */
    protected void looksRight(Page page, String name, String language, int width) {
        chromium.shot(page, name + "-" + language + "-" + width);
        assertThat(page.locator("html").getAttribute("lang")).isEqualTo(language);
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(width);
        assertThat(page.locator("body").innerText()).doesNotContainPattern(keys);
        assertThat(Axe.violations(page)).isEmpty();
    }

    /** A page of somebody who has signed in and reads in this language. */
    protected Page signedIn(BrowserContext context, String username, String language) {
        APIRequestContext http = context.request();
        String csrf = Visitor.hidden(http.get(url("/sign-in")).text(), "_csrf");
        http.post(
                url("/sign-in"),
                RequestOptions.create()
                        .setMaxRedirects(0)
                        .setForm(FormData.create()
                                .set("username", username)
                                .set("password", PASSWORD)
                                .set("_csrf", csrf)));
        Page page = context.newPage();
        page.navigate(url("/language?to=" + language + "&back=/account"));
        return page;
    }
}
