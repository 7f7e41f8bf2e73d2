package health.weft.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the trail are asked for.
 *
 * @param who part of a name, user name or organisation; empty for all
 * @param action name of an {@link Audit.Action}; empty for all
 * @param refused only what was refused
 * @param from included; null for the first
 * @param until excluded; null for now
 */
public record AuditFilter(
        String who,
        String action,
        boolean refused,
        @Nullable Instant from,
        @Nullable Instant until) {
    public static final AuditFilter ALL = new AuditFilter("", "", false, null, null);
}
