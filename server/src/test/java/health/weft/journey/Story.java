package health.weft.journey;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.Cookie;
import health.weft.Axe;
import health.weft.Chromium;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;

/** Somebody in front of a browser, in a language, on a screen of a width. */
final class Story implements AutoCloseable {
    private final Chromium chromium;
    private final BrowserContext context;
    private final String base;
    private final String language;
    private final String name;
    private final List<String> complaints = new ArrayList<>();
    final Page page;

    Story(Chromium chromium, String base, String language, String name, int width) {
        this.chromium = chromium;
        this.base = base;
        this.language = language;
        this.name = name;
        this.context = chromium.context(width, language);
        // As somebody who chose the language on the page before: it wins over the browser's and the account's.
        context.addCookies(List.of(new Cookie("weft-lang", language).setUrl(base)));
        this.page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("422")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
    }

    Story signsInAs(String username) {
        page.navigate(base + "/sign-in");
        looks("sign-in");
        page.click("button[value=" + username + "]");
        page.waitForURL(url -> !url.contains("/sign-in"));
        return this;
    }

    Story opens(String path) {
        page.navigate(base + path);
        return this;
    }

    /** Has the page that asks for a service show those that are found by these words, where there are many. */
    Story looksFor(String words) {
        if (page.locator("#look").count() > 0) {
            page.fill("#look", words);
            Chromium.press(page, "#find");
        }
        return this;
    }

    /** Chooses the demonstration's pantry, by the name that it has in this person's language, where one service is asked for. */
    Story choosesThePantry() {
        String name = language.equals("es") ? "Despensa comunitaria" : "Community pantry";
        looksFor(name)
                .page
                .locator(".weft-service label", new Page.LocatorOptions().setHasText(name))
                .click();
        return this;
    }

    /** Loads a page of figures again until it has these words: they may be a minute or two old where it took long to count. */
    Story reloadsUntilItSays(String words) {
        Instant until = Instant.now().plus(Duration.ofMinutes(3));
        while (!page.locator("main").textContent().contains(words)
                && Instant.now().isBefore(until)) {
            page.waitForTimeout(1_000);
            page.reload();
        }
        PlaywrightAssertions.assertThat(page.locator("main")).containsText(words);
        return this;
    }

    /** The words of a message, in this person's language. */
    String words(String key, Object... args) {
        String feature = key.substring(0, key.indexOf('.'));
        ResourceBundle bundle = ResourceBundle.getBundle(
                "messages/" + feature,
                language.equals("es") ? java.util.Locale.of("es") : java.util.Locale.ROOT,
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
        String words = bundle.getString(key);
        for (int i = 0; i < args.length; i++) {
            words = words.replace("{" + i + "}", String.valueOf(args[i]));
        }
        return words;
    }

    /** The page is accessible by axe, fits the screen, says everything in words, and is kept as a picture. */
    Story looks(String picture) {
        page.waitForLoadState();
        chromium.shot(page, name + "-" + picture + "-" + language + "-" + page.viewportSize().width);
        assertThat(page.locator("html").getAttribute("lang")).isEqualTo(language);
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .as("width of %s", page.url())
                .isLessThanOrEqualTo(page.viewportSize().width);
        assertThat(page.locator("body").innerText())
                .as("no message without words on %s", page.url())
                .doesNotContainPattern("\\b(ui|chart|referral|screening|directory|outcomes|home|portal)\\.[a-z]+\\.");
        assertThat(Axe.violations(page)).as("axe on %s", page.url()).isEmpty();
        return this;
    }

    @Override
    public void close() {
        context.close();
        assertThat(complaints).as("the browser's console").isEmpty();
    }
}
