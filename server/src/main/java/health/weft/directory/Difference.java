package health.weft.directory;

import org.jspecify.annotations.Nullable;

/**
 * One field that a feed would change; the field is null for an entity that is new.
 *
 * @param verdict new or changed
 */
public record Difference(
        String type,
        String id,
        String name,
        String verdict,
        @Nullable String field,
        @Nullable String before,
        @Nullable String after) {}
