package health.weft.outcomes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.referral.Demand;
import health.weft.referral.Demand.Dimension;
import health.weft.referral.Demand.Needs;
import health.weft.referral.Figures.By;
import health.weft.referral.Figures.Line;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.ui.SketchMap;
import health.weft.ui.SmallCells;
import health.weft.ui.Text;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.MessageSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Needs are counted by person and kind of help, and small numbers are told to nobody. */
class DemandTest extends PagesTest {
    private static final String KIND = "incarceration-status";
    /** Of which there are so few needs that none of their numbers may be told. */
    private static final String FEW = "educational-attainment";

    private static final List<String> PATHS = List.of(
            "/demand",
            "/demand.csv",
            "/demand/weeks.csv",
            "/demand/given.csv",
            "/demand/amounts.csv",
            "/scorecard",
            "/scorecard.csv");

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final Instant longAgo = Instant.now().minus(Duration.ofDays(3_000));
    private long pat = -1_000;

    @Autowired
    private Demand demand;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private MessageSource messages;

    DemandTest() {
        super("outcomes", "referral", "screening", "directory");
    }

    @BeforeAll
    void needs_of_one_kind_that_nobody_else_counts() {
        jdbc.sql("""
                insert into directory.location (id, document) values
                  (:w, jsonb_build_object('id', :w, 'location_type', 'physical', 'latitude', 42.24, 'longitude', -71.81,
                     'addresses', '[{"city": "Worcester", "postal_code": "01610"}]'::jsonb)),
                  (:l, jsonb_build_object('id', :l, 'location_type', 'physical', 'latitude', 42.52, 'longitude', -71.77,
                     'addresses', '[{"city": "Leominster", "postal_code": "01453"}]'::jsonb))""").param("w", mark + "-w").param("l", mark + "-l").update();
        String office = "Organization/office-" + mark;
        accounts.party(office, "Demand Office", PartyKind.NETWORK);
        accounts.ensure("convener-" + mark, "Connie Vener", office, Set.of(Role.CONVENER), "en", PASSWORD);
        // Thirty who speak Spanish: twelve met, at the second try; one waits; seventeen unmet. Three who speak
        // Portuguese.
        for (int i = 0; i < 30; i++) {
            pat--;
            if (i < 12) {
                referral("ENDED", "Worcester 01610", "es", 60, 2);
                referral("CLOSED", "Worcester 01610", "es", 40, 4);
            } else {
                referral(i == 12 ? "OPEN" : "ENDED", "Worcester 01610", "es", 20, 4);
            }
        }
        for (int i = 0; i < 3; i++) {
            pat--;
            referral("ENDED", "Leominster 01453", "pt", 20, 4);
        }
        jdbc.sql("""
                insert into referral.outcome (referral_id, quantity, unit, cost, resolved, enrolment)
                select id, 2, case when n = 1 then ' Boxes' else 'boxes' end, 10.50, case when n = 1 then '385670004' else '385669000' end, 'enrolled'
                  from (select id, row_number() over (order by id) as n from referral.referral where id like ? and loop = 'CLOSED') r""").param(mark + "-%").update();
    }

    @AfterAll
    void the_figures_of_others_stay_as_they_were() {
        jdbc.sql("delete from referral.outcome where referral_id like ?")
                .param(mark + "-%")
                .update();
        for (String table : List.of("referral.referral", "directory.location")) {
            jdbc.sql("delete from " + table + " where id like ?")
                    .param(mark + "-%")
                    .update();
        }
    }

    private void referral(String loop, String area, String language, int daysAgo, int daysToAnswer) {
        referral(KIND, loop, area, language, daysAgo, daysToAnswer);
    }

    private void referral(String kind, String loop, String area, String language, int daysAgo, int daysToAnswer) {
        jdbc.sql("""
                insert into referral.referral (id, version, request_id, patient_id, pat, consent_id, category, service_name, requester,
                    requester_name, owner, owner_name, status, loop, reason_code, sent_by, sent_at, answered_at, closed_at, changed_at,
                    area, language, race)
                values (?, 1, 'x', 'x', ?, 'x', ?, 'x', 'x', 'x', 'x', 'x', ?, ?, 'no-capacity', 'x', now() - make_interval(days => ?),
                    now() - make_interval(days => ?), case when ? = 'CLOSED' then now() - make_interval(days => ?) end, now(), ?, ?, '2028-9')""")
                .param(mark + "-" + UUID.randomUUID())
                .param(pat)
                .param(kind)
                .param(loop.equals("CLOSED") ? "completed" : loop.equals("OPEN") ? "accepted" : "failed")
                .param(loop)
                .param(daysAgo)
                .param(daysAgo - daysToAnswer)
                .param(loop)
                .param(daysAgo - 10)
                .param(area)
                .param(language)
                .update();
    }

    @Test
    void a_need_is_counted_once_however_many_were_asked() {
        List<Needs> needs = demand.needs(longAgo);
        assertThat(needs).contains(new Needs("", Dimension.CATEGORY, KIND, 33, 12, 1, 20));
        assertThat(needs)
                .filteredOn(group -> group.kind().equals(KIND))
                .contains(
                        new Needs(KIND, Dimension.AREA, "Worcester 01610", 30, 12, 1, 17),
                        new Needs(KIND, Dimension.LANGUAGE, "pt", 3, 0, 0, 3),
                        new Needs(KIND, Dimension.RACE, "2028-9", 33, 12, 1, 20),
                        new Needs(KIND, Dimension.ETHNICITY, "", 33, 12, 1, 20))
                .hasSize(6);
        assertThat(demand.days(KIND, longAgo))
                .filteredOn(days -> days.dimension() == Dimension.ALL)
                .singleElement()
                .satisfies(days -> {
                    assertThat(days.toAnswer()).isCloseTo(4, within(.1));
                    assertThat(days.toStart()).isNull();
                    assertThat(days.toHelp()).isCloseTo(10, within(.1));
                });
        assertThat(demand.days(KIND, longAgo))
                .as("by race, by ethnicity, and where somebody lives")
                .filteredOn(days -> days.value().equals("2028-9")
                        || days.dimension() == Dimension.ETHNICITY
                        || days.value().equals("Worcester 01610"))
                .extracting(Demand.Days::dimension)
                .containsExactlyInAnyOrder(Dimension.RACE, Dimension.ETHNICITY, Dimension.AREA);
        assertThat(demand.days(KIND, longAgo))
                .filteredOn(days -> days.dimension() == Dimension.RACE)
                .singleElement()
                .satisfies(days -> assertThat(days.toHelp()).isCloseTo(10, within(.1)));
        assertThat(demand.weeks(longAgo).stream()
                        .filter(week -> week.kind().equals(KIND))
                        .mapToInt(Demand.Week::sent)
                        .sum())
                .isEqualTo(45);
        assertThat(demand.endings(longAgo)).contains(new Demand.Ending(KIND, "no-capacity", 32));
    }

    @Test
    void what_came_of_help_is_counted_with_amounts_and_cost() {
        assertThat(demand.help(longAgo))
                .contains(new Demand.Help(KIND, 12, 12, 0, 0, 11, 1, 0, 12, new BigDecimal("126.00")));
        assertThat(demand.amounts(longAgo)).contains(new Demand.Amount(KIND, "boxes", 12, new BigDecimal("24.00")));
    }

    @Test
    void a_cost_is_told_with_enough_referrals_and_neither_it_nor_a_number_gives_a_small_one_away() {
        List<Demand.Help> help = List.of(
                new Demand.Help("", 83, 60, 23, 0, 60, 23, 0, 83, new BigDecimal("930.00")),
                new Demand.Help("food-insecurity", 50, 40, 10, 0, 40, 10, 0, 50, new BigDecimal("500.00")),
                new Demand.Help("stress", 30, 20, 10, 0, 20, 10, 0, 30, new BigDecimal("400.00")),
                new Demand.Help("elder-abuse", 3, 0, 3, 0, 0, 3, 0, 3, new BigDecimal("30.00")));
        List<Demand.Amount> amounts = List.of(
                new Demand.Amount("food-insecurity", "boxes", 35, new BigDecimal("70")),
                new Demand.Amount("food-insecurity", "visits", 12, new BigDecimal("12")),
                new Demand.Amount("food-insecurity", "for rosa", 1, BigDecimal.ONE),
                new Demand.Amount("food-insecurity", null, 2, BigDecimal.ZERO));
        List<GivenTold> told = GivenTold.of(Map.of(Period.YEAR, help), Map.of(Period.YEAR, amounts), 11)
                .get(Period.YEAR);
        Map<String, GivenTold> by = told.stream().collect(Collectors.toMap(GivenTold::kind, row -> row));
        assertThat(by.get("").cost()).isEqualByComparingTo("930");
        assertThat(by.get("food-insecurity").cost()).isEqualByComparingTo("500");
        assertThat(by.get("elder-abuse").cost()).as("three").isNull();
        assertThat(by.get("stress").cost())
                .as("or what three cost were what is left of the whole")
                .isNull();
        assertThat(by.get("elder-abuse").partly()).isNull();
        assertThat(by.get("food-insecurity").amounts())
                .extracting(GivenTold.AmountTold::unit)
                .as("what one wrote is told to nobody")
                .contains("boxes")
                .doesNotContain("for rosa");
    }

    @Test
    void what_is_small_is_told_neither_itself_nor_by_what_stands_beside_it() {
        List<Needs> needs = List.of(
                new Needs("", Dimension.ALL, "", 383, 263, 65, 55),
                new Needs("", Dimension.AREA, "large", 300, 200, 60, 40),
                new Needs("", Dimension.AREA, "middling", 60, 40, 5, 15),
                new Needs("", Dimension.AREA, "next", 20, 20, 0, 0),
                new Needs("", Dimension.AREA, "small", 3, 3, 0, 0));
        Map<Dimension, List<NeedsTold>> told =
                NeedsTold.of(Map.of(Period.YEAR, needs), 11).get(new NeedsTold.Page(Period.YEAR, ""));
        assertThat(told.get(Dimension.ALL)).containsExactly(new NeedsTold("", 383, 263, 65, 55, null));
        assertThat(told.get(Dimension.AREA))
                .as("whoever subtracts the others from the whole of a column learns nothing small")
                .containsExactly(
                        new NeedsTold("large", 300, 200, null, null, null),
                        new NeedsTold("middling", 60, 40, null, null, null),
                        new NeedsTold("next", null, null, null, null, null),
                        new NeedsTold("small", null, null, null, null, null));
    }

    @Test
    void what_is_small_is_not_told_by_two_periods_or_by_one_kind_of_help_less() {
        Map<Period, List<Needs>> needs = Map.of(
                Period.QUARTER,
                        List.of(
                                new Needs("", Dimension.ALL, "", 100, 100, 0, 0),
                                new Needs("", Dimension.AREA, "north", 60, 60, 0, 0),
                                new Needs("", Dimension.AREA, "south", 40, 40, 0, 0)),
                Period.YEAR,
                        List.of(
                                new Needs("", Dimension.ALL, "", 203, 203, 0, 0),
                                new Needs("", Dimension.AREA, "north", 63, 63, 0, 0),
                                new Needs("", Dimension.AREA, "south", 140, 140, 0, 0),
                                new Needs("", Dimension.CATEGORY, "food", 200, 200, 0, 0),
                                new Needs("", Dimension.CATEGORY, "violence", 3, 3, 0, 0),
                                new Needs("food", Dimension.AREA, "north", 60, 60, 0, 0),
                                new Needs("food", Dimension.AREA, "south", 140, 140, 0, 0),
                                new Needs("violence", Dimension.AREA, "north", 3, 3, 0, 0)));
        Map<NeedsTold.Page, Map<Dimension, List<NeedsTold>>> told = NeedsTold.of(needs, 11);
        Integer quarter = number(told, Period.QUARTER, "", "north");
        Integer year = number(told, Period.YEAR, "", "north");
        Integer food = number(told, Period.YEAR, "food", "north");
        assertThat(quarter == null || year == null).as("year less quarter is 3").isTrue();
        assertThat(food == null || year == null).as("all less food is 3").isTrue();
        assertThat(number(told, Period.YEAR, "violence", "north")).isNull();
        assertThat(told.get(new NeedsTold.Page(Period.YEAR, "violence")).get(Dimension.ALL))
                .containsExactly(new NeedsTold("", null, null, null, null, null));
    }

    private static Integer number(
            Map<NeedsTold.Page, Map<Dimension, List<NeedsTold>>> told, Period period, String kind, String area) {
        return told.get(new NeedsTold.Page(period, kind)).get(Dimension.AREA).stream()
                .filter(row -> row.value().equals(area))
                .findFirst()
                .orElseThrow()
                .needs();
    }

    @Test
    void the_scorecard_tells_no_small_number_of_a_service_an_organisation_or_of_both_together() {
        Map<By, List<LineTold>> told = LineTold.of(
                        Map.of(
                                Period.YEAR,
                                List.of(
                                        line(By.NETWORK, "", "", 80, 70, 60, 40, 20, 2, 20),
                                        line(By.SERVICE, "Soup, Kitchen", "Kitchen", 30, 30, 30, 30, 30, 0, 0),
                                        line(By.SERVICE, "Beds, Kitchen", "Kitchen", 3, 3, 3, 3, 3, 0, 0),
                                        line(By.SERVICE, "Rides, Wheels", "Wheels", 47, 37, 27, 7, 0, 2, 20),
                                        line(By.ASKED, "Wheels", "", 47, 37, 27, 7, 0, 2, 20),
                                        line(By.ASKED, "Kitchen", "", 33, 33, 33, 33, 33, 0, 0),
                                        line(By.ASKING, "Clinic", "", 78, 68, 58, 38, 18, 2, 20),
                                        line(By.ASKING, "Hospital", "", 2, 2, 2, 2, 2, 0, 0))),
                        11)
                .get(Period.YEAR);
        assertThat(told.get(By.SERVICE).get(0).sent())
                .as("the organisation's less this one is three")
                .isNull();
        assertThat(told.get(By.SERVICE).get(1))
                .isEqualTo(new LineTold("Beds, Kitchen", null, null, null, null, null, null, null, null, null));
        assertThat(told.get(By.ASKING))
                .as("one of the two would tell the other")
                .extracting(LineTold::sent)
                .containsExactly(null, null);
        LineTold whole = told.get(By.NETWORK).getFirst();
        assertThat(whole.sent()).isEqualTo(80);
        assertThat(whole.reopened()).as("two").isNull();
        LineTold wheels = told.get(By.ASKED).getFirst();
        assertThat(wheels.closed()).as("seven").isNull();
        assertThat(wheels.daysToClose()).as("the median of seven").isNull();
        assertThat(wheels.closedShare()).isNull();
        Stream.of(By.values()).flatMap(by -> told.get(by).stream()).forEach(line -> {
            assertThat(Stream.of(line.sent(), line.closed(), line.ended(), line.reopened(), line.confirmed())
                            .filter(Objects::nonNull))
                    .allMatch(number -> number == 0 || number >= 11);
        });
    }

    private static Line line(By by, String name, String owner, int... of) {
        return new Line(by, name, owner, of[0], of[1], of[2], of[3], of[4], of[5], of[6], 1.5, 2.5);
    }

    @Test
    void a_reason_given_by_few_and_a_week_of_few_are_not_told() {
        assertThat(EndingTold.of(
                                Map.of(
                                        Period.MONTH,
                                        List.of(
                                                new Demand.Ending("", "no-capacity", 40),
                                                new Demand.Ending("", "no-show", 12),
                                                new Demand.Ending("", "moved", 2))),
                                11)
                        .get(new EndingTold.Page(Period.MONTH, "")))
                .containsExactly(
                        new EndingTold("no-capacity", 40),
                        new EndingTold("no-show", null),
                        new EndingTold("moved", null));
        LocalDate monday = LocalDate.now().with(DayOfWeek.MONDAY);
        assertThat(WeekTold.of(
                                List.of(
                                        new Demand.Week("", monday.minusWeeks(2), 90, 50, 40),
                                        new Demand.Week("", monday.minusWeeks(1), 30, 30, 0),
                                        new Demand.Week("", monday, 4, 0, 0)),
                                11)
                        .get(""))
                .extracting(WeekTold::sent)
                .containsExactly(90, null, null);
    }

    /** Random networks: nothing that is told lets a reader work out what is small, by any one sum. */
    @RepeatedTest(5)
    void random_numbers_give_nothing_small_away(RepetitionInfo info) {
        Random random = new Random(info.getCurrentRepetition());
        SmallCells cells = new SmallCells(11);
        int[][] numbers = new int[12][5];
        int[][] at = new int[12][5];
        for (int row = 1; row < 12; row++) {
            for (int column = 1; column < 5; column++) {
                numbers[row][column] = random.nextInt(3) == 0 ? random.nextInt(11) : random.nextInt(60);
                numbers[0][column] += numbers[row][column];
                numbers[row][0] += numbers[row][column];
                numbers[0][0] += numbers[row][column];
            }
        }
        for (int row = 0; row < 12; row++) {
            for (int column = 0; column < 5; column++) {
                at[row][column] = cells.cell(numbers[row][column]);
            }
        }
        List<List<Integer>> sums = new ArrayList<>();
        for (int row = 0; row < 12; row++) {
            sums.add(IntStream.of(at[row]).boxed().toList());
        }
        for (int column = 0; column < 5; column++) {
            int of = column;
            sums.add(Stream.of(at).map(row -> row[of]).toList());
        }
        sums.forEach(sum -> cells.sum(sum.getFirst(), sum.subList(1, sum.size())));
        for (List<Integer> sum : sums) {
            assertThat(sum.stream().filter(cell -> cells.told(cell) == null).count())
                    .isNotEqualTo(1);
        }
        for (int row = 0; row < 12; row++) {
            for (int column = 0; column < 5; column++) {
                Integer told = cells.told(at[row][column]);
                assertThat(told == null || told == 0 || told >= 11).isTrue();
                assertThat(told).isIn(null, numbers[row][column]);
            }
        }
    }

    @Test
    void the_map_tells_no_number_that_the_table_does_not_and_all_that_it_leaves_out_look_alike() {
        List<NeedsTold> rows = List.of(
                new NeedsTold("Nome 99762", 300, 200, 60, 40, null),
                new NeedsTold("Bethel 99559", 60, 40, null, null, null),
                new NeedsTold("Sitka 99835", 25, 0, 0, 25, null),
                new NeedsTold("Haines 99827", null, null, null, null, null),
                new NeedsTold("Skagway 99840", null, null, null, null, null),
                new NeedsTold("", 40, 20, 0, 20, null));
        Map<String, double[]> places = new HashMap<>();
        for (NeedsTold row : rows.subList(0, 5)) {
            places.put(row.value(), new double[] {60 + places.size(), -150 - places.size() * 3});
        }
        Text text = new Text(messages, Locale.ENGLISH, ZoneId.of("UTC"));
        UnmetMap map = UnmetMap.of(rows, places, text, "", "#area-").orElseThrow();
        assertThat(map.elsewhere()).isOne();
        List<SketchMap.Point> points = map.map().points();
        assertThat(points).extracting(SketchMap.Point::label).containsExactly("40", "·", "25", "·", "·");
        assertThat(points)
                .extracting(SketchMap.Point::href)
                .containsExactly("#area-0", "#area-1", "#area-2", "#area-3", "#area-4");
        for (int hidden : List.of(1, 3, 4)) {
            assertThat(points.get(hidden).words().replace(rows.get(hidden).value(), ""))
                    .doesNotContainPattern("[0-9]");
            assertThat(points.get(hidden).size())
                    .as("a size tells nothing either")
                    .isEqualTo(points.get(1).size());
        }
        assertThat(points.get(0).size()).isGreaterThan(points.get(2).size());
        assertThat(UnmetMap.of(rows, Map.of(), text, "", "#area-")).isEmpty();
    }

    @Test
    void what_took_long_is_kept_for_a_while_and_what_took_no_time_is_not() {
        AtomicLong clock = new AtomicLong();
        AtomicLong worked = new AtomicLong();
        long[] takes = {Duration.ofSeconds(1).toNanos()};
        Remembered<String, Long> slow = new Remembered<>(
                key -> {
                    clock.addAndGet(takes[0]);
                    return worked.incrementAndGet();
                },
                clock::get);
        assertThat(List.of(slow.get("a"), slow.get("a"), slow.get("b"), slow.get("a")))
                .containsExactly(1L, 1L, 2L, 1L);
        clock.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(slow.get("a")).as("the one before, while it is worked out").isEqualTo(1);
        await().until(() -> slow.get("a") == 3);
        clock.addAndGet(Duration.ofSeconds(121).toNanos());
        assertThat(slow.get("a")).as("too old to be shown").isEqualTo(4);
        takes[0] = 1_000;
        assertThat(List.of(slow.get("c"), slow.get("c"))).containsExactly(5L, 6L);
    }

    @ParameterizedTest
    @CsvSource({
        "en, 1280, cannot be told yet, from 11 on",
        "en, 390, cannot be told yet, from 11 on",
        "es, 1280, no se pueden decir, a partir de 11",
        "es, 390, no se pueden decir, a partir de 11"
    })
    void where_no_number_may_be_told_the_page_says_why_and_from_how_many_on(
            String language, int width, String title, String from) {
        for (int i = 0; i < 3; i++) {
            pat--;
            referral(FEW, "ENDED", "Athol 01331", "en", 20, 4);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "convener-" + mark, language);
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                page.navigate(url("/demand?category=" + FEW));
                assertThat(page.locator("#untold").allInnerTexts())
                        .singleElement()
                        .asString()
                        .contains(title, from);
            });
            assertThat(page.locator(".weft-tiles").innerText()).doesNotContainPattern("[1-9]");
            looksRight(page, "demand-untold", language, width);
            jdbc.sql("delete from referral.referral where category = ? and id like ?")
                    .params(FEW, mark + "-%")
                    .update();
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                page.navigate(url("/demand?category=" + KIND));
                assertThat(page.locator("#untold").count())
                        .as("numbers of enough needs speak for themselves")
                        .isZero();
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_convener_sees_what_is_unmet(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "convener-" + mark, language);
            page.navigate(url("/demand?category=" + KIND));
            String shown = page.locator("main").innerText();
            assertThat(shown).contains("Worcester 01610").doesNotContain("Leominster 01453\t3");
            assertThat(page.locator(".weft-sketch__label").allTextContents())
                    .as("both are left out of the table: one is small, the other would give it away")
                    .containsOnly("·");
            assertThat(page.locator("#area-0").innerText())
                    .contains("Worcester 01610")
                    .doesNotContain("17");
            looksRight(page, "demand", language, width);
            page.navigate(url("/demand"));
            looksRight(page, "demand-all", language, width);
            page.navigate(url("/scorecard"));
            looksRight(page, "scorecard", language, width);
            page.navigate(url("/scorecard?days=91"));
            assertThat(page.locator("select[name=days]").inputValue()).isEqualTo("91");
            for (String line :
                    new String(page.request().get(url("/scorecard.csv")).body()).split("\r\n")) {
                String[] cells = line.split(",(?=\")", -1);
                for (int column = 2; column < 9 && !line.startsWith("\"group\""); column++) {
                    assertThat(cells[column]).as(line).doesNotMatch("\"([1-9]|10)\"");
                }
            }
            await().untilAsserted(() -> assertThat(new String(page.request()
                            .get(url("/demand.csv?category=" + KIND))
                            .body()))
                    .contains(told(), "\"language\",\"pt\",\"\",\"\",\"\",\"\""));
            assertThat(new String(page.request()
                            .get(url("/demand/given.csv?category=" + KIND))
                            .body()))
                    .as("where it is not told how many were met, what came of them is not told either")
                    .doesNotContain("126");
            assertThat(page.navigate(url("/demand?days=0")).status()).isEqualTo(400);
            for (String path : PATHS) {
                assertThat(page.request().get(url(path + "?days=364")).status())
                        .as("one day less would tell of one day")
                        .isEqualTo(400);
            }
            assertThat(page.navigate(url("/demand?category=none")).status()).isEqualTo(404);
            assertThat(page.navigate(url("/demand?days=x")).status()).isEqualTo(400);
        }
    }

    /** The line of all needs of this kind. Small numbers of other kinds, which other tests asked for this year, can hide it too. */
    private String told() {
        Map<Period, List<Needs>> needs = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            needs.put(period, demand.needs(period.since()));
        }
        NeedsTold row = NeedsTold.of(needs, 11)
                .get(new NeedsTold.Page(Period.YEAR, KIND))
                .get(Dimension.ALL)
                .getFirst();
        return Stream.of(row.needs(), row.met(), row.waiting(), row.unmet())
                .map(number -> number == null ? "\"\"" : "\"" + number + "\"")
                .collect(Collectors.joining(",", "\"all\",\"\",", ""));
    }

    @Test
    void where_nobody_asks_for_anything_else_the_whole_is_told_and_its_small_parts_are_not() {
        List<Needs> alone = demand.needs(Period.YEAR.since()).stream()
                .filter(of -> of.kind().equals(KIND)
                        || of.dimension() == Dimension.CATEGORY && of.value().equals(KIND))
                .toList();
        Map<Dimension, List<NeedsTold>> told =
                NeedsTold.of(Map.of(Period.YEAR, alone), 11).get(new NeedsTold.Page(Period.YEAR, KIND));
        NeedsTold whole = told.get(Dimension.ALL).getFirst();
        assertThat(whole.needs()).isEqualTo(33);
        assertThat(whole.waiting()).as("one").isNull();
        assertThat(whole.met()).as("or the one could be worked out").isNull();
        assertThat(whole.unmet()).isEqualTo(20);
        assertThat(told.get(Dimension.LANGUAGE)).extracting(NeedsTold::needs).containsOnlyNulls();
    }

    @Test
    void a_patient_and_a_stranger_see_no_figures() {
        String person = "Person/demand-" + mark;
        accounts.party(person, "Pat", PartyKind.PERSON);
        accounts.ensure("pat-" + mark, "Pat", person, Set.of(Role.PATIENT), "en", PASSWORD);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "pat-" + mark, "en");
            for (String path : PATHS) {
                assertThat(page.request().get(url(path)).status()).as(path).isEqualTo(403);
            }
        }
    }
}
