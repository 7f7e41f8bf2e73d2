package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import health.weft.fhir.Json;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules of HSDS: the parts of a rule of RFC 5545, and times of day. */
class OpeningTest {
    private static final ZoneId ZONE = ZoneId.of("America/New_York");
    /** A Saturday. */
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 28);

    private static List<Opening> of(String schedule) {
        return Opening.of(
                Json.parse("{\"schedules\":[{%s}]}".formatted(schedule.replace('\'', '"')))
                        .path("schedules"),
                ZONE,
                TODAY);
    }

    private static String dates(String rule) {
        return of(rule + ",'opens_at':'09:00','closes_at':'12:00'").stream()
                .filter(opening -> opening.date() != null && !opening.date().isBefore(TODAY))
                .limit(3)
                .map(opening -> String.valueOf(opening.date()))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "second and fourth Tuesday | 'freq':'MONTHLY','byday':'2TU,4TU' | 2026-12-08 2026-12-22 2027-01-12",
                "last Friday               | 'freq':'MONTHLY','byday':'-1FR' | 2026-12-25 2027-01-29 2027-02-26",
                "the first and the last day | 'freq':'MONTHLY','bymonthday':'1,-1' | 2026-11-30 2026-12-01 2026-12-31",
                "no month is shorter for it | 'freq':'MONTHLY','bymonthday':'31' | 2026-12-31 2027-01-31 2027-03-31",
                "every other Monday        | 'freq':'WEEKLY','interval':2,'byday':'MO','dtstart':'2026-11-16' | 2026-11-30 2026-12-14 2026-12-28",
                "weeks begin on Sunday     | 'freq':'WEEKLY','interval':2,'byday':'SU,MO','wkst':'SU','dtstart':'2026-11-16' | 2026-11-29 2026-11-30 2026-12-13",
                "weeks begin on Monday     | 'freq':'WEEKLY','interval':2,'byday':'SU,MO','wkst':'MO','dtstart':'2026-11-16' | 2026-11-30 2026-12-06 2026-12-14",
                "four times, two are left  | 'freq':'WEEKLY','count':4,'byday':'SA','dtstart':'2026-11-14' | 2026-11-28 2026-12-05",
                "until a day, that one too | 'freq':'MONTHLY','byday':'1MO','until':'2027-01-04' | 2026-12-07 2027-01-04",
                "as long as it is valid    | 'freq':'DAILY','interval':7,'valid_from':'2026-11-29','valid_to':'2026-12-10' | 2026-11-29 2026-12-06",
                "one day of each year      | 'freq':'YEARLY','byyearday':'1' | 2027-01-01 2028-01-01",
                "a week of the year        | 'freq':'YEARLY','byweekno':'2','byday':'TU' | 2027-01-12",
                "weekly on the day it began | 'freq':'WEEKLY','dtstart':'2026-10-07' | 2026-12-02 2026-12-09 2026-12-16",
                "in small letters          | 'freq':'monthly','byday':'1mo' | 2026-12-07 2027-01-04 2027-02-01",
                "no rule at all            | 'freq':'SOMETIMES','byday':'XX' | ``",
            })
    void each_part_of_a_rule_counts(String what, String rule, String expected) {
        assertThat(dates(rule)).as(what).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "18:00 | 08:00 | 2026-11-30T17:59 | false",
                "18:00 | 08:00 | 2026-11-30T18:00 | true",
                "18:00 | 08:00 | 2026-12-01T07:59 | true",
                "18:00 | 08:00 | 2026-12-01T08:00 | false",
                "18:00 | 08:00 | 2026-11-30T03:00 | false",
                "18:00 | 00:00 | 2026-11-30T23:59 | true",
                "18:00 | 00:00 | 2026-12-01T00:00 | false",
                "00:00 | 00:00 | 2026-11-30T00:00 | true",
                "00:00 | 00:00 | 2026-11-30T23:59 | true",
                "00:00 | 00:00 | 2026-12-01T00:00 | false",
                "09:00 | 17:00 | 2026-11-30T12:00 | true",
                "09:00 | 17:00 | 2026-12-01T12:00 | false",
            })
    void a_night_that_begins_on_monday_ends_on_tuesday(String opens, String closes, String at, boolean open) {
        List<Opening> openings =
                of("'freq':'WEEKLY','byday':'MO','opens_at':'%s','closes_at':'%s'".formatted(opens, closes));
        LocalDateTime there = LocalDateTime.parse(at);
        assertThat(openings).singleElement().satisfies(one -> assertThat(
                        one.covers(there.atZone(ZONE).toInstant()))
                .isEqualTo(open));
        assertThat(openings.stream().flatMap(Opening::withinDays))
                .as("for the search, stretches within a day")
                .allSatisfy(one -> assertThat(one.opens()).isBefore(one.closes()))
                .satisfies(rows -> assertThat(rows.stream()
                                .anyMatch(one -> one.covers(there.atZone(ZONE).toInstant())))
                        .isEqualTo(open));
    }

    @Test
    void a_night_that_is_valid_until_a_day_ends_on_the_morning_after() {
        assertThat(of("'byday':'SU','opens_at':'20:00','closes_at':'06:30','valid_to':'2026-12-06'").stream()
                        .flatMap(Opening::withinDays))
                .extracting(Opening::day, Opening::closes, Opening::to)
                .containsExactly(
                        tuple(DayOfWeek.SUNDAY, LocalTime.MAX, LocalDate.of(2026, 12, 6)),
                        tuple(DayOfWeek.MONDAY, LocalTime.of(6, 30), LocalDate.of(2026, 12, 7)));
    }
}
