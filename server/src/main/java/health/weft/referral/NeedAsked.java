package health.weft.referral;

import health.weft.directory.Option;
import health.weft.directory.SdohCategory;
import java.util.List;
import java.util.Optional;

/**
 * One of several needs that are asked for in one go.
 *
 * @param need id of the Condition behind it; empty when none is coded
 * @param service id of the one that is asked; empty for none now
 * @param options services for it, best first; empty until they were looked up
 */
public record NeedAsked(SdohCategory category, String need, String service, List<Option> options) {
    NeedAsked(SdohCategory category, String need) {
        this(category, need, "", List.of());
    }

    NeedAsked at(String chosen) {
        return new NeedAsked(category, need, chosen, options);
    }

    NeedAsked of(List<Option> found) {
        return new NeedAsked(category, need, service, found);
    }

    Optional<String> condition() {
        return need.isBlank() ? Optional.empty() : Optional.of("Condition/" + need);
    }
}
