package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
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
    private JdbcClient jdbc;

    @BeforeAll
    void fifty_thousand_services() {
        // Straight into the tables: the question is how fast they answer, not how they are filled.
        run("""
            insert into directory.organization (id, document)
            select 'speed-' || n, jsonb_build_object('id', 'speed-' || n, 'description', 'x',
                   'name', (array['Hope','Harbor','Valley','Saint Mary','County','Unity','River','Bridge'])[1 + n % 8] || ' ' ||
                           (array['House','Center','Services','Mission','Network','Alliance'])[1 + n % 6] || ' ' || n)
              from generate_series(1, 5000) n""");
        run("""
            insert into directory.location (id, document)
            select 'speed-' || n, jsonb_build_object('id', 'speed-' || n, 'location_type', 'physical', 'name', 'Site ' || n,
                   'latitude', 40 + (n * 7919 % 10000) / 2500.0, 'longitude', -75 - (n * 104729 % 10000) / 1250.0,
                   'accessibility', case when n % 4 = 0 then jsonb_build_array(jsonb_build_object('id', n, 'description', 'Wheelchair ramp')) else '[]' end,
                   'addresses', jsonb_build_array(jsonb_build_object('address_1', n || ' Main Street', 'city', 'Town ' || n % 400,
                        'postal_code', lpad((10000 + n % 900)::text, 5, '0'))))
              from generate_series(1, 20000) n""");
        run("""
            insert into directory.service (id, document)
            select 'speed-' || n, jsonb_build_object('id', 'speed-' || n, 'organization_id', 'speed-' || (1 + n % 5000), 'status', 'active',
                   'fees_description', (array['Free','Sliding scale; Medicaid, Medicare and most insurances','$20 a visit','No cost','Medicaid'])[1 + n % 5],
                   'languages', jsonb_build_array(jsonb_build_object('id', n, 'code', (array['en','es','vi','pt','ht','zh','en'])[1 + n % 7])),
                   'service_areas', case when n % 3 = 0 then jsonb_build_array(jsonb_build_object('id', n, 'name', 'Town ' || n % 400)) else '[]' end,
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
        run("select directory.trait_services(array(select id from directory.service where id like 'speed-%'))");
        run("select directory.index_services(array(select id from directory.service where id like 'speed-%'))");
        for (String table : List.of("service", "location", "service_at_location", "opening", "word", "organization")) {
            run("vacuum analyze directory." + table);
        }
    }

    @AfterAll
    void leave_nothing_behind() {
        for (String table : List.of("service_at_location", "service", "location", "organization")) {
            run("delete from directory." + table + " where id like 'speed-%'");
        }
    }

    @Test
    void how_long_an_answer_takes() {
        Wanted.Near near = new Wanted.Near(42, -79, 16_000);
        Instant monday = Instant.parse("2026-11-30T15:00:00Z");
        List<Wanted> asked = List.of(
                wanted("food", null, null),
                wanted("comida", null, null),
                wanted("diapres", null, null),
                wanted("rental assistance", null, null),
                wanted("legal aid veterans", null, null),
                wanted("dentist", near, null),
                wanted("food", near, monday),
                wanted("", near, null),
                wanted("", near, monday),
                wanted("mental health counseling for seniors", null, monday),
                wanted("hope house", null, null),
                wanted("trabajo", near, null),
                wanted("shelter", null, monday),
                wanted("", null, null),
                wanted("prescripton help", near, null));
        measure("over 50,000", asked);
        assertThat(search.find(asked.getFirst(), 0, 20).hits())
                .as("what was measured finds services")
                .isNotEmpty();
    }

    private void measure(String what, List<Wanted> asked) {
        asked.forEach(w -> search.find(w, 0, 20));
        double worst = 0;
        long[] took = new long[asked.size() * 10];
        for (int i = 0; i < took.length; i++) {
            Wanted w = asked.get(i % asked.size());
            long began = System.nanoTime();
            search.find(w, 0, 20);
            took[i] = System.nanoTime() - began;
            if (i < asked.size()) {
                System.out.printf(
                        "directory search bench: %s %s %s %s: %.1f ms%n",
                        w.words(), w.near() != null, w.openAt() != null, w.filters(), took[i] / 1e6);
            }
            worst = Math.max(worst, took[i] / 1e6);
        }
        Arrays.sort(took);
        System.out.printf(
                "directory search %s: median %.1f ms, p95 %.1f ms, worst %.1f ms%n",
                what, took[took.length / 2] / 1e6, took[(int) (took.length * .95)] / 1e6, worst);
    }

    /** Each filter alone, and several together, with words, near a place, and for a person. */
    @Test
    void how_long_an_answer_takes_with_filters() {
        Wanted.Near near = new Wanted.Near(42, -79, 16_000);
        Instant monday = Instant.parse("2026-11-30T15:00:00Z");
        Wanted.Area area = new Wanted.Area(Set.of("town 7", "10007"), 42.0, -79.0);
        Wanted.Fit fit = new Wanted.Fit(OptionalInt.of(34), "es", Set.of("medicaid"), area);
        Wanted.Filters free = new Wanted.Filters(null, null, true, false, null, null);
        Wanted.Filters all = new Wanted.Filters("medicaid", "es", false, true, area, null);
        Wanted.Filters person = new Wanted.Filters(null, null, false, false, null, fit);
        Wanted.Filters both = new Wanted.Filters(null, "es", true, true, null, fit);
        measure(
                "with filters",
                List.of(
                        wanted("", null, null, free),
                        wanted("food", null, null, free),
                        wanted("", null, null, all),
                        wanted("dentist", null, null, all),
                        wanted("", near, monday, all),
                        wanted("", null, null, person),
                        wanted("food", null, null, person),
                        wanted("counseling", near, null, person),
                        wanted("", near, monday, person),
                        wanted("", null, monday, both),
                        wanted("shelter", null, monday, both),
                        wanted("", null, null, new Wanted.Filters("none", "ar", false, false, null, null)),
                        wanted("", null, null, new Wanted.Filters(null, null, false, false, area, null)),
                        wanted("diapres", null, null, new Wanted.Filters(null, "vi", true, false, null, null))));
    }

    private static Wanted wanted(String words, Wanted.Near near, Instant open, Wanted.Filters filters) {
        return new Wanted(words, null, null, near, open, false, true, filters);
    }

    private static Wanted wanted(String words, Wanted.Near near, Instant open) {
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
