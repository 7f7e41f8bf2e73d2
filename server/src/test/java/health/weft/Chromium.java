package health.weft;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real browser for tests: the machine's own Chromium, started once for all tests of a process. Each test has visitors of its own. */
public final class Chromium implements AutoCloseable {
    /** How long anything is waited for, in ms: a machine that does much else is slow, and that is no failure. */
    private static final double PATIENCE = 60_000;

    private static @Nullable Browser browser;

    private final List<BrowserContext> visitors = new ArrayList<>();

    private Chromium() {}

    public static Chromium start() {
        browser();
        return new Chromium();
    }

    /** It ends with the process that started it. */
    private static Browser browser() {
        Browser running = browser;
        if (running != null && running.isConnected()) {
            return running;
        }
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        String named = System.getenv("WEFT_CHROMIUM");
        Browser started = playwright
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
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE / 2);
        browser = started;
        return started;
    }

    /**
     * A fresh visitor with this screen width in CSS pixels and this language, "en" or "es". Nothing glides for them: what is pressed while a page
     * still scrolls to its place would be missed.
     */
    public BrowserContext context(int width, String language) {
        BrowserContext visitor = browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, width < 600 ? 844 : 900)
                        .setTimezoneId("America/New_York")
                        .setReducedMotion(ReducedMotion.REDUCE)
                        .setLocale(language.equals("es") ? "es-US" : "en-US"));
        visitor.setDefaultTimeout(PATIENCE);
        visitors.add(visitor);
        return visitor;
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

    /** Visitors that are still there leave. */
    @Override
    public void close() {
        visitors.forEach(BrowserContext::close);
        visitors.clear();
    }
}
