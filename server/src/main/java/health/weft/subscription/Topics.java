package health.weft.subscription;

import health.weft.record.SubscriptionTopics;
import java.util.Arrays;
import java.util.List;
import org.springframework.stereotype.Component;

/** The topics, as the CapabilityStatement tells them. */
@Component
class Topics implements SubscriptionTopics {
    @Override
    public List<String> canonicals() {
        return Arrays.stream(Topic.values()).map(Topic::canonical).toList();
    }
}
