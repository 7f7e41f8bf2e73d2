package health.weft;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real browser for tests: the machine's own Chromium. */
public final class Chromium implements AutoCloseable {
    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    public static Chromium start() {
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        String named = System.getenv("WEFT_CHROMIUM");
        Browser browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of(named == null ? "/usr/bin/chromium" : named))
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-dev-shm-usage",
                                "--disable-gpu",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
        return new Chromium(playwright, browser);
    }

    /** A fresh visitor with this screen width in CSS pixels and this language, "en" or "es". */
    public BrowserContext context(int width, String language) {
        return browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, width < 600 ? 844 : 900)
                .setTimezoneId("America/New_York")
                .setLocale(language.equals("es") ? "es-US" : "en-US"));
    }

    /** Presses what leads to another page, or to the same again, and waits until that is there. */
    public static void press(Page page, Locator what) {
        page.evaluate("document.documentElement.dataset.left = ''");
        what.click();
        page.waitForCondition(() -> arrived(page));
    }

    private static boolean arrived(Page page) {
        try {
            return (Boolean) page.evaluate(
                    "!('left' in document.documentElement.dataset) && document.readyState === 'complete'");
        } catch (PlaywrightException e) {
            return false; // just on its way
        }
    }

    /** The same with a CSS selector. */
    public static void press(Page page, String selector) {
        press(page, page.locator(selector));
    }

    /** Keeps a picture of the whole page in target/screens. */
    public void shot(Page page, String name) {
        page.screenshot(
                new Page.ScreenshotOptions().setFullPage(true).setPath(Path.of("target", "screens", name + ".png")));
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
