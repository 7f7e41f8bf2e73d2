package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.store.RecordStore.Question;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What would cost too much is stopped, with a word how to narrow it. */
class CostTest {
    static final DataSource DATABASE = TestDatabase.fresh();

    @Test
    void a_search_that_takes_too_long_is_stopped_and_the_limit_holds_for_it_alone() {
        RecordStore store = new RecordStore(DATABASE, new RecordStore.Options(List::of, Duration.ofMillis(300)));
        store.create(Json.parse("{\"resourceType\":\"Patient\"}"), Shelf.CLINIC, Visibility.ALL);
        Visibility slow = new Visibility("pg_sleep(5)::text is not null", List.of());
        assertThatThrownBy(() -> store.search(SearchRequest.parse("Patient", "active:missing=true"), slow))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.category()).isEqualTo(StoreException.Category.TOO_COSTLY);
                    assertThat(e).hasMessageContaining("Narrow it");
                });
        Visibility slower = new Visibility("pg_sleep(0.4)::text is not null", List.of());
        assertThat(store.compartment(
                        store.search(SearchRequest.parse("Patient", ""), Visibility.ALL)
                                .matches()
                                .getFirst()
                                .rid(),
                        Everything.ALL,
                        0,
                        10,
                        slower))
                .hasSize(1);
    }

    @Test
    void a_search_by_code_in_one_record_looks_at_what_has_the_code_and_at_nothing_else_of_the_record()
            throws Exception {
        RecordStore store = new RecordStore(DATABASE);
        String patient = store.create(Json.parse("{\"resourceType\":\"Patient\"}"), Shelf.CLINIC, Visibility.ALL)
                .reference();
        for (int i = 0; i < 120; i++) {
            store.create(
                    Json.parse("""
                            {"resourceType":"Observation","status":"final","subject":{"reference":"%s"},"effectiveDateTime":"20%02d",
                             "code":{"coding":[{"system":"urn:lab","code":"%s"}]}}""".formatted(patient, 24 - i % 20, i % 40 == 7 ? "rare" : "often")),
                    Shelf.CLINIC,
                    Visibility.ALL);
        }
        Visibility counting = counting();
        for (String search : List.of("", "&status=final", "&_sort=-date", "&date=gt2000")) {
            long before = looked();
            assertThat(store.search(
                                    SearchRequest.parse(
                                            "Observation", "patient=" + patient + "&code=urn:lab|rare" + search),
                                    counting)
                            .matches())
                    .as(search)
                    .hasSize(3);
            assertThat(looked() - before).as(search).isEqualTo(3);
        }
    }

    @Test
    void a_page_of_what_refers_to_somebody_is_all_that_is_looked_at() throws Exception {
        RecordStore store = new RecordStore(DATABASE);
        String patient = store.create(
                        Json.parse("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Quenneville\"}]}"),
                        Shelf.CLINIC,
                        Visibility.ALL)
                .reference();
        for (int i = 0; i < 90; i++) {
            store.create(
                    Json.parse(
                            "{\"resourceType\":\"Flag\",\"status\":\"active\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\""
                                    + patient + "\"}}"),
                    Shelf.CLINIC,
                    Visibility.ALL);
        }
        Visibility counting = counting();
        for (String search : List.of("patient=" + patient, "patient:Patient.family=quenneville")) {
            long before = looked();
            assertThat(store.search(SearchRequest.parse("Flag", search + "&_count=5"), counting)
                            .matches())
                    .as(search)
                    .hasSize(5);
            assertThat(looked() - before).as(search).isBetween(6L, 20L);
        }
        long before = looked();
        long rid = store.read("Patient", patient.substring(8), Visibility.ALL)
                .orElseThrow()
                .rid();
        assertThat(store.compartment(rid, Everything.ALL, 0, 5, counting)).hasSize(5);
        assertThat(looked() - before).isEqualTo(5);
    }

    /** Lets everybody see everything, and counts the rows that it is asked about; the planner knows what is there. */
    private static Visibility counting() throws SQLException {
        try (Connection c = DATABASE.getConnection();
                Statement s = c.createStatement()) {
            s.execute("create sequence if not exists record.looked; analyze");
        }
        return new Visibility("nextval('record.looked') > 0", List.of());
    }

    private static long looked() throws SQLException {
        try (Connection c = DATABASE.getConnection();
                Statement s = c.createStatement();
                ResultSet row =
                        s.executeQuery("select case when is_called then last_value else 0 end from record.looked")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void a_question_goes_before_a_search_and_no_limit_outlives_the_journey_of_both() throws Exception {
        try (Connection c = DATABASE.getConnection();
                Statement s = c.createStatement()) {
            RecordStore store = new RecordStore(always(c));
            store.create(
                    Json.parse("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"one\"}}"),
                    Shelf.CLINIC,
                    Visibility.ALL);
            for (String search :
                    List.of("", "_total=accurate", "_sort=-_lastUpdated", "code:text=one", "created=ge1990")) {
                SearchRequest request = SearchRequest.parse("Basic", search);
                for (int i = 0; i < 7; i++) {
                    assertThat(store.search(
                                            asked(i % 2 == 0),
                                            request,
                                            Visibility.ALL,
                                            Visibility.ALL,
                                            Duration.ofSeconds(1))
                                    .map(page -> page.matches().stream()
                                            .map(Stored::rid)
                                            .toList()
                                            .equals(store.search(request, Visibility.ALL).matches().stream()
                                                    .map(Stored::rid)
                                                    .toList())))
                            .as(search)
                            .isEqualTo(i % 2 == 0 ? Optional.of(true) : Optional.empty());
                }
            }
            Visibility slow = new Visibility("pg_sleep(5)::text is not null", List.of());
            SearchRequest all = SearchRequest.parse("Basic", "");
            assertThatThrownBy(() -> store.search(asked(true), all, slow, slow, Duration.ofMillis(300)))
                    .isInstanceOf(StoreException.class);
            try (ResultSet row =
                    s.executeQuery("select current_setting('statement_timeout'), current_setting('plan_cache_mode')")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("0");
                assertThat(row.getString(2)).isEqualTo("auto");
            }
        }
    }

    /** One connection for all that is done, which nobody closes. */
    private static DataSource always(Connection c) {
        ClassLoader loader = CostTest.class.getClassLoader();
        Object kept = Proxy.newProxyInstance(loader, new Class<?>[] {Connection.class}, (proxy, method, args) -> {
            try {
                return method.getName().equals("close") ? null : method.invoke(c, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
        return (DataSource)
                Proxy.newProxyInstance(loader, new Class<?>[] {DataSource.class}, (proxy, method, args) -> kept);
    }

    private static Question<Boolean> asked(boolean answer) {
        return new Question<>("select ?::boolean", List.of(answer), rows -> rows.next() && rows.getBoolean(1));
    }

    @Test
    void too_many_values_and_too_long_chains_are_refused() {
        String values = IntStream.range(0, 2001).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertThatThrownBy(() -> SearchRequest.parse("Patient", "_id=" + values))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("at most 2000 values");
        String chain = "partof.".repeat(9) + "name=x";
        assertThatThrownBy(() -> SearchRequest.parse("Location", chain))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("at most 8 resources");
        String has = "_has:Location:partof:".repeat(9) + "name=x";
        assertThatThrownBy(() -> SearchRequest.parse("Location", has))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("at most 8 resources");
        assertThat(SearchRequest.parse("Location", "partof.".repeat(8) + "name=x")
                        .clauses())
                .hasSize(1);
    }
}
