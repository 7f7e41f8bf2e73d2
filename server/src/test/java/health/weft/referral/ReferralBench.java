package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.identity.Copies;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Inboxes, searches and figures over a million referrals, as a browser asks for them. */
@Tag("bench")
class ReferralBench extends WeftTest {
    private static final int REFERRALS = 1_000_000;
    private static final int HELPERS = 200;
    private static final int PATIENTS = 2_000;
    private static final int TIMES = 100;
    private static final String PASSWORD = "a long secret";

    @Autowired
    private Records records;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void a_million_referrals_are_read_like_a_hundred() throws Exception {
        Caller clinic = Copies.clinic(accounts, "Bench Referring Clinic");
        accounts.ensure("bench-asks", "Asks", clinic.party(), Set.of(Role.COORDINATOR), "en", PASSWORD);
        for (int i = 0; i < HELPERS; i++) {
            accounts.party("Organization/bench-helper-" + i, "Bench Helper " + i, PartyKind.COMMUNITY);
        }
        accounts.ensure(
                "bench-helps", "Helps", "Organization/bench-helper-7", Set.of(Role.COMMUNITY_WORKER), "en", PASSWORD);
        List<Long> pats = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = 0; i < PATIENTS; i++) {
            pats.add(Copies.write(
                            records,
                            clinic,
                            (i * 7919 % 100_000) + "given " + (i * 104_729 % 1_000_003) + "family",
                            "19%02d-%02d-%02d".formatted(20 + i % 80, 1 + i % 12, 1 + i % 28),
                            "508-%03d-%04d".formatted(200 + i % 700, i),
                            i + " Street")
                    .rid());
        }
        System.out.printf("referral: %,d people in %.1f s%n", PATIENTS, seconds(begun));
        begun = System.nanoTime();
        for (int from = 0; from < REFERRALS; from += 50_000) {
            write(clinic.party(), pats.toArray(Long[]::new), from, from + 49_999);
        }
        jdbc.sql("""
                insert into security.share (party, rid, basis, categories)
                select distinct owner, pat, 'Task/bench', 0 from referral.referral where id like 'bench-%' and status <> 'cancelled'
                on conflict do nothing""").update();
        jdbc.sql("analyze").update();
        System.out.printf(
                "referral: %,d referrals, %,d lines of their stories, %,d shares written in %.0f s%n",
                count("referral.referral"), count("referral.event"), count("security.share"), seconds(begun));
        HttpClient helps = signedIn("bench-helps");
        HttpClient asks = signedIn("bench-asks");
        List<Double> worst = new ArrayList<>();
        worst.add(measure("inbox, new", helps, "/inbox"));
        worst.add(measure("inbox, under way", helps, "/inbox?show=underway"));
        worst.add(measure("inbox, ended", helps, "/inbox?show=ended"));
        worst.add(measure("inbox, sent by us", asks, "/inbox?show=sent"));
        String csrf = Visitor.hidden(page(asks, "/inbox").body(), "_csrf");
        worst.add(find("a person by name", asks, csrf, "1234given"));
        worst.add(find("a person whose name is misspelt", asks, csrf, "family 1235givne"));
        worst.add(find("one organisation of 200", asks, csrf, "bench helper 117"));
        worst.add(find("all organisations", asks, csrf, "helper"));
        worst.add(find("one service of 400", asks, csrf, "service 233"));
        worst.add(find("what nothing is called", asks, csrf, "zzyzx"));
        csrf = Visitor.hidden(page(helps, "/inbox").body(), "_csrf");
        worst.add(find("who asked, by whoever helps", helps, csrf, "referring clinic"));
        worst.add(find("a person by name, by whoever helps", helps, csrf, "1234given"));
        worst.add(measure("scorecard, a year", asks, "/scorecard?days=365"));
        worst.add(measure("scorecard as CSV", asks, "/scorecard.csv?days=365"));
        worst.add(measure("supply and demand", asks, "/demand?days=365"));
        worst.add(measure("supply and demand, food", asks, "/demand?days=365&category=food-insecurity"));
        assertThat(worst).allMatch(ms -> ms < 5_000);
    }

    private void write(String requester, Long[] pats, int from, int to) {
        jdbc.sql("""
                insert into referral.referral (id, version, request_id, patient_id, pat, consent_id, category, service_id, service_name,
                    requester, requester_name, owner, owner_name, status, loop, help, reason_code, sent_by, sent_at, answered_at, started_at,
                    completed_at, closed_at, changed_at, overdue, area, language, urgent, race, ethnicity)
                select 'bench-' || n, 1, 'request-' || n, r.id, p, 'consent-' || n,
                       (array['food-insecurity','housing-instability','transportation-insecurity','financial-insecurity','stress'])[1 + n % 5],
                       'service-' || n % 400, 'Service ' || n % 400, ?, 'Bench Referring Clinic',
                       'Organization/bench-helper-' || n % 200, 'Bench Helper ' || n % 200, s, l,
                       case when l = 'CLOSED' and n % 3 = 0 then 'YES' end, case when l = 'ENDED' then 'no-capacity' end, 'Asks',
                       sent, sent + n % 9 * interval '7 hours', sent + n % 9 * interval '9 hours', sent + n % 11 * interval '1 day',
                       case when l = 'CLOSED' then sent + n % 11 * interval '1 day' end, sent + interval '12 days', null,
                       'Town ' || n % 60, (array['en','es','pt'])[1 + n % 3], n % 20 = 0, (array['2106-3','2054-5','2028-9',''])[1 + n % 4], ''
                  from (select n, (?::bigint[])[1 + abs(hashint4(n)) % ?] p, now() - (n::bigint * 104729 % 525600) * interval '1 minute' sent,
                               n / 200 % 100 k from generate_series(?, ?) n) x
                  cross join lateral (select case when k < 2 then 'requested' when k < 5 then 'accepted' when k < 7 then 'in-progress'
                                when k < 8 then 'on-hold' when k < 76 then 'completed' when k < 90 then 'rejected' when k < 96 then 'failed'
                                else 'cancelled' end s,
                               case when k < 8 then 'OPEN' when k < 76 then 'CLOSED' else 'ENDED' end l) y
                  join record.res r on r.rid = p""")
                .param(requester)
                .param(pats)
                .param(PATIENTS)
                .param(from)
                .param(to)
                .update();
        jdbc.sql("""
                insert into referral.event (referral_id, what, name, party, party_name)
                select 'bench-' || n, w, 'Asks', ?, 'Bench Referring Clinic' from generate_series(?, ?) n cross join unnest(array['SENT','ACCEPTED','GIVEN']) w""").params(requester, from, to).update();
    }

    private double measure(String what, HttpClient browser, String path) throws Exception {
        return measure(what, () -> page(browser, path));
    }

    /** Looks for a request among all. */
    private double find(String what, HttpClient browser, String csrf, String words) throws Exception {
        var form = HttpRequest.newBuilder(URI.create(url("/inbox")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("HX-Request", "true") // as while somebody types
                .POST(BodyPublishers.ofString(
                        "_csrf=" + csrf + "&q=" + URLEncoder.encode(words, StandardCharsets.UTF_8)))
                .build();
        return measure("search, " + what, () -> browser.send(form, BodyHandlers.ofString()));
    }

    private HttpResponse<String> page(HttpClient browser, String path) throws Exception {
        return browser.send(HttpRequest.newBuilder(URI.create(url(path))).build(), BodyHandlers.ofString());
    }

    /** Asks one after the other; prints the median and the 95th percentile, gives the longest, in milliseconds. */
    private double measure(String what, Callable<HttpResponse<String>> question) throws Exception {
        int bytes = 0;
        double[] took = new double[TIMES];
        double first = 0;
        for (int i = -10; i < TIMES; i++) {
            long begun = System.nanoTime();
            HttpResponse<String> answer = question.call();
            assertThat(answer.statusCode()).as(what).isEqualTo(200);
            bytes = answer.body().length();
            if (i >= 0) {
                took[i] = seconds(begun) * 1000;
            } else if (i == -10) {
                first = seconds(begun) * 1000;
            }
        }
        Arrays.sort(took);
        System.out.printf(
                "referral: %s: median %.1f ms, p95 %.1f ms, longest %.1f ms, the first %.0f ms, %,d characters%n",
                what, took[TIMES / 2], took[TIMES * 95 / 100], took[TIMES - 1], first, bytes);
        return took[TIMES - 1];
    }

    private HttpClient signedIn(String username) throws IOException, InterruptedException {
        HttpClient browser =
                HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        String page = browser.send(
                        HttpRequest.newBuilder(URI.create(url("/sign-in"))).build(), BodyHandlers.ofString())
                .body();
        var csrf = Pattern.compile("name=\"csrf\" content=\"([^\"]+)\"").matcher(page);
        assertThat(csrf.find()).isTrue();
        String form = "username=" + username + "&password=" + URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8)
                + "&_csrf=" + URLEncoder.encode(csrf.group(1), StandardCharsets.UTF_8);
        var answer = browser.send(
                HttpRequest.newBuilder(URI.create(url("/sign-in")))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(302);
        return browser;
    }

    private long count(String table) {
        return jdbc.sql("select count(*) from " + table).query(Long.class).single();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
