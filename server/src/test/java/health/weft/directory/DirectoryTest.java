package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import health.weft.fhir.Json;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class DirectoryTest {
    private static final String TWICE_A_WEEK = """
            {"schedules": [
              {"freq": "WEEKLY", "byday": "MO,WE", "opens_at": "10:00", "closes_at": "15:00", "timezone": "America/New_York"},
              {"freq": "MONTHLY", "byday": "", "opens_at": "09:00", "closes_at": "10:00"}]}""";

    private final Hours hours = Hours.of(Json.parse(TWICE_A_WEEK).path("schedules"), ZoneId.of("America/New_York"));

    @Test
    void a_service_is_open_between_its_hours_where_it_stands() {
        assertThat(hours.isOpen(Instant.parse("2026-11-23T15:00:00Z"))).isTrue(); // Monday, 10:00 in New York
        assertThat(hours.isOpen(Instant.parse("2026-11-23T14:59:59Z"))).isFalse();
        assertThat(hours.isOpen(Instant.parse("2026-11-23T20:00:00Z"))).isFalse(); // 15:00: closed
        assertThat(hours.isOpen(Instant.parse("2026-11-24T16:00:00Z"))).isFalse(); // Tuesday
    }

    @Test
    void it_opens_next_on_the_nearest_of_its_days_also_over_a_weekend_and_a_clock_change() {
        assertThat(hours.next(Instant.parse("2026-11-23T15:00:00Z"))).contains(Instant.parse("2026-11-25T15:00:00Z"));
        assertThat(hours.next(Instant.parse("2026-11-27T12:00:00Z"))).contains(Instant.parse("2026-11-30T15:00:00Z"));
        // Daylight saving time ends on Sunday, 1 November 2026: 10:00 is 14:00Z before and 15:00Z after.
        assertThat(hours.next(Instant.parse("2026-10-29T12:00:00Z"))).contains(Instant.parse("2026-11-02T15:00:00Z"));
    }

    @Test
    void hours_without_a_zone_are_those_of_the_network() {
        var schedules = Json.parse(TWICE_A_WEEK.replace(", \"timezone\": \"America/New_York\"", ""))
                .path("schedules");
        Instant tenInLosAngeles = Instant.parse("2026-11-23T18:00:00Z");
        Instant tenInNewYork = Instant.parse("2026-11-23T15:00:00Z");
        Hours west = Hours.of(schedules, ZoneId.of("America/Los_Angeles"));
        assertThat(west.isOpen(tenInLosAngeles)).isTrue();
        assertThat(west.isOpen(tenInNewYork)).isFalse();
        assertThat(west.next(tenInNewYork)).contains(tenInLosAngeles);
        assertThat(Hours.of(schedules, ZoneId.of("America/New_York")).isOpen(tenInNewYork))
                .isTrue();
    }

    @Test
    void without_hours_nothing_is_claimed() {
        Hours none = Hours.of(Json.parse("{\"schedules\": []}").path("schedules"), ZoneId.of("America/New_York"));
        assertThat(none.isOpen(Instant.now())).isFalse();
        assertThat(none.next(Instant.now())).isEmpty();
    }

    @Test
    void distance_is_that_of_the_great_circle() {
        // Worcester to Boston, about 39 miles as the crow flies
        assertThat(Directory.miles(42.2626, -71.8023, 42.3601, -71.0589)).isCloseTo(38.6, within(0.5));
        assertThat(Directory.miles(42, -71, 42, -71)).isZero();
    }
}
