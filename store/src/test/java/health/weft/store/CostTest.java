package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.time.Duration;
import java.util.List;
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
