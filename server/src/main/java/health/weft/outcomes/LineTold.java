package health.weft.outcomes;

import health.weft.referral.Figures.By;
import health.weft.referral.Figures.Line;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line of the scorecard as it is told: null stands for a number that is too small to be, or by which one that is could be worked out.
 *
 * @param daysToAnswer null also where those answered are too few
 * @param daysToClose null also where those closed are too few
 */
public record LineTold(
        String name,
        @Nullable Integer sent,
        @Nullable Integer answered,
        @Nullable Integer accepted,
        @Nullable Integer closed,
        @Nullable Integer confirmed,
        @Nullable Integer reopened,
        @Nullable Integer ended,
        @Nullable Double daysToAnswer,
        @Nullable Double daysToClose) {

    /** Share of the sent that closed with help, in hundredths; null when it is not told. */
    public @Nullable Long closedShare() {
        return sent == null || closed == null ? null : Math.round(100.0 * closed / Math.max(1, sent));
    }

    private record Group(Period period, By by, String name, String owner) {
        Group in(Period other) {
            return new Group(other, by, name, owner);
        }

        /** A service's referrals are among its organisation's, and those among the network's. */
        Optional<Group> whole() {
            return switch (by) {
                case NETWORK -> Optional.empty();
                case SERVICE -> Optional.of(new Group(period, By.ASKED, owner, ""));
                case ASKED, ASKING -> Optional.of(new Group(period, By.NETWORK, "", ""));
            };
        }
    }

    /** What is told, of all periods together: whoever looks at them all knows how they add up. */
    static Map<Period, Map<By, List<LineTold>>> of(Map<Period, List<Line>> lines, int smallest) {
        Sheet<Group> sheet = new Sheet<>(smallest);
        Map<Group, Line> numbers = new HashMap<>();
        lines.forEach((period, all) -> all.forEach(line -> {
            Group group = new Group(period, line.by(), line.name(), line.owner());
            numbers.put(group, line);
            put(sheet, group, line);
        }));
        sheet.across(0, 2, 7, 8);
        sheet.across(1, 2, 7);
        sheet.across(0, 1, 8);
        sheet.across(0, 3, 5, 6, 9);
        sheet.across(3, 4, 10);
        sheet.down(Group::by, Group::whole);
        sheet.over(Group::in);
        Map<Period, Map<By, List<LineTold>>> told = new EnumMap<>(Period.class);
        for (Group group : sheet.groups()) {
            told.computeIfAbsent(group.period(), key -> new EnumMap<>(By.class))
                    .computeIfAbsent(group.by(), key -> new ArrayList<>())
                    .add(of(sheet, group, Objects.requireNonNull(numbers.get(group))));
        }
        return told;
    }

    /** The seven that are shown, and what whoever reads them knows too: declined, without an answer, open, closed and not confirmed. */
    private static void put(Sheet<Group> sheet, Group group, Line line) {
        sheet.put(
                group,
                7,
                line.sent(),
                line.answered(),
                line.accepted(),
                line.closed(),
                line.confirmed(),
                line.reopened(),
                line.ended(),
                line.answered() - line.accepted(),
                line.sent() - line.answered(),
                line.sent() - line.closed() - line.reopened() - line.ended(),
                line.closed() - line.confirmed());
    }

    private static LineTold of(Sheet<Group> sheet, Group group, Line line) {
        Integer sent = sheet.told(group, 0);
        if (sent == null) {
            return new LineTold(line.name(), null, null, null, null, null, null, null, null, null);
        }
        Integer answered = sheet.told(group, 1);
        Integer closed = sheet.told(group, 3);
        return new LineTold(
                line.name(),
                sent,
                answered,
                sheet.told(group, 2),
                closed,
                sheet.told(group, 4),
                sheet.told(group, 5),
                sheet.told(group, 6),
                answered == null ? null : line.daysToAnswer(),
                closed == null ? null : line.daysToClose());
    }
}
