package health.weft.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A feed that was read and held against the directory.
 *
 * @param state checked, applying, applied or discarded
 * @param whole whether what it does not have is withdrawn
 * @param counts by type: new, changed, same; and {@code left_out}, {@code told}, {@code withdrawn}
 * @param progress how far it is, while it is being applied
 */
public record FeedRun(
        long id,
        String feed,
        String state,
        boolean whole,
        String file,
        String by,
        Instant started,
        @Nullable Instant applied,
        ObjectNode counts,
        @Nullable Progress progress) {

    /** How many of the organisations, places and services that changed everything follows by now. */
    public record Progress(long done, long total) {}

    /** All of one verdict, whatever the type. */
    public long count(String verdict) {
        return counts.propertyStream()
                .mapToLong(type -> type.getValue().path(verdict).asLong(0))
                .sum();
    }

    public long leftOut() {
        return counts.path("left_out").asLong(0);
    }

    public long told() {
        return counts.path("told").asLong(0);
    }

    /** The beginning of a long value. */
    public static String brief(@Nullable String value) {
        return value == null ? "" : value.length() > 160 ? value.substring(0, 160) + " …" : value;
    }
}
