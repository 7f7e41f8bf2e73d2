package health.weft.outcomes;

import health.weft.referral.Demand.Amount;
import health.weft.referral.Demand.Help;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of help for a kind of need, as it is told: null stands for a number that is too small to be, or by which one that is could
 * be worked out. What it cost is told with the number of referrals of which a cost was said, and not without it.
 *
 * @param kind SDOHCC code, empty for all
 * @param cost in US dollars, of {@code priced} referrals together
 */
public record GivenTold(
        String kind,
        @Nullable Integer enrolled,
        @Nullable Integer notEnrolled,
        @Nullable Integer onWaitlist,
        @Nullable Integer resolved,
        @Nullable Integer partly,
        @Nullable Integer unresolved,
        @Nullable Integer priced,
        @Nullable BigDecimal cost,
        List<AmountTold> amounts) {

    /**
     * How much was given of something, by so many referrals; those that are too few are left out.
     *
     * @param unit in words; empty where nobody said of what
     */
    public record AmountTold(String unit, int number, BigDecimal quantity) {}

    /** No unit is called so: units are in small letters. */
    private static final String ALL = "ALL";

    private record Group(Period period, String kind) {
        Group in(Period other) {
            return new Group(other, kind);
        }

        Optional<Group> whole() {
            return kind.isEmpty() ? Optional.empty() : Optional.of(new Group(period, ""));
        }
    }

    private record Kept(
            Period period, String kind, @Nullable String unit) {
        Kept in(Period other) {
            return new Kept(other, kind, unit);
        }
    }

    /** What is told, of all periods and kinds together: whoever looks at them all knows how they add up. */
    static Map<Period, List<GivenTold>> of(
            Map<Period, List<Help>> given, Map<Period, List<Amount>> amounts, int smallest) {
        Sheet<Group> sheet = new Sheet<>(smallest);
        Map<Group, BigDecimal> costs = new HashMap<>();
        given.forEach((period, all) -> all.forEach(of -> {
            Group group = new Group(period, of.kind());
            costs.put(group, of.cost());
            int enrolment = of.helped() - of.enrolled() - of.notEnrolled() - of.onWaitlist();
            int resolution = of.helped() - of.resolved() - of.partly() - of.unresolved();
            sheet.put(
                    group,
                    8,
                    of.helped(),
                    of.enrolled(),
                    of.notEnrolled(),
                    of.onWaitlist(),
                    of.resolved(),
                    of.partly(),
                    of.unresolved(),
                    of.priced(),
                    enrolment,
                    resolution,
                    of.helped() - of.priced());
        }));
        sheet.across(0, 1, 2, 3, 8);
        sheet.across(0, 4, 5, 6, 9);
        sheet.across(0, 7, 10);
        sheet.down(group -> "kinds", Group::whole);
        sheet.over(Group::in);
        Map<Group, List<AmountTold>> told = amounts(amounts, smallest);
        Map<Period, List<GivenTold>> rows = new HashMap<>();
        for (Group group : sheet.groups()) {
            Integer priced = sheet.told(group, 7);
            rows.computeIfAbsent(group.period(), key -> new ArrayList<>())
                    .add(new GivenTold(
                            group.kind(),
                            sheet.told(group, 1),
                            sheet.told(group, 2),
                            sheet.told(group, 3),
                            sheet.told(group, 4),
                            sheet.told(group, 5),
                            sheet.told(group, 6),
                            priced,
                            priced == null ? null : costs.get(group),
                            told.getOrDefault(group, List.of())));
        }
        return rows;
    }

    /** Amounts of a unit; how many referrals of a kind there are altogether is known. */
    private static Map<Group, List<AmountTold>> amounts(Map<Period, List<Amount>> amounts, int smallest) {
        Sheet<Kept> sheet = new Sheet<>(smallest);
        Map<Kept, BigDecimal> quantities = new HashMap<>();
        amounts.forEach((period, all) -> all.forEach(amount -> {
            Kept kept = new Kept(period, amount.kind(), amount.unit());
            quantities.put(kept, amount.quantity());
            sheet.put(kept, amount.unit() == null ? 0 : 1, amount.number());
        }));
        sheet.down(kept -> "units", kept -> Optional.of(new Kept(kept.period(), kept.kind(), ALL)));
        sheet.over(Kept::in);
        Map<Group, List<AmountTold>> told = new HashMap<>();
        for (Kept kept : sheet.groups()) {
            Integer number = sheet.told(kept, 0);
            String unit = kept.unit();
            if (number != null && unit != null) {
                told.computeIfAbsent(new Group(kept.period(), kept.kind()), key -> new ArrayList<>())
                        .add(new AmountTold(unit, number, Objects.requireNonNull(quantities.get(kept))));
            }
        }
        return told;
    }
}
