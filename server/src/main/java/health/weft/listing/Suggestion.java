package health.weft.listing;

import java.time.Instant;
import java.util.Map;

/**
 * What somebody says is wrong in a listing.
 *
 * @param fields what they would set, by field of HSDS; empty when they only told
 * @param about one of {@link Suggestions#ABOUT}
 * @param source {@code public}, {@code account:<name>} or {@code organization:<id>}
 * @param now what the listing has in these fields
 */
public record Suggestion(
        long id,
        String serviceId,
        String service,
        String organization,
        Map<String, String> fields,
        Map<String, String> now,
        String about,
        String words,
        String source,
        Instant made) {
    /** Whether it can be written into the listing as it is. */
    public boolean canBeTaken() {
        return !fields.isEmpty();
    }

    public boolean isFromOrganization() {
        return source.startsWith("organization:");
    }
}
