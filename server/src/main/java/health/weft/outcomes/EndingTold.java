package health.weft.outcomes;

import health.weft.referral.Demand.Ending;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A reason why referrals ended without help, and how often it was given.
 *
 * @param number null when it is too small to be told, or would tell another that is
 */
public record EndingTold(String reason, @Nullable Integer number) {

    /** Reasons of a kind (empty for all) in a period. */
    record Page(Period period, String kind) {}

    private record Group(Period period, String kind, String reason) {
        Group in(Period other) {
            return new Group(other, kind, reason);
        }
    }

    /** What is told, of all periods and kinds together: whoever looks at them all knows how they add up. */
    static Map<Page, List<EndingTold>> of(Map<Period, List<Ending>> endings, int smallest) {
        Sheet<Group> sheet = new Sheet<>(smallest);
        endings.forEach((period, all) -> all.forEach(
                ending -> sheet.put(new Group(period, ending.kind(), ending.reason()), 1, ending.number())));
        sheet.down(group -> "reasons", group -> Optional.of(new Group(group.period(), group.kind(), "")));
        sheet.down(
                group -> "kinds",
                group -> group.kind().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Group(group.period(), "", group.reason())));
        sheet.over(Group::in);
        Map<Page, List<EndingTold>> told = new HashMap<>();
        for (Group group : sheet.groups()) {
            told.computeIfAbsent(new Page(group.period(), group.kind()), key -> new ArrayList<>())
                    .add(new EndingTold(group.reason(), sheet.told(group, 0)));
        }
        return told;
    }
}
