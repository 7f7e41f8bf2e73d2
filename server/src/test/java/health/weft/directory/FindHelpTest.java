package health.weft.directory;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Finding help without an account. */
class FindHelpTest extends PagesTest {
    @Autowired
    private Feeds feeds;

    @Autowired
    private DirectorySearch search;

    @Autowired
    private HelpSearch help;

    @Autowired
    private org.springframework.transaction.PlatformTransactionManager transactions;

    @Autowired
    private org.springframework.context.MessageSource messages;

    @Autowired
    private org.springframework.jdbc.core.simple.JdbcClient jdbc;

    @TempDir
    private Path folder;

    private final String mark = "q" + UUID.randomUUID().toString().replaceAll("[^a-f]", "");
    private final Caller steward =
            new Caller("help-steward", "Stella", "Organization/convener", "Network", Set.of(Role.CONVENER), "en");

    FindHelpTest() {
        super("directory");
    }

    @BeforeAll
    void a_town_with_help(@TempDir Path own) throws Exception {
        Path file = Files.writeString(own.resolve("help.json"), """
                {"id":"h","name":"Helpers of %1$s","description":"A town's own",
                 "locations":[{"id":"h","location_type":"physical","name":"Town hall","latitude":58.3,"longitude":-134.4,
                   "phones":[{"id":"p","number":"907-555-0100"}],
                   "addresses":[{"address_1":"1 Main","city":"%1$s","state_province":"AK","postal_code":"99801","country":"US","address_type":"physical"}]},
                  {"id":"h2","location_type":"physical","name":"Harbour","latitude":58.32,"longitude":-134.41},
                  {"id":"f","location_type":"physical","name":"Far away","latitude":61.2,"longitude":-149.9}],
                 "services":[
                  {"id":"d","name":"Diapers for all","description":"A pack a week","status":"active","service_at_locations":[{"id":"1","location_id":"h"}],
                   "fees_description":"Free","application_process":"Come by",
                   "schedules":[{"id":"1","freq":"WEEKLY","byday":"MO","opens_at":"09:00","closes_at":"12:00","timezone":"America/Juneau"},
                    {"id":"2","freq":"MONTHLY","byday":"2TU","opens_at":"09:00","closes_at":"12:00","timezone":"America/Juneau","dtstart":"2026-01-01"},
                    {"id":"3","description":"Closed","closed":true,"valid_from":"2026-12-28","valid_to":"2026-12-28","timezone":"America/Juneau"}]},
                  {"id":"g","name":"Groceries on Mondays","status":"active","service_at_locations":[{"id":"2","location_id":"h"}],
                   "attributes":[{"id":"1","taxonomy_term":{"id":"%1$sfood","code":"%1$sfood","name":"Kind %1$s","description":"x"}}],
                   "capacities":[{"id":"1","unit":{"id":"1","name":"boxes"},"available":0,"maximum":4,"updated":"2026-01-01T00:00:00Z"}]},
                  {"id":"b","name":"Boxes at the harbour","status":"active","service_at_locations":[{"id":"4","location_id":"h2"}],
                   "schedules":[{"id":"4","freq":"WEEKLY","byday":"SU","opens_at":"20:00","closes_at":"07:00","timezone":"America/Juneau"}],
                   "attributes":[{"id":"2","taxonomy_term":{"id":"%1$sfood","code":"%1$sfood","name":"Kind %1$s","description":"x"}}]},
                  {"id":"r","name":"Rental help","description":"For those who may lose their home","status":"active","service_at_locations":[{"id":"3","location_id":"f"}]}]}""".formatted(mark));
        FeedRun run = feeds.check(steward, "help-" + mark, "help.json", file, false);
        feeds.apply(steward, run.id());
        Path narrow = Files.writeString(own.resolve("narrow.json"), """
                {"taxonomies":[{"id":"%1$sx","name":"Kinds %1$s","description":"x"}],
                 "taxonomy_terms":[{"id":"%1$shealth","code":"%1$shealth","name":"Health %1$s","description":"x","taxonomy_id":"%1$sx"},
                  {"id":"%1$steeth","code":"%1$steeth","name":"Teeth %1$s","description":"x","parent_id":"%1$shealth","taxonomy_id":"%1$sx"}],
                 "organizations":[{"id":"n","name":"Narrow %1$s","description":"x",
                 "locations":[{"id":"in","location_type":"physical","name":"In","latitude":41.5,"longitude":-100.5,
                   "accessibility":[{"id":"1","description":"Wheelchair ramp at the side"}],
                   "addresses":[{"address_1":"1 Main","city":"%1$ston","region":"Narrow County","state_province":"NE","postal_code":"69999","country":"US","address_type":"physical"}]},
                  {"id":"up","location_type":"physical","name":"Up","latitude":41.5,"longitude":-100.51,
                   "accessibility":[{"id":"2","description":"Not accessible by wheelchair"}],
                   "addresses":[{"address_1":"2 Main","city":"%1$ston","state_province":"NE","postal_code":"69999","country":"US","address_type":"physical"}]}],
                 "services":[
                  {"id":"c","name":"Clinic for all","status":"active","service_at_locations":[{"id":"1","location_id":"in"}],
                   "fees_description":"Medicaid, Medicare and most insurances. We do not take TRICARE.",
                   "languages":[{"id":"1","code":"es"},{"id":"2","name":"Vietnamese"}],
                   "service_areas":[{"id":"1","name":"%1$ston County"},{"id":"2","name":"Big square","extent_type":"geojson",
                     "extent":"{\\"type\\":\\"Polygon\\",\\"coordinates\\":[[[-101,40],[-100,40],[-100,42],[-101,42],[-101,40]]]}"}],
                   "attributes":[{"id":"1","taxonomy_term_id":"%1$shealth","taxonomy_term":{"id":"%1$shealth","code":"%1$shealth","name":"Health %1$s","description":"x"}},
                     {"id":"2","taxonomy_term":{"code":"stress"}}]},
                  {"id":"d","name":"Free dentist","status":"active","service_at_locations":[{"id":"2","location_id":"up"}],
                   "fees_description":"No cost. For people without insurance.","languages":[{"id":"3","name":"Spanish"}],
                   "service_areas":[{"id":"3","name":"Small square","extent_type":"geojson",
                     "extent":"{\\"type\\":\\"Feature\\",\\"geometry\\":{\\"type\\":\\"MultiPolygon\\",\\"coordinates\\":[[[[-101,40],[-100,40],[-100,41],[-101,41],[-101,40]]]]}}"}],
                   "attributes":[{"id":"3","taxonomy_term_id":"%1$steeth","taxonomy_term":{"id":"%1$steeth","code":"%1$steeth","name":"Teeth %1$s","description":"x","parent_id":"%1$shealth"}}]},
                  {"id":"e","name":"Statewide advice","status":"active","service_at_locations":[{"id":"3","location_id":"up"}],
                   "fees_description":"Sliding scale","service_areas":[{"id":"4","name":"Statewide","extent_type":"geojson","extent":"{not json"}]}]}]}""".formatted(mark));
        feeds.apply(
                steward,
                feeds.check(steward, "narrow-" + mark, "narrow.json", narrow, false)
                        .id());
    }

    @ParameterizedTest
    @CsvSource({
        "diapers, Diapers for all",
        "diapres, Diapers for all",
        "dipaers, Diapers for all",
        "pañales, Diapers for all",
        "panal, Diapers for all",
        "comida, Groceries on Mondays",
        "food, Groceries on Mondays",
        "despensa, Groceries on Mondays",
        "grocerys, Groceries on Mondays",
        "alquiler, Rental help",
        "rent, Rental help",
        "help with the rent, Rental help"
    })
    void words_are_understood_spelt_wrong_and_in_both_languages(String words, String first) {
        DirectorySearch.Found found = search.find(wanted(words + " " + mark, null, null, false), 0, 10);
        assertThat(found.hits()).extracting(h -> h.service().name()).as(words).contains(first);
    }

    @ParameterizedTest
    @CsvSource({
        "Łódź Straße, lodz strasse",
        "Piñatas & Æbleskiver, pinatas aebleskiver",
        "Ħal Għaxaq, hal ghaxaq",
        "ÞÓRSHÖFN, thorshofn",
        "Đà Nẵng, da nang",
        "Isparta Işıklı, isparta isikli"
    })
    void words_are_folded_as_the_database_folds_those_of_listings(String written, String folded) {
        assertThat(SearchWords.plain(written)).isEqualTo(folded);
        assertThat(jdbc.sql("select directory.plain(?)")
                        .param(written)
                        .query(String.class)
                        .single())
                .isEqualTo(folded.replace("pinatas ", "pinatas & "));
    }

    @Test
    void near_is_counted_in_miles_and_the_nearest_has_a_distance() {
        double[] town = search.locate(mark).orElseThrow();
        assertThat(town).containsExactly(58.3, -134.4);
        var near = search.find(wanted("", new Wanted.Near(58.35, -134.4, 20_000), null, false), 0, 10);
        assertThat(near.hits())
                .extracting(h -> h.service().name())
                .containsExactly("Boxes at the harbour", "Diapers for all", "Groceries on Mondays");
        assertThat(near.hits().getLast().metres()).isBetween(5_500.0, 5_600.0);
        assertThat(search.locate("Nowhere at all")).isEmpty();
    }

    @Test
    void open_is_reckoned_where_it_is_by_weekly_and_monthly_rules_and_not_when_all_is_closed() {
        assertThat(open("2026-11-30T18:30:00Z")).as("Monday 9:30 in Juneau").isTrue();
        assertThat(open("2026-11-30T21:30:00Z")).as("Monday 12:30").isFalse();
        assertThat(open("2026-12-08T18:30:00Z")).as("second Tuesday").isTrue();
        assertThat(open("2026-12-01T18:30:00Z")).as("first Tuesday").isFalse();
        assertThat(open("2026-12-28T18:30:00Z")).as("a Monday that is closed").isFalse();
    }

    @Test
    void who_is_open_over_night_is_found_after_midnight_too() {
        assertThat(open("boxes", "2026-11-30T05:30:00Z"))
                .as("Sunday 20:30 in Juneau")
                .isTrue();
        assertThat(open("boxes", "2026-11-30T10:30:00Z")).as("Monday 1:30").isTrue();
        assertThat(open("boxes", "2026-11-30T16:30:00Z")).as("Monday 7:30").isFalse();
        assertThat(open("boxes", "2026-12-01T05:30:00Z")).as("Monday 20:30").isFalse();
    }

    @Test
    void a_night_that_stands_from_before_is_found_once_the_migration_has_run() throws Exception {
        String service = search.find(wanted("boxes " + mark, null, null, false), 0, 5)
                .hits()
                .getFirst()
                .service()
                .id();
        String migration = new String(
                new org.springframework.core.io.ClassPathResource("db/migration/directory/V11__nights.sql")
                        .getInputStream()
                        .readAllBytes(),
                java.nio.charset.StandardCharsets.UTF_8);
        new org.springframework.transaction.support.TransactionTemplate(transactions).executeWithoutResult(changes -> {
            changes.setRollbackOnly();
            jdbc.sql("delete from directory.opening where service_id = ?")
                    .param(service)
                    .update();
            jdbc.sql("""
                    insert into directory.opening (service_id, day, opens, closes, zone, valid_to)
                    values (?, 7, '20:00', '07:00', 'America/Juneau', '2026-11-29'), (?, 3, '09:00', '00:00', 'America/Juneau', null)""").params(service, service).update();
            assertThat(open("boxes", "2026-11-30T10:30:00Z")).as("Monday 1:30").isFalse();
            jdbc.sql("set local search_path to directory").update();
            jdbc.sql(migration).update();
            jdbc.sql("set local search_path to default").update();
            assertThat(open("boxes", "2026-11-30T05:30:00Z")).as("Sunday 20:30").isTrue();
            assertThat(open("boxes", "2026-11-30T10:30:00Z")).as("Monday 1:30").isTrue();
            assertThat(open("boxes", "2026-11-30T16:30:00Z")).as("Monday 7:30").isFalse();
            assertThat(open("boxes", "2026-12-03T08:45:00Z"))
                    .as("Wednesday 23:45")
                    .isTrue();
            assertThat(open("boxes", "2026-12-07T10:30:00Z"))
                    .as("a Monday after the last night")
                    .isFalse();
        });
    }

    private boolean open(String moment) {
        return open("diapers", moment);
    }

    private boolean open(String what, String moment) {
        return search.find(new Wanted(what + " " + mark, null, null, null, Instant.parse(moment), false, false), 0, 5)
                        .total()
                > 0;
    }

    @ParameterizedTest
    @CsvSource({"2026-11-30, true", "2026-12-01, false", "2026-12-08, true", "2026-12-28, false"})
    void who_says_a_day_finds_what_is_open_then_and_a_holiday_is_no_such_day(String day, boolean open) {
        HelpAsked asked = HelpAsked.of(java.util.Map.of("words", "diapers " + mark, "when", "date", "on", day));
        assertThat(help.answer(asked, text(), null, 5).found().hits())
                .extracting(hit -> hit.service().name())
                .isEqualTo(open ? java.util.List.of("Diapers for all") : java.util.List.of());
    }

    @Test
    void a_page_that_is_there_no_more_is_the_last_one_there_is() {
        HelpSearch.Answer answer = help.answer(
                HelpAsked.of(java.util.Map.of("near", mark + "ton", "miles", "50", "page", "999")), text(), null, 2);
        assertThat(answer.asked().page()).isEqualTo(2);
        assertThat(answer.found().hits()).hasSize(1);
        assertThat(help.answer(HelpAsked.of(java.util.Map.of("words", "nothing" + mark, "page", "9")), text(), null, 2)
                        .asked()
                        .page())
                .isEqualTo(1);
    }

    @Test
    void what_somebody_looks_for_is_in_no_log_and_in_no_table() throws Exception {
        String secret = "shelter" + mark.replaceAll("[0-9]", "x") + "fromhim";
        ch.qos.logback.classic.Logger root =
                (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var heard = new ch.qos.logback.core.read.ListAppender<ch.qos.logback.classic.spi.ILoggingEvent>();
        heard.start();
        root.addAppender(heard);
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String asked : java.util.List.of(
                    "/find-help?words=" + secret,
                    "/find-help?near=" + secret,
                    "/hsds/services?search=" + secret,
                    "/hsds/services?" + secret + "=1",
                    "/hsds/service_at_locations?proximity=1&postcode=" + secret)) {
                http.send(HttpRequest.newBuilder(URI.create(url(asked))).build(), HttpResponse.BodyHandlers.ofString());
            }
        } finally {
            root.detachAppender(heard);
        }
        assertThat(java.util.List.copyOf(heard.list))
                .noneMatch(event -> event.getFormattedMessage().contains(secret)
                        || event.getThrowableProxy() != null
                                && ch.qos.logback.classic.spi.ThrowableProxyUtil.asString(event.getThrowableProxy())
                                        .contains(secret));
        assertThat(tablesWith(secret)).isEmpty();
        jdbc.sql("insert into directory.word values (?)").param(secret).update();
        try {
            assertThat(tablesWith(secret)).as("it would be seen").containsExactly("directory.word");
        } finally {
            jdbc.sql("delete from directory.word where word = ?").param(secret).update();
        }
    }

    /** Every table in which this stands as text, of every feature. */
    private java.util.List<String> tablesWith(String secret) {
        java.util.List<String> tables = jdbc.sql("""
                        select quote_ident(schemaname) || '.' || quote_ident(relname) from pg_stat_user_tables
                         where relid in (select oid from pg_class where relkind = 'r') order by 1""").query(String.class).list();
        assertThat(tables).contains("audit.event", "directory.word").hasSizeGreaterThan(50);
        return tables.stream()
                .filter(table -> jdbc.sql(
                                "select exists (select from " + table + " t where t::text like '%' || ? || '%')")
                        .param(secret)
                        .query(Boolean.class)
                        .single())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void a_listing_tells_all_that_its_source_said(String language, int width) throws Exception {
        Path file = Files.writeString(folder.resolve("all-" + language + ".json"), """
                {"id":"w","name":"Whole %1$s","description":"x","programs":[{"id":"p","name":"Program %1$s","description":"x"}],
                 "locations":[{"id":"w","location_type":"physical","name":"Hall","latitude":64.8,"longitude":-147.7,
                   "phones":[{"id":"p","number":"907-555-0177"}],"accessibility":[{"id":"a","description":"Wheelchair ramp","details":"Ring at the blue door."}],
                   "addresses":[{"address_1":"9 Birch","city":"Fairbanks","state_province":"AK","postal_code":"99701","country":"US","address_type":"physical"}]}],
                 "services":[{"id":"w","name":"Wholesome %1$s","description":"A hot meal","status":"active","program_id":"p","email":"meal@whole.example",
                   "url":"https://whole.example/meal","eligibility_description":"For anybody over 60","fees_description":"Two dollars","application_process":"Ring the bell",
                   "assured_date":"2026-10-02","minimum_age":60,
                   "required_documents":[{"id":"1","document":"Photo ID"},{"id":"2","document":"Proof of address"}],
                   "cost_options":[{"id":"1","option":"Under 18","amount":0},{"id":"2","option":"Over 60","amount":1250.5,"currency":"usd","amount_description":"a year"},
                    {"id":"3","option":"Long ago","amount":"9","valid_to":"2020-01-01"},{"id":"4","amount":3,"currency":"chips","valid_from":"2099-01-01","valid_to":"2099-12-31"}],
                   "languages":[{"id":"1","code":"es"}],"service_areas":[{"id":"1","name":"North Pole"},{"id":"2","name":"Fairbanks"}],
                   "capacities":[{"id":"1","unit":{"id":"1","name":"meals"},"available":7,"maximum":9,"updated":"2026-01-01T00:00:00Z"}],
                   "service_at_locations":[{"id":"w","location_id":"w","schedules":[
                    {"id":"1","freq":"WEEKLY","byday":"MO","opens_at":"09:00","closes_at":"12:00","timezone":"America/Anchorage"},
                    {"id":"2","description":"Alaska Day","closed":true,"valid_from":"2099-10-18","valid_to":"2099-10-18","timezone":"America/Anchorage"}]}]}]}""".formatted(mark));
        feeds.apply(
                steward,
                feeds.check(steward, "whole-" + mark, "whole.json", file, false).id());
        Service service = search.find(wanted("wholesome " + mark, null, null, false), 0, 5)
                .hits()
                .getFirst()
                .service();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/find-help/services/" + service.id()));
            assertThat(page.locator("main").innerText())
                    .contains("Wholesome " + mark, "Whole " + mark, "A hot meal", "For anybody over 60", "Two dollars")
                    .contains("Ring the bell", "Photo ID; Proof of address", "North Pole, Fairbanks", "Hall, 9 Birch")
                    .contains("meal@whole.example", "https://whole.example/meal", "907-555-0177", "7", "Alaska Day")
                    .contains("Wheelchair ramp Ring at the blue door.", "Program " + mark)
                    .doesNotContain("Long ago")
                    .contains(
                            language.equals("es")
                                    ? java.util.List.of("español", "Acceso en silla de ruedas", "2 oct 2026", "lunes")
                                    : java.util.List.of("Spanish", "Wheelchair access", "Oct 2, 2026", "Monday"))
                    .contains(
                            language.equals("es")
                                    ? java.util.List.of(
                                            "Under 18: Gratis",
                                            "Over 60: $1,250.50 a year",
                                            "desde el 1 ene 2099, hasta el 31 dic 2099")
                                    : java.util.List.of(
                                            "Under 18: Free",
                                            "Over 60: $1,250.50 a year",
                                            "3 chips (from Jan 1, 2099, until Dec 31, 2099)"));
            looksRight(page, "service-whole", language, width);
        }
    }

    @Test
    void what_is_full_is_left_out_for_those_who_want_room() {
        assertThat(search.find(wanted("groceries " + mark, null, null, true), 0, 5)
                        .hits())
                .isEmpty();
        assertThat(search.find(wanted("groceries " + mark, null, null, false), 0, 5)
                        .hits())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "insurance=medicaid | Clinic for all",
                "insurance=medicare | Clinic for all",
                "insurance=private | Clinic for all",
                "insurance=none | Free dentist",
                "insurance=tricare | ",
                "insurance=elvish | Clinic for all, Free dentist, Statewide advice",
                "language=vi | Clinic for all",
                "language=es | Clinic for all, Free dentist",
                "free=true | Free dentist",
                "wheelchair=true | Clinic for all",
                "wheelchair=true&free=true | ",
                "language=es&insurance=medicaid&wheelchair=true | Clinic for all",
                "term=MARKteeth | Free dentist",
                "term=MARKhealth | Clinic for all, Free dentist",
                "category=stress | Clinic for all",
                "serves=true&near=MARKton | Clinic for all, Statewide advice",
                "serves=true&near=40.9,-100.5 | Clinic for all, Free dentist, Statewide advice",
                "serves=true&near=41.5,-100.5 | Clinic for all, Statewide advice",
                "words=dentist&language=es&free=true | Free dentist",
                "when=now&on=x&room=true&insurance=medicaid | ",
            })
    void what_narrows_the_search_can_be_combined(String query, String expected) {
        java.util.Map<String, String> asked =
                new java.util.HashMap<>(java.util.Map.of("near", mark + "ton", "miles", "50"));
        for (String one : query.split("&")) {
            String[] parts = one.split("=");
            asked.put(parts[0], parts[1].replace("MARK", mark));
        }
        assertThat(help.answer(HelpAsked.of(asked), text(), null, 20).found().hits())
                .extracting(hit -> hit.service().name())
                .containsExactlyInAnyOrder(expected == null ? new String[0] : expected.split(", "));
    }

    @Test
    void what_cannot_be_asked_is_told_or_passed_over() {
        HelpSearch.Answer nowhere = help.answer(HelpAsked.of(java.util.Map.of("serves", "true")), text(), null, 5);
        assertThat(nowhere.errors().of("near")).contains("ZIP code");
        HelpAsked asked = HelpAsked.of(java.util.Map.of(
                "language",
                "'; drop",
                "insurance",
                "x".repeat(9_000),
                "term",
                "\0" + "t".repeat(9_000),
                "when",
                "never"));
        assertThat(asked.isNarrowed()).as("only the term, cut").isTrue();
        assertThat(asked.term()).hasSize(200);
        assertThat(help.answer(asked, text(), null, 5).found().hits()).isEmpty();
    }

    @Test
    void a_listing_that_takes_no_insurance_or_costs_something_for_some_says_so() {
        assertThat(traits("{\"fees_description\":\"We do not accept Medicaid. Medicare is welcome.\"}"))
                .containsExactly("takes:medicare");
        assertThat(traits("{\"fees_description\":\"Free for children, $20 for adults\"}"))
                .isEmpty();
        assertThat(traits("{\"cost_options\":[{\"id\":\"1\",\"amount\":0}]}")).containsExactly("free");
        assertThat(traits(
                        "{\"fees_description\":\"Gratis\",\"languages\":[{\"name\":\"Spanish\"},{\"code\":\"zz9\"}]}"))
                .containsExactlyInAnyOrder("free", "lang:es");
    }

    private java.util.List<String> traits(String document) {
        return jdbc.sql("""
                select t from (select cast(? as jsonb) as d) s, lateral (
                    select 'takes:' || i as t from unnest(directory.insurances_of(d)) i
                    union all select 'lang:' || l from unnest(directory.languages_of(d)) l
                    union all select 'free' where directory.is_free(d)) traits""").param(document).query(String.class).list();
    }

    @Test
    void who_finds_something_full_is_told_what_else_has_room() {
        Service full = search.find(wanted("groceries " + mark, null, null, false), 0, 5)
                .hits()
                .getFirst()
                .service();
        assertThat(full.isFull()).isTrue();
        assertThat(help.instead(full))
                .extracting(hit -> hit.service().name())
                .as("the same need, near, with room")
                .containsExactly("Boxes at the harbour");
        assertThat(help.instead(full).getFirst().metres()).isLessThan(5_000.0);
        try (BrowserContext context = chromium.context(390, "es")) {
            Page page = context.newPage();
            page.navigate(url("/find-help/services/" + full.id()));
            assertThat(page.locator("#full").innerText()).contains("Boxes at the harbour");
            looksRight(page, "service-full", "es", 390);
        }
    }

    @Test
    void a_place_with_a_postcode_alone_is_about_where_the_postcode_is_until_its_source_says_better() throws Exception {
        double[] middle = PostcodeCentroids.of("83414").orElseThrow();
        bring("valley.json", "", "83414", "US");
        DirectorySearch.Hit about = near(middle, 1_000).getFirst();
        assertThat(about.service().name()).isEqualTo("Valley bicycles " + mark);
        assertThat(about.distance()).isEqualTo(new Distance(0, true));
        assertThat(about.distance().words(text())).isEqualTo("About 1 mile away");
        assertThat(search.locate("Valleyburg " + mark))
                .as("its town is there, too")
                .hasValueSatisfying(at -> assertThat(at).containsExactly(middle));

        double north = middle[0] + 0.1;
        bring("said.json", "\"latitude\":%s,\"longitude\":%s,".formatted(north, middle[1]), "83414", "US");
        assertThat(near(middle, 1_000)).as("what the source says goes ahead").isEmpty();
        DirectorySearch.Hit said = near(middle, 20_000).getFirst();
        assertThat(said.metres()).isBetween(11_000.0, 11_200.0);
        assertThat(said.about()).isFalse();
        assertThat(said.distance().words(text())).isEqualTo("6.9 miles away");

        bring("half.json", "\"latitude\":%s,".formatted(north), "83414", "US");
        assertThat(near(middle, 1_000)).as("half a point is none").hasSize(1);
        bring("moved.json", "", "83422", "");
        assertThat(near(middle, 1_000)).as("another postcode").isEmpty();
        assertThat(near(PostcodeCentroids.of("83422").orElseThrow(), 1_000)).hasSize(1);
        bring("abroad.json", "", "83414", "DE");
        assertThat(near(middle, 100_000)).as("a postcode of Upper Bavaria").isEmpty();
        bring("unsaid.json", "", "00000", "US");
        assertThat(near(middle, 100_000)).as("a postcode that is none").isEmpty();
    }

    @Test
    void a_place_from_before_postcodes_were_looked_up_is_placed_without_anybody_doing_anything() throws Exception {
        double[] middle = PostcodeCentroids.of("83414").orElseThrow();
        bring("before.json", "", "83414", "US");
        jdbc.sql("""
                update directory.location set middle_latitude = null, middle_longitude = null, middle_of = null
                 where city = ?""").param("Valleyburg " + mark).update();
        java.time.Instant end = java.time.Instant.now().plusSeconds(30);
        while (near(middle, 1_000).isEmpty() && java.time.Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(near(middle, 1_000)).hasSize(1);
    }

    private void bring(String name, String point, String postcode, String country) throws Exception {
        Path file = Files.writeString(folder.resolve(name), """
                {"id":"v","name":"Valley %1$s","description":"x",
                 "locations":[{"id":"v","location_type":"physical","name":"Barn",%2$s
                   "addresses":[{"address_1":"1 Alta","city":"Valleyburg %1$s","state_province":"WY","postal_code":"%3$s","country":"%4$s","address_type":"physical"}]}],
                 "services":[{"id":"v","name":"Valley bicycles %1$s","status":"active","service_at_locations":[{"id":"v","location_id":"v"}],
                   "translations":{"es":{"name":"Bicicletas del valle %1$s"}}}]}""".formatted(mark, point, postcode, country));
        feeds.apply(
                steward,
                feeds.check(steward, "valley-" + mark, name, file, false).id());
    }

    private java.util.List<DirectorySearch.Hit> near(double[] middle, double metres) {
        return search.find(wanted("valley " + mark, new Wanted.Near(middle[0], middle[1], metres), null, false), 0, 5)
                .hits();
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 1280", "en, 390", "es, 390"})
    void a_service_is_called_as_the_reader_says_and_the_name_on_the_door_stands_beside(String language, int width)
            throws Exception {
        bring("names.json", "", "83414", "US");
        String own = (language.equals("es") ? "Bicicletas del valle " : "Valley bicycles ") + mark;
        for (String words : java.util.List.of("valley bicycles " + mark, "bicicletas del valle " + mark)) {
            try (BrowserContext context = chromium.context(width, language)) {
                Page page = context.newPage();
                page.navigate(url("/find-help?near=83414&words=" + words.replace(" ", "+")));
                assertThat(page.locator("#services h2 a").allInnerTexts()).containsExactly(own);
                assertThat(page.locator("#services").innerText())
                        .contains(language.equals("es") ? "A 1 milla, más o menos" : "About 1 mile away");
                if (language.equals("es")) {
                    assertThat(page.locator("#services h2 [lang=en]").innerText())
                            .isEqualTo("Valley bicycles " + mark);
                } else {
                    assertThat(page.locator("#services h2 [lang]").count()).isZero();
                }
                looksRight(page, "find-help-names", language, width);
                press(page, "#services h2 a");
                assertThat(page.locator("h2").allInnerTexts())
                        .contains(language.equals("es") ? own + " (Valley bicycles " + mark + ")" : own);
                looksRight(page, "service-names", language, width);
            }
        }
    }

    private health.weft.ui.Text text() {
        return new health.weft.ui.Text(messages, java.util.Locale.ENGLISH, java.time.ZoneOffset.UTC);
    }

    private static Wanted wanted(String words, Wanted.Near near, Instant open, boolean room) {
        return new Wanted(words, null, null, near, open, false, room);
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void anybody_finds_help_without_an_account_or_a_cookie(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/find-help"));
            page.fill("#words", "diapres " + mark);
            page.fill("#near", mark);
            press(page, "main form button");
            assertThat(page.locator("#services").innerText()).contains("Diapers for all", "907-555-0100", "diapers");
            looksRight(page, "find-help", language, width);
            page.navigate(url("/find-help?near=" + mark + "ton&wheelchair=true&insurance=medicaid&language=es"));
            assertThat(page.locator("#services h2 a").allInnerTexts()).containsExactly("Clinic for all");
            looksRight(page, "find-help-narrowed", language, width);
            page.navigate(url("/find-help?near=" + mark + "ton&miles=50"));
            assertThat(page.locator(".weft-sketch a").count())
                    .as("two sites close by")
                    .isBetween(1, 2);
            page.locator(".weft-sketch a").first().focus();
            page.keyboard().press("Enter");
            page.waitForURL(Pattern.compile(".*#service-.*")); // a point leads to its listing
            looksRight(page, "find-help-map", language, width);
            page.navigate(url("/find-help?near=Nowhereville&when=date&on=tomorrow"));
            assertThat(page.locator(".govuk-error-summary li"))
                    .satisfies(l -> assertThat(l.count()).isEqualTo(2));
            looksRight(page, "find-help-errors", language, width);
            page.navigate(url("/find-help?words=diapres+" + mark));
            press(page, "#services h2 a");
            assertThat(page.url()).contains("/find-help/services/");
            assertThat(page.locator("main").innerText())
                    .as("the second Tuesday of a month")
                    .contains(language.equals("es") ? "Próximos días" : "Next days");
            assertThat(context.cookies()).isEmpty();
        }
    }

    @Test
    void the_public_page_sets_no_cookie() throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url("/find-help?words=food")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    }
}
