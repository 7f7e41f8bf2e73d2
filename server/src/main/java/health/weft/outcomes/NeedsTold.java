package health.weft.outcomes;

import health.weft.referral.Demand;
import health.weft.referral.Demand.Needs;
import health.weft.ui.SmallCells;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Needs of a group as they are told: null stands for a number that is too small to be.
 *
 * @param days the median times of its referrals, null with a group that is too small
 */
public record NeedsTold(
        String value,
        @Nullable Integer needs,
        @Nullable Integer met,
        @Nullable Integer waiting,
        @Nullable Integer unmet,
        Demand.@Nullable Days days) {
    private static final int MOST = 40;

    /** Rows with what is too small left out: a small group as a whole, and of a large one its small parts. */
    static List<NeedsTold> of(List<Needs> groups, List<Demand.Days> days, int smallest) {
        List<@Nullable Integer> wholes =
                SmallCells.told(groups.stream().map(Needs::needs).toList(), smallest);
        List<NeedsTold> rows = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            Needs group = groups.get(i);
            if (wholes.get(i) == null) {
                rows.add(new NeedsTold(group.value(), null, null, null, null, null));
            } else {
                List<@Nullable Integer> parts =
                        SmallCells.told(List.of(group.met(), group.waiting(), group.unmet()), smallest);
                rows.add(new NeedsTold(
                        group.value(),
                        group.needs(),
                        parts.get(0),
                        parts.get(1),
                        parts.get(2),
                        days.stream()
                                .filter(of -> of.value().equals(group.value()))
                                .findFirst()
                                .orElse(null)));
            }
        }
        return rows.subList(0, Math.min(MOST, rows.size()));
    }
}
