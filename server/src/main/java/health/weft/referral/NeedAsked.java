package health.weft.referral;

import health.weft.directory.SdohCategory;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One of several needs that are asked for in one go.
 *
 * @param need id of the Condition behind it; empty when none is coded
 * @param service id of the one that is asked; empty for none now
 * @param words by which another service is looked for; blank for any
 * @param list services for it; null until they were looked up
 */
public record NeedAsked(
        SdohCategory category,
        String need,
        String service,
        String words,
        @Nullable Shortlist list) {
    NeedAsked(SdohCategory category, String need) {
        this(category, need, "", "", null);
    }

    NeedAsked at(String chosen) {
        return new NeedAsked(category, need, chosen, words, list);
    }

    NeedAsked lookingFor(String typed) {
        return new NeedAsked(category, need, service, typed, list);
    }

    NeedAsked of(Shortlist found) {
        return new NeedAsked(category, need, service, words, found);
    }

    Optional<String> condition() {
        return need.isBlank() ? Optional.empty() : Optional.of("Condition/" + need);
    }
}
