package health.weft.record;

import java.util.List;

/** What can be subscribed to, for the CapabilityStatement: the feature that tells of it has one such bean. */
public interface SubscriptionTopics {
    /** Canonical addresses. */
    List<String> canonicals();
}
