package health.weft.directory;

import org.jspecify.annotations.Nullable;

/**
 * Somebody's directory, brought in again and again.
 *
 * @param keepsIds whether its ids are the directory's own: that of the network's members
 * @param mapping for plain CSV, what its columns mean; JSON
 */
public record Feed(
        String id, String name, boolean keepsIds, @Nullable String mapping) {}
