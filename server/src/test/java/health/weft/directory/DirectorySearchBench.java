package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long anybody waits for services, among fifty thousand made up: {@code ./weft bench directory}. */
@Tag("bench")
class DirectorySearchBench extends WeftTest {
    @Autowired
    private DirectorySearch search;

    @Autowired
    private DirectoryStore store;

    @Autowired
    private JdbcClient jdbc;

    @BeforeAll
    void fifty_thousand_services() {
        // Straight into the tables: the question is how fast they answer, not how they are filled.
        run(
                "insert into directory.taxonomy (id, document) values ('speed-kinds', '{\"id\": \"speed-kinds\", \"name\": \"Kinds of help\"}')");
        run("""
            insert into directory.taxonomy_term (id, document)
            select 'speed-' || t, jsonb_build_object('id', 'speed-' || t, 'code', 'SP-' || t, 'name', 'Kind ' || t, 'taxonomy_id', 'speed-kinds')
                       || case when t > 20 then jsonb_build_object('parent_id', 'speed-' || (1 + t % 20)) else '{}' end
              from generate_series(1, 220) t""");
        run("""
            insert into directory.organization (id, document)
            select 'speed-' || n, jsonb_build_object('id', 'speed-' || n, 'description', 'x',
                   'name', (array['Hope','Harbor','Valley','Saint Mary','County','Unity','River','Bridge'])[1 + n % 8] || ' ' ||
                           (array['House','Center','Services','Mission','Network','Alliance'])[1 + n % 6] || ' ' || n)
              from generate_series(1, 5000) n""");
        run("""
            insert into directory.location (id, document)
            select 'speed-' || n, jsonb_build_object('id', 'speed-' || n, 'location_type', 'physical', 'name', 'Site ' || n,
                   'accessibility', case when n % 4 = 0 then jsonb_build_array(jsonb_build_object('id', n, 'description', 'Wheelchair ramp')) else '[]' end,
                   'addresses', jsonb_build_array(jsonb_build_object('address_1', n || ' Main Street', 'city', 'Town ' || n % 400,
                        'postal_code', lpad((10000 + n % 900)::text, 5, '0'))))
                   || case when n % 4 = 1 then '{}' else jsonb_build_object('latitude', 40 + (n * 7919 % 10000) / 2500.0,
                        'longitude', -75 - (n * 104729 % 10000) / 1250.0) end
              from generate_series(1, 20000) n""");
        run("""
            insert into directory.service (id, available, document)
            select 'speed-' || n, case n % 5 when 0 then 0 when 1 then n % 30 end, jsonb_build_object('id', 'speed-' || n, 'organization_id', 'speed-' || (1 + n % 5000), 'status', 'active',
                   'fees_description', (array['Free','Sliding scale; Medicaid, Medicare and most insurances','$20 a visit','No cost','Medicaid'])[1 + n % 5],
                   'languages', jsonb_build_array(jsonb_build_object('id', n, 'code', (array['en','es','vi','pt','ht','zh','en'])[1 + n % 7])),
                   'service_areas', case when n % 40 = 0 then jsonb_build_array(jsonb_build_object('id', n, 'extent_type', 'geojson', 'extent',
                            format('{"type":"Polygon","coordinates":[[[%2$s,%1$s],[%4$s,%1$s],[%4$s,%3$s],[%2$s,%3$s],[%2$s,%1$s]]]}',
                                40 + n % 30 / 10.0, -82 + n % 60 / 10.0, 41 + n % 30 / 10.0, -81 + n % 60 / 10.0)))
                        when n % 3 = 0 then jsonb_build_array(jsonb_build_object('id', n, 'name', 'Town ' || n % 400)) else '[]' end,
                   'attributes', jsonb_build_array(
                        jsonb_build_object('id', n, 'taxonomy_term_id', 'speed-' || (21 + n % 200)),
                        jsonb_build_object('id', n || 'k', 'taxonomy_term', jsonb_build_object('code',
                            (array['food-insecurity','housing-instability','transportation-insecurity','employment-status'])[1 + n % 4]))),
                   'minimum_age', n % 60,
                   'name', what || ' ' || (array['program','for families','help line','for seniors','office','drop-in'])[1 + n % 6],
                   'description', 'We offer ' || what || ' to people in need. ' || md5(n::text) || ' Call ahead or come by; bring papers. '
                       || (array['Serves veterans.','Serves children.','For older adults.','Habla espanol.','Wheelchair access.'])[1 + n % 5])
              from (select n, (array['Food pantry','Diaper bank','Rental assistance','Mental health counseling','Legal aid','Job training',
                        'Dental clinic','Emergency shelter','Bus passes','Child care','Utility assistance','Prescription help','Hot meals',
                        'Clothing closet','English classes','Tax preparation','Home repair','Addiction recovery','Prenatal care',
                        'Computer lab'])[1 + n % 20] as what from generate_series(1, 50000) n) made""");
        run("""
            insert into directory.service_at_location (id, document)
            select 'speed-' || n, jsonb_build_object('id', 'speed-' || n, 'service_id', 'speed-' || n, 'location_id', 'speed-' || (1 + n % 20000))
              from generate_series(1, 50000) n""");
        run("""
            insert into directory.opening (service_id, day, opens, closes, zone)
            select 'speed-' || n, d, '09:00', '17:00', 'America/New_York' from generate_series(1, 50000) n, generate_series(1, 5) d where (n + d) % 3 > 0""");
        // A quarter of them say no more than a postcode.
        store.place(IntStream.rangeClosed(1, 20_000).mapToObj(n -> "speed-" + n).toList());
        for (int from = 1; from <= 50_000; from += 5_000) {
            store.index(IntStream.range(from, from + 5_000)
                    .mapToObj(n -> "speed-" + n)
                    .toList());
        }
        for (String table : List.of(
                "service",
                "location",
                "service_at_location",
                "opening",
                "word",
                "organization",
                "area_shape",
                "taxonomy_term")) {
            run("vacuum analyze directory." + table);
        }
    }

    @AfterAll
    void leave_nothing_behind() {
        for (String table :
                List.of("service_at_location", "service", "location", "organization", "taxonomy_term", "taxonomy")) {
            run("delete from directory." + table + " where id like 'speed-%'");
        }
    }

    @Test
    void how_long_an_answer_takes() {
        Map<String, Wanted> asked = new LinkedHashMap<>();
        for (String words : List.of(
                "food",
                "comida",
                "diapres",
                "rental assistance",
                "legal aid veterans",
                "mental health counseling for seniors",
                "hope house",
                "shelter",
                "")) {
            asked.put("\"" + words + "\"", wanted(words, null, null));
        }
        measure("words alone", asked);
        assertThat(search.find(wanted("food", null, null), 0, 20).hits())
                .as("what was measured finds services")
                .isNotEmpty();
    }

    /** Each filter alone, without words, with words that fit many services, and with words that are spelt wrong. */
    @Test
    void how_long_one_filter_takes() {
        Map<String, Wanted> asked = new LinkedHashMap<>();
        for (String words : List.of("", "food", "counseling", "prescripton help")) {
            String with = words.isEmpty() ? "" : " with \"" + words + "\"";
            asked.put("a term with all below it" + with, term(words, "speed-7"));
            asked.put("a kind of need" + with, kind(words));
            asked.put("open at a moment" + with, wanted(words, null, MONDAY));
            asked.put("open on a date" + with, new Wanted(words, null, null, null, MONDAY, true, false));
            asked.put("near" + with, wanted(words, NEAR, null));
            asked.put("near places with a postcode alone" + with, wanted(words, POSTCODES, null));
            asked.put("has room" + with, new Wanted(words, null, null, null, null, false, true));
            asked.put("language" + with, wanted(words, null, null, filters(null, "es", false, false, null, null)));
            asked.put("rare language" + with, wanted(words, null, null, filters(null, "ar", false, false, null, null)));
            asked.put(
                    "insurance" + with, wanted(words, null, null, filters("medicaid", null, false, false, null, null)));
            asked.put("free" + with, wanted(words, null, null, filters(null, null, true, false, null, null)));
            asked.put("wheelchair" + with, wanted(words, null, null, filters(null, null, false, true, null, null)));
            asked.put(
                    "serves an area" + with, wanted(words, null, null, filters(null, null, false, false, AREA, null)));
            asked.put("fits a person" + with, wanted(words, null, null, filters(null, null, false, false, null, FIT)));
        }
        measure("one filter", asked);
        assertThat(search.find(term("", "speed-7"), 0, 20).total())
                .as("terms below a term are found")
                .isGreaterThan(1000);
    }

    @Test
    void how_long_filters_together_take() {
        Map<String, Wanted> asked = new LinkedHashMap<>();
        Wanted.Filters all = filters("medicaid", "es", false, true, AREA, null);
        Wanted.Filters person = filters(null, null, false, false, null, FIT);
        Wanted.Filters both = filters(null, "es", true, true, null, FIT);
        for (String words : List.of("", "food", "dentist", "diapres")) {
            String with = words.isEmpty() ? "" : " with \"" + words + "\"";
            asked.put("near, open" + with, wanted(words, NEAR, MONDAY));
            asked.put("insurance, language, wheelchair, area" + with, wanted(words, null, null, all));
            asked.put("the same, near, open" + with, wanted(words, NEAR, MONDAY, all));
            asked.put("fits a person, near" + with, wanted(words, NEAR, null, person));
            asked.put("fits a person, near, open" + with, wanted(words, NEAR, MONDAY, person));
            asked.put("fits a person, language, free, wheelchair, open" + with, wanted(words, null, MONDAY, both));
            asked.put(
                    "a term, open on a date, area" + with,
                    new Wanted(
                            words,
                            null,
                            "speed-7",
                            null,
                            MONDAY,
                            true,
                            true,
                            filters(null, null, false, false, AREA, null)));
            asked.put(
                    "everything" + with,
                    new Wanted(words, SdohCategory.FOOD_INSECURITY, "speed-7", NEAR, MONDAY, true, true, both));
        }
        measure("filters together", asked);
        assertThat(search.find(wanted("", NEAR, MONDAY, person), 0, 20).hits())
                .as("what was measured finds services")
                .isNotEmpty();
    }

    /** What the pages ask for beside the search itself. */
    @Test
    void how_long_the_rest_of_the_page_takes() {
        each("terms to choose from", () -> search.topTerms());
        each("where a town is", () -> search.locate("Town 7"));
        each("what an area is called", () -> search.area("10007"));
        each("a far page", () -> search.find(wanted("food", null, null), 1900, 20));
    }

    /** Over HTTP, as others ask. */
    @Test
    void how_long_pages_and_the_api_take() {
        for (String path : List.of(
                "/find-help?words=food",
                "/find-help?words=food&near=Town+7&serves=true&free=true&when=now",
                "/find-help?term=speed-7&language=es&room=true",
                "/hsds/services?per_page=50",
                "/hsds/services?search=food",
                "/hsds/services?search=food&full=true",
                "/hsds/services?taxonomy_term_id=speed-27",
                "/hsds/services?taxonomy_id=speed-kinds&page=400",
                "/hsds/services?organization_id=speed-7&full=true",
                "/hsds/services?modified_after=2026-01-01",
                "/hsds/organizations?search=food",
                "/hsds/organizations?search=harbor&full=true",
                "/hsds/organizations?taxonomy_term_id=speed-27",
                "/hsds/organizations?full_service=true",
                "/hsds/service_at_locations?postcode=10007",
                "/hsds/service_at_locations?postcode=10007&proximity=20000&full=true",
                "/hsds/service_at_locations?search=food&taxonomy_term_id=speed-27")) {
            for (int warm = 0; warm < TURNS; warm++) {
                get(path);
            }
            each(path, () -> get(path));
        }
    }

    /** Each time another page that nobody read the page before of; and each time of another list, of which nothing is remembered. */
    @Test
    void how_long_a_far_page_of_the_api_takes() {
        String list = "/hsds/services?taxonomy_id=speed-kinds&per_page=50&page=";
        AtomicInteger page = new AtomicInteger(300);
        each("a far page of the API", () -> get(list + page.addAndGet(7)));
        AtomicInteger day = new AtomicInteger(1);
        each(
                "a far page of a list that nobody has asked for",
                () -> get(list + "400&modified_after=2020-01-%02d".formatted(day.incrementAndGet())));
    }

    private void get(String path) {
        try {
            HttpResponse<String> answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(url(path))).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(path, e);
        }
    }

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Each search so often, in turns. */
    private static final int TURNS = 20;

    private void measure(String what, Map<String, Wanted> asked) {
        Map<String, long[]> took = new LinkedHashMap<>();
        asked.forEach((name, wanted) -> search.find(wanted, 0, 20));
        for (int turn = 0; turn < TURNS; turn++) {
            int of = turn;
            asked.forEach((name, wanted) -> {
                long began = System.nanoTime();
                search.find(wanted, 0, 20);
                took.computeIfAbsent(name, n -> new long[TURNS])[of] = System.nanoTime() - began;
            });
        }
        took.forEach((name, times) -> {
            Arrays.sort(times);
            tell(what + ": " + name, times);
            if (SLOW >= 0 && times[TURNS / 2] / 1e6 > SLOW) {
                explain(asked.get(name));
            }
        });
        tell(
                what + ", all " + asked.size() + " searches",
                took.values().stream().flatMapToLong(Arrays::stream).sorted().toArray());
    }

    private void each(String what, Runnable asked) {
        long[] times = new long[TURNS];
        asked.run();
        for (int turn = 0; turn < TURNS; turn++) {
            long began = System.nanoTime();
            asked.run();
            times[turn] = System.nanoTime() - began;
        }
        Arrays.sort(times);
        tell(what, times);
    }

    /** @param times in nanoseconds, the least first */
    private static void tell(String what, long[] times) {
        System.out.printf(
                "directory search, %s: median %.1f ms, p95 %.1f ms, worst %.1f ms%n",
                what,
                times[times.length / 2] / 1e6,
                times[(int) (times.length * .95)] / 1e6,
                times[times.length - 1] / 1e6);
    }

    /** With {@code -Dweft.bench.explain=30}, PostgreSQL's own account of each search whose median is above 30 ms. */
    private static final int SLOW = Integer.getInteger("weft.bench.explain", -1);

    private void explain(Wanted wanted) {
        SearchSql sql = search.sql(wanted, SearchWords.of(wanted.words(), word -> List.of(word)));
        jdbc.sql("explain (analyze, buffers) " + sql.page())
                .params(sql.params)
                .param("from", 0)
                .param("size", 20)
                .query(String.class)
                .list()
                .forEach(line -> System.out.println("directory search explained: " + line));
    }

    private static final Wanted.Near NEAR = new Wanted.Near(42, -79, 16_000);

    /** Manhattan, whose postcodes begin as those that were made up. */
    private static final Wanted.Near POSTCODES = new Wanted.Near(40.75, -73.98, 16_000);

    private static final Instant MONDAY = Instant.parse("2026-11-30T15:00:00Z");
    private static final Wanted.Area AREA = new Wanted.Area(Set.of("town 7", "10007"), 42.0, -79.0);
    private static final Wanted.Fit FIT =
            new Wanted.Fit(OptionalInt.of(34), "es", Set.of("medicaid"), OptionalInt.of(1), AREA);

    private static Wanted.Filters filters(
            @Nullable String insurance,
            @Nullable String language,
            boolean free,
            boolean wheelchair,
            Wanted.@Nullable Area area,
            Wanted.@Nullable Fit fit) {
        return new Wanted.Filters(insurance, language, free, wheelchair, area, fit);
    }

    private static Wanted term(String words, String term) {
        return new Wanted(words, null, term, null, null, false, false);
    }

    private static Wanted kind(String words) {
        return new Wanted(words, SdohCategory.FOOD_INSECURITY, null, null, null, false, false);
    }

    private static Wanted wanted(
            String words, Wanted.@Nullable Near near, @Nullable Instant open, Wanted.Filters filters) {
        return new Wanted(words, null, null, near, open, false, true, filters);
    }

    private static Wanted wanted(String words, Wanted.@Nullable Near near, @Nullable Instant open) {
        return new Wanted(words, null, null, near, open, false, false);
    }

    private void run(String sql) {
        if (sql.startsWith("select")) {
            jdbc.sql(sql).query((rs, n) -> true).list();
        } else {
            jdbc.sql(sql).update();
        }
    }
}
