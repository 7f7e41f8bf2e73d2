package health.weft.outcomes;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as files have them. */
final class Figure {
    private Figure() {}

    /** Days with two decimals; null when there are none. */
    static @Nullable String days(@Nullable Double value) {
        return value == null ? null : String.format(Locale.ROOT, "%.2f", value);
    }
}
