package health.weft.directory;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a person needs, as far as choosing a service goes; it names nobody.
 *
 * @param category the kind of need
 * @param latitude degrees north of where they live, null when not known
 * @param longitude degrees east
 * @param language two-letter code of the language they speak
 * @param age in years
 */
public record Need(
        SdohCategory category,
        @Nullable Double latitude,
        @Nullable Double longitude,
        String language,
        OptionalInt age) {}
