package health.weft.outcomes;

import health.weft.referral.Demand.Week;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Referrals sent in a week as they are told: null stands for a number that is too small to be, or by which one that is could be worked out.
 *
 * @param monday its first day
 */
public record WeekTold(
        LocalDate monday,
        @Nullable Integer sent,
        @Nullable Integer helped,
        @Nullable Integer ended) {

    private record Group(String kind, LocalDate monday) {}

    /** What is told of each kind (empty for all), the oldest first; how all weeks of a period add up is known. */
    static Map<String, List<WeekTold>> of(List<Week> weeks, int smallest) {
        Sheet<Group> sheet = new Sheet<>(smallest);
        weeks.forEach(week -> sheet.put(
                new Group(week.kind(), week.monday()),
                3,
                week.sent(),
                week.helped(),
                week.ended(),
                week.sent() - week.helped() - week.ended()));
        sheet.across(0, 1, 2, 3);
        sheet.down(
                group -> "kinds",
                group -> group.kind().isEmpty() ? Optional.empty() : Optional.of(new Group("", group.monday())));
        for (Period period : Period.values()) {
            LocalDate since = first(period);
            sheet.down(
                    group -> period,
                    group -> group.monday().isBefore(since)
                            ? Optional.empty()
                            : Optional.of(new Group(group.kind(), LocalDate.MIN)));
        }
        Map<String, List<WeekTold>> told = new HashMap<>();
        for (Group group : sheet.groups()) {
            told.computeIfAbsent(group.kind(), key -> new ArrayList<>())
                    .add(new WeekTold(
                            group.monday(), sheet.told(group, 0), sheet.told(group, 1), sheet.told(group, 2)));
        }
        return told;
    }

    /** Weeks that lie in a period as a whole. */
    static List<WeekTold> in(Period period, List<WeekTold> weeks) {
        LocalDate since = first(period);
        return weeks.stream().filter(week -> !week.monday().isBefore(since)).toList();
    }

    private static LocalDate first(Period period) {
        Instant since = period.since();
        return LocalDate.ofInstant(since, ZoneOffset.UTC);
    }

    boolean isTold() {
        return sent != null && helped != null && ended != null;
    }
}
