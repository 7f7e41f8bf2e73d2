package health.weft.outcomes;

import health.weft.referral.Demand;
import health.weft.referral.Demand.Dimension;
import health.weft.referral.Demand.Needs;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Needs of a group as they are told: null stands for a number that is too small to be, or by which one that is could be worked out.
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

    /** Whether there are needs, and none of their numbers may be told. */
    public boolean isUntold() {
        return needs == null && Stream.of(met, waiting, unmet).allMatch(number -> number == null || number == 0);
    }

    /** Needs of a kind (empty for all) in a period, by dimension. */
    record Page(Period period, String kind) {}

    private record Group(Period period, String kind, Dimension dimension, String value) {
        Group in(Period other) {
            return new Group(other, kind, dimension, value);
        }

        /** The group with all that have the same dimension, none for the whole itself. */
        Optional<Group> whole() {
            return dimension == Dimension.ALL
                    ? Optional.empty()
                    : Optional.of(
                            kind.isEmpty()
                                    ? new Group(period, "", Dimension.ALL, "")
                                    : new Group(period, "", Dimension.CATEGORY, kind));
        }

        /** The same group with needs of every kind. */
        Optional<Group> ofEveryKind() {
            return kind.isEmpty() ? Optional.empty() : Optional.of(new Group(period, "", dimension, value));
        }
    }

    /** What is told, of all periods and kinds together: whoever looks at them all knows how they add up. */
    static Map<Page, Map<Dimension, List<NeedsTold>>> of(Map<Period, List<Needs>> needs, int smallest) {
        Sheet<Group> sheet = new Sheet<>(smallest);
        needs.forEach((period, groups) -> groups.forEach(of -> sheet.put(
                new Group(period, of.kind(), of.dimension(), of.value()),
                4,
                of.needs(),
                of.met(),
                of.waiting(),
                of.unmet())));
        sheet.across(0, 1, 2, 3);
        sheet.down(Group::dimension, Group::whole);
        sheet.down(group -> "kinds", Group::ofEveryKind);
        sheet.over(Group::in);
        Map<Page, Map<Dimension, List<NeedsTold>>> told = new HashMap<>();
        for (Group group : sheet.groups()) {
            NeedsTold row = of(sheet, group);
            put(told, new Page(group.period(), group.kind()), group.dimension(), row);
            if (group.dimension() == Dimension.CATEGORY) {
                put(
                        told,
                        new Page(group.period(), group.value()),
                        Dimension.ALL,
                        new NeedsTold("", row.needs(), row.met(), row.waiting(), row.unmet(), null));
                put(told, new Page(group.period(), group.value()), Dimension.CATEGORY, row);
            }
        }
        return told;
    }

    private static void put(
            Map<Page, Map<Dimension, List<NeedsTold>>> told, Page page, Dimension dimension, NeedsTold row) {
        told.computeIfAbsent(page, key -> new EnumMap<>(Dimension.class))
                .computeIfAbsent(dimension, key -> new ArrayList<>())
                .add(row);
    }

    private static NeedsTold of(Sheet<Group> sheet, Group group) {
        Integer needs = sheet.told(group, 0);
        return needs == null
                ? new NeedsTold(group.value(), null, null, null, null, null)
                : new NeedsTold(
                        group.value(), needs, sheet.told(group, 1), sheet.told(group, 2), sheet.told(group, 3), null);
    }

    /** With the times of the group's referrals, where there are enough for them. */
    NeedsTold with(List<Demand.Days> days, Dimension dimension) {
        return needs == null
                ? this
                : days.stream()
                        .filter(of -> of.dimension() == dimension && of.value().equals(value))
                        .findFirst()
                        .map(of -> met == null
                                ? new Demand.Days(of.dimension(), of.value(), of.toAnswer(), of.toStart(), null)
                                : of)
                        .map(of -> new NeedsTold(value, needs, met, waiting, unmet, of))
                        .orElse(this);
    }
}
