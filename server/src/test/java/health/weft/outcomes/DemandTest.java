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
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Needs are counted by person and kind of help, and small numbers are told to nobody. */
class DemandTest extends PagesTest {
    private static final String KIND = "incarceration-status";

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final Instant longAgo = Instant.now().minus(Duration.ofDays(3_000));
    private long pat = -1_000;

    @Autowired
    private Demand demand;

    @Autowired
    private JdbcClient jdbc;

    DemandTest() {
        super("outcomes", "referral", "screening", "directory");
    }

    @BeforeAll
    void needs_of_one_kind_that_nobody_else_counts() {
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
    }

    @AfterAll
    void the_figures_of_others_stay_as_they_were() {
        jdbc.sql("delete from referral.referral where id like ?")
                .param(mark + "-%")
                .update();
    }

    private void referral(String loop, String area, String language, int daysAgo, int daysToAnswer) {
        jdbc.sql("""
                insert into referral.referral (id, version, request_id, patient_id, pat, consent_id, category, service_name, requester,
                    requester_name, owner, owner_name, status, loop, reason_code, sent_by, sent_at, answered_at, closed_at, changed_at,
                    area, language, race)
                values (?, 1, 'x', 'x', ?, 'x', ?, 'x', 'x', 'x', 'x', 'x', ?, ?, 'no-capacity', 'x', now() - make_interval(days => ?),
                    now() - make_interval(days => ?), case when ? = 'CLOSED' then now() - make_interval(days => ?) end, now(), ?, ?, '2028-9')""")
                .param(mark + "-" + UUID.randomUUID())
                .param(pat)
                .param(KIND)
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
        List<Needs> needs = demand.needs(KIND, longAgo);
        assertThat(needs)
                .contains(
                        new Needs(Dimension.ALL, "", 33, 12, 1, 20),
                        new Needs(Dimension.CATEGORY, KIND, 33, 12, 1, 20),
                        new Needs(Dimension.AREA, "Worcester 01610", 30, 12, 1, 17),
                        new Needs(Dimension.LANGUAGE, "pt", 3, 0, 0, 3),
                        new Needs(Dimension.RACE, "2028-9", 33, 12, 1, 20),
                        new Needs(Dimension.ETHNICITY, "", 33, 12, 1, 20))
                .hasSize(8);
        assertThat(demand.needs("no-such-kind", longAgo)).isEmpty();
        assertThat(demand.days(KIND, longAgo))
                .filteredOn(days -> days.dimension() == Dimension.ALL)
                .singleElement()
                .satisfies(days -> {
                    assertThat(days.toAnswer()).isCloseTo(4, within(.1));
                    assertThat(days.toStart()).isNull();
                    assertThat(days.toHelp()).isCloseTo(10, within(.1));
                });
        assertThat(demand.weeks(KIND, longAgo).stream()
                        .mapToInt(Demand.Week::sent)
                        .sum())
                .isEqualTo(45);
        assertThat(demand.endings(KIND, longAgo).getFirst().number()).isEqualTo(32);
    }

    @Test
    void what_is_small_is_told_neither_itself_nor_by_what_stands_beside_it() {
        List<NeedsTold> rows = NeedsTold.of(
                List.of(
                        new Needs(Dimension.AREA, "large", 300, 200, 60, 40),
                        new Needs(Dimension.AREA, "middling", 60, 40, 5, 15),
                        new Needs(Dimension.AREA, "next", 20, 20, 0, 0),
                        new Needs(Dimension.AREA, "small", 3, 3, 0, 0)),
                List.of(new Demand.Days(Dimension.AREA, "small", 1.0, 1.0, 1.0)),
                11);
        assertThat(rows)
                .containsExactly(
                        new NeedsTold("large", 300, 200, 60, 40, null),
                        new NeedsTold("middling", 60, 40, null, null, null),
                        new NeedsTold("next", null, null, null, null, null),
                        new NeedsTold("small", null, null, null, null, null));
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
    @CsvSource({"en, 1280", "es, 390"})
    void the_convener_sees_what_is_unmet(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "convener-" + mark, language);
            page.navigate(url("/demand?category=" + KIND));
            String shown = page.locator("main").innerText();
            assertThat(shown).contains("33", "Worcester 01610").doesNotContain("Leominster 01453\t3");
            looksRight(page, "demand", language, width);
            page.navigate(url("/demand"));
            looksRight(page, "demand-all", language, width);
            String csv = new String(
                    page.request().get(url("/demand.csv?category=" + KIND)).body());
            assertThat(csv)
                    .contains("\"all\",\"\",\"33\",\"12\",\"1\",\"20\"", "\"language\",\"pt\",\"\",\"\",\"\",\"\"");
            assertThat(page.navigate(url("/demand?days=0")).status()).isEqualTo(400);
            assertThat(page.navigate(url("/demand?category=none")).status()).isEqualTo(404);
            assertThat(page.navigate(url("/demand?days=x")).status()).isEqualTo(400);
        }
    }

    @Test
    void a_patient_and_a_stranger_see_no_figures() {
        String person = "Person/demand-" + mark;
        accounts.party(person, "Pat", PartyKind.PERSON);
        accounts.ensure("pat-" + mark, "Pat", person, Set.of(Role.PATIENT), "en", PASSWORD);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "pat-" + mark, "en");
            for (String path : List.of("/demand", "/demand.csv", "/demand/weeks.csv")) {
                assertThat(page.request().get(url(path)).status()).as(path).isEqualTo(403);
            }
        }
    }
}
