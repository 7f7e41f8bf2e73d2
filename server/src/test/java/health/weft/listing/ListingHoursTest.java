package health.weft.listing;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.directory.Directory;
import health.weft.directory.Edits;
import health.weft.directory.WeekHours;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Opening hours said by hand: what a week is, what stays of a feed's rules, nights. */
class ListingHoursTest extends PagesTest {
    @Autowired
    private Directory directory;

    @Autowired
    private Edits edits;

    @Autowired
    private Records records;

    @Autowired
    private JdbcClient jdbc;

    private final String mark = "h" + UUID.randomUUID().toString().replaceAll("[^a-f]", "");
    private final String organization = UUID.randomUUID().toString();
    private final Caller steward =
            new Caller("hours-" + mark, "Hedda", "Organization/hours-" + mark, "Network", Set.of(Role.CONVENER), "en");
    private final Caller worker =
            new Caller("n-" + mark, "Nils", "Organization/elsewhere", "Else", Set.of(Role.COORDINATOR), "en");

    ListingHoursTest() {
        super("listing", "directory");
    }

    @BeforeAll
    void an_organisation_and_who_keeps_its_listings() {
        directory.publish(Json.parse("""
                {"id":"%s","name":"Harbour House %s","description":"x","kind":"community","clinical":false,"locations":[],"services":[]}""".formatted(organization, mark)));
        accounts.party(steward.party(), "Network", PartyKind.NETWORK);
        accounts.ensure(steward.username(), "Hedda Hours", steward.party(), Set.of(Role.CONVENER), "en", PASSWORD);
    }

    private static final String MONTHLY = """
            [{"id":"w","freq":"WEEKLY","byday":"MO,TU","opens_at":"09:00","closes_at":"12:00","timezone":"America/Juneau"},
             {"id":"m","freq":"MONTHLY","byday":"1SA","opens_at":"10:00","closes_at":"11:00"}]""";

    private static WeekHours hours(String schedules) {
        return WeekHours.of(Json.mapper().readTree(schedules));
    }

    private static WeekHours.Range range(String from, String to) {
        return new WeekHours.Range(LocalTime.parse(from), LocalTime.parse(to));
    }

    /** As a feed would say it. */
    private String scheduled(String schedules) {
        String id = UUID.randomUUID().toString();
        jdbc.sql("insert into directory.service (id, document) values (?, ?::jsonb)")
                .params(id, """
                        {"id":"%s","organization_id":"%s","name":"Hours of %s","status":"active","schedules":%s}""".formatted(id, organization, mark, schedules))
                .update();
        return id;
    }

    @Test
    void hours_said_by_hand_are_what_search_finds_and_other_rules_stay() {
        String id = scheduled(MONTHLY);
        WeekHours before = edits.hours(id);
        assertThat(before.week().get(DayOfWeek.TUESDAY)).containsExactly(range("09:00", "12:00"));
        assertThat(before.others()).hasSize(1);
        assertThat(edits.hours(steward, id, before)).as("the same again").isFalse();

        Map<DayOfWeek, List<WeekHours.Range>> week = new EnumMap<>(before.week());
        week.put(DayOfWeek.WEDNESDAY, List.of(range("13:00", "17:00"), range("08:00", "12:00")));
        WeekHours said = new WeekHours(
                week,
                List.of(new WeekHours.Closing(LocalDate.of(2027, 7, 5), LocalDate.of(2027, 7, 5), "Holiday")),
                true,
                "Ring first",
                before.others());
        assertThat(edits.hours(steward, id, said)).isTrue();
        assertThat(edits.hours(id)).isEqualTo(said);
        var document = directory.service(id).orElseThrow().document();
        assertThat(document.at("/schedules/0/id").asString())
                .as("kept as it was")
                .isEqualTo("w");
        assertThat(document.path("schedules"))
                .as("new times have the zone of those before")
                .anySatisfy(schedule -> {
                    assertThat(schedule.path("byday").asString("")).isEqualTo("WE");
                    assertThat(schedule.path("opens_at").asString("")).isEqualTo("13:00");
                    assertThat(schedule.path("timezone").asString("")).isEqualTo("America/Juneau");
                });
        assertThat(jdbc.sql("select count(*) from directory.opening where service_id = ? and day = 3")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
        assertThat(jdbc.sql(
                                "select count(*) from directory.opening where service_id = ? and closed and valid_from = '2027-07-05'")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isOne();
        Edits.Change change = edits.history(id).getFirst();
        assertThat(change.field()).isEqualTo("schedules");
        edits.undo(steward, change.n());
        assertThat(edits.hours(id)).isEqualTo(before);
    }

    @Test
    void hours_that_cannot_be_are_refused_and_others_may_not_say_them() {
        String id = scheduled("[]");
        List<WeekHours> wrong = List.of(
                week(range("12:00", "12:00")),
                week(range("09:00", "12:00"), range("11:00", "13:00")),
                week(range("09:00", "12:00"), range("11:00", "03:00")),
                week(range("00:00", "00:00"), range("07:00", "08:00")),
                days(Map.of(DayOfWeek.FRIDAY, range("18:00", "08:00"), DayOfWeek.SATURDAY, range("07:59", "12:00"))),
                days(Map.of(DayOfWeek.SUNDAY, range("23:00", "05:00"), DayOfWeek.MONDAY, range("04:00", "04:30"))),
                week(
                        range("00:00", "01:00"),
                        range("02:00", "03:00"),
                        range("04:00", "05:00"),
                        range("06:00", "07:00"),
                        range("08:00", "09:00")),
                new WeekHours(Map.of(), List.of(), true, "x".repeat(301), List.of()),
                new WeekHours(
                        Map.of(),
                        List.of(new WeekHours.Closing(LocalDate.of(2027, 2, 2), LocalDate.of(2027, 2, 1), "")),
                        false,
                        "",
                        List.of()));
        for (WeekHours hours : wrong) {
            assertThatThrownBy(() -> edits.hours(steward, id, hours))
                    .as(hours.toString())
                    .isInstanceOfSatisfying(
                            Problem.class, p -> assertThat(p.category()).isEqualTo(Category.INVALID));
        }
        assertThatThrownBy(() -> edits.hours(worker, id, week(range("09:00", "12:00"))))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.FORBIDDEN));
        assertThatThrownBy(() -> edits.hours(steward, "nowhere", week(range("09:00", "12:00"))))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.NOT_FOUND));
        assertThat(edits.history(id)).isEmpty();
    }

    private static WeekHours days(Map<DayOfWeek, WeekHours.Range> week) {
        Map<DayOfWeek, List<WeekHours.Range>> days = new EnumMap<>(DayOfWeek.class);
        week.forEach((day, range) -> days.put(day, List.of(range)));
        return new WeekHours(days, List.of(), false, "", List.of());
    }

    @Test
    void a_night_said_by_hand_is_one_schedule_two_days_of_search_and_two_times_of_fhir() {
        String id = scheduled("""
                [{"id":"n","freq":"WEEKLY","byday":"WE","opens_at":"21:00","closes_at":"06:00","timezone":"America/Juneau"}]""");
        assertThat(edits.hours(id).week().get(DayOfWeek.WEDNESDAY))
                .as("a feed's night can be changed as any other time")
                .containsExactly(range("21:00", "06:00"));
        WeekHours said = days(Map.of(
                DayOfWeek.WEDNESDAY, range("21:00", "06:00"),
                DayOfWeek.SATURDAY, range("00:00", "00:00"),
                DayOfWeek.SUNDAY, range("18:00", "08:00")));
        assertThat(edits.hours(steward, id, said)).isTrue();
        assertThat(edits.hours(id)).isEqualTo(said);
        JsonNode schedules = directory.service(id).orElseThrow().document().path("schedules");
        assertThat(schedules.path(0).path("id").asString()).as("kept as it was").isEqualTo("n");
        assertThat(schedules)
                .filteredOn(s -> s.path("byday").asString("").equals("SU"))
                .singleElement()
                .satisfies(s -> assertThat(s.path("opens_at").asString("") + " "
                                + s.path("closes_at").asString("") + " "
                                + s.path("timezone").asString(""))
                        .isEqualTo("18:00 08:00 America/Juneau"));
        assertThat(jdbc.sql("""
                        select day || ' ' || to_char(opens, 'HH24:MI') || ' ' || to_char(closes, 'HH24:MI') from directory.opening
                         where service_id = ? order by day, opens""").param(id).query(String.class).list())
                .containsExactly("1 00:00 08:00", "3 21:00 24:00", "4 00:00 06:00", "6 00:00 24:00", "7 18:00 24:00");
        assertThat(records.find(steward, "HealthcareService", id)
                        .orElseThrow()
                        .json()
                        .path("availableTime"))
                .extracting(time -> time.at("/daysOfWeek/0").asString() + " "
                        + time.path("availableStartTime").asString("") + " "
                        + time.path("availableEndTime").asString("")
                        + time.path("allDay").asBoolean(false))
                .containsExactly(
                        "wed 21:00:00 23:59:59false",
                        "thu 00:00:00 06:00:00false",
                        "sat  true",
                        "sun 18:00:00 23:59:59false",
                        "mon 00:00:00 08:00:00false");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "en; 1280; Friday 6:00 PM–8:00 AM next morning",
                "en; 390; Friday 6:00 PM–8:00 AM next morning",
                "es; 1280; viernes 6:00 p.m.–8:00 a.m. de la mañana siguiente",
                "es; 390; viernes 6:00 p.m.–8:00 a.m. de la mañana siguiente"
            })
    void somebody_types_a_night_and_the_listing_says_until_the_next_morning(String language, int width, String told) {
        String id = scheduled("[]");
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, steward.username(), language);
            page.navigate(url("/directory/services/" + id + "/hours"));
            page.fill("#friday-1-from", "18:00");
            page.fill("#friday-1-to", "08:00");
            page.fill("#saturday-1-from", "07:30");
            page.fill("#saturday-1-to", "09:30");
            press(page, "main form button");
            assertThat(page.locator(".govuk-error-summary li").count())
                    .as("Saturday begins before Friday's night ends")
                    .isOne();
            looksRight(page, "hours-night-wrong", language, width);
            page.fill("#saturday-1-from", "");
            page.fill("#saturday-1-to", "");
            press(page, "main form button");
            assertThat(edits.hours(id).week()).isEqualTo(Map.of(DayOfWeek.FRIDAY, List.of(range("18:00", "08:00"))));
            assertThat(page.locator("main")
                            .innerText()
                            .replaceAll("[\u00a0\u202f]", " ")
                            .split(told, -1))
                    .as("in its facts and in what was changed")
                    .hasSize(3);
            looksRight(page, "hours-night-listing", language, width);
            page.navigate(url("/directory/services/" + id + "/hours"));
            assertThat(page.inputValue("#friday-1-from")).isEqualTo("18:00");
            assertThat(page.inputValue("#friday-1-to")).isEqualTo("08:00");
            looksRight(page, "hours-night", language, width);
        }
    }

    private static WeekHours week(WeekHours.Range... ranges) {
        return new WeekHours(Map.of(DayOfWeek.MONDAY, List.of(ranges)), List.of(), false, "", List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{\"id\":\"1\",\"freq\":\"WEEKLY\",\"byday\":\"MO\",\"opens_at\":\"nine\",\"closes_at\":\"ten\"}]",
                "[{\"id\":\"1\",\"freq\":\"WEEKLY\",\"interval\":2,\"byday\":\"MO\",\"opens_at\":\"09:00\",\"closes_at\":\"10:00\"}]",
                "[{\"id\":\"1\",\"byday\":\"MO\",\"opens_at\":\"22:00\",\"closes_at\":\"22:00\"}]",
                "[{\"id\":\"1\",\"closed\":true}]",
                "[{\"id\":\"1\",\"description\":\"When the flag is out\"}]",
                "[7]"
            })
    void what_is_no_plain_week_is_kept_as_it_is_written(String schedules) {
        WeekHours hours = hours(schedules);
        assertThat(hours.week()).isEmpty();
        assertThat(hours.closed()).isEmpty();
        String id = scheduled(schedules.equals("[7]") ? "[]" : schedules);
        edits.hours(
                steward, id, new WeekHours(week(range("09:00", "12:00")).week(), List.of(), false, "", hours.others()));
        assertThat(edits.hours(id).others()).isEqualTo(hours.others());
        assertThat(directory
                        .service(id)
                        .orElseThrow()
                        .document()
                        .path("schedules")
                        .size())
                .isEqualTo(hours.others().size() + 1);
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void somebody_types_the_hours_is_told_what_is_wrong_and_takes_them_back(String language, int width) {
        String id = scheduled(MONTHLY);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, steward.username(), language);
            page.navigate(url("/directory/services/" + id));
            press(page, "#hours");
            assertThat(page.inputValue("#monday-1-from")).isEqualTo("09:00");
            page.fill("#thursday-1-from", "13:30");
            page.fill("#friday-1-from", "17:00");
            page.fill("#friday-1-to", "17:00");
            press(page, "main form button");
            assertThat(page.locator(".govuk-error-summary li").count()).isEqualTo(2);
            looksRight(page, "hours-wrong", language, width);
            page.fill("#thursday-1-to", "16:00");
            page.fill("#friday-1-from", "09:00");
            page.fill("#friday-1-to", "12:00");
            page.fill("#friday-2-from", "13:00");
            page.fill("#friday-2-to", "17:00");
            page.fill("#closed-1-from", "2027-11-25");
            page.fill("#closed-1-words", "Thanksgiving");
            page.locator("#appointment").check();
            page.fill("#notes", "907-555-0143");
            press(page, "main form button");
            assertThat(edits.hours(id).week().get(DayOfWeek.FRIDAY))
                    .containsExactly(range("09:00", "12:00"), range("13:00", "17:00"));
            assertThat(edits.hours(id).others())
                    .as("kept, since it stayed ticked")
                    .hasSize(1);
            looksRight(page, "hours-listing", language, width);
            page.navigate(url("/directory/services/" + id + "/hours"));
            assertThat(page.locator("#friday-3-from").count())
                    .as("room for one more")
                    .isOne();
            looksRight(page, "hours", language, width);
            page.navigate(url("/directory/services/" + id));
            press(page, page.locator("form[action$='/undo'] button").first());
            assertThat(edits.hours(id)).isEqualTo(hours(MONTHLY));
            assertThat(page.navigate(url("/directory/services/nowhere/hours")).status())
                    .isEqualTo(404);
        }
    }
}
