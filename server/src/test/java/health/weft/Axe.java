package health.weft;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Looks with axe-core, by all its rules, for what keeps somebody out of a page. It runs in the page itself and only what is wrong comes
 * back: the builder that comes with it opens a second page for each, loads itself again and brings all that was right.
 */
public final class Axe {
    private static final String SCRIPT = script();

    private Axe() {}

    /**
     * Each rule that is broken, with where.
     *
     * @param without rules that are not asked
     */
    @SuppressWarnings("unchecked")
    public static List<String> violations(Page page, String... without) {
        if (!(Boolean) page.evaluate("typeof window.axe === 'object'")) {
            page.evaluate(SCRIPT);
        }
        return (List<String>) page.evaluate("""
                async without => {
                    const rules = Object.fromEntries(without.map(rule => [rule, { enabled: false }]));
                    const found = await axe.run(document, { rules, resultTypes: ['violations'] });
                    if (found.passes.length === 0) {
                        throw new Error('axe looked at nothing');
                    }
                    return found.violations.map(v => v.id + ' (' + v.help + '): ' + v.nodes.map(n => n.target.join(' ')).join(', '));
                }""", List.of(without));
    }

    private static String script() {
        try (InputStream file = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
