package health.weft.record;

import health.weft.security.Caller;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A caller is about to change or delete a resource that it may read; told before the store does it.
 *
 * <p>A feature that owns the life of such a resource refuses by throwing a Problem, or approves a change that is not the
 * writer's own to make, such as the organisation asked answering a referral's Task. Without an approval only the party
 * that wrote a resource changes it.
 */
public final class ResourceWriting {
    private final Caller by;
    private final @Nullable ObjectNode before;
    private final @Nullable ObjectNode after;
    private boolean approved;

    ResourceWriting(Caller by, @Nullable ObjectNode before, @Nullable ObjectNode after) {
        this.by = by;
        this.before = before;
        this.after = after;
    }

    public Caller by() {
        return by;
    }

    /** The resource as it stands; null when it is new. */
    public @Nullable ObjectNode before() {
        return before;
    }

    /** The resource as it shall be; null when it shall be deleted. */
    public @Nullable ObjectNode after() {
        return after;
    }

    /** Lets a party change what another party wrote. */
    public void approve() {
        approved = true;
    }

    boolean isApproved() {
        return approved;
    }
}
