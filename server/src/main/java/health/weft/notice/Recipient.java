package health.weft.notice;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a person may be written to.
 *
 * @param id what a link names by which they stop such mails
 * @param person id without its type
 * @param language {@code en} or {@code es}; null when nobody knows what they read
 */
public record Recipient(
        UUID id, String person, String address, @Nullable String language) {}
