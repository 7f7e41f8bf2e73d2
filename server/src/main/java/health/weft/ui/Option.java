package health.weft.ui;

import org.jspecify.annotations.Nullable;

/**
 * One choice of a select, of radios or of checkboxes.
 *
 * @param hint a line under the words, or null
 */
public record Option(String value, String words, @Nullable String hint) {
    public Option(String value, String words) {
        this(value, words, null);
    }
}
