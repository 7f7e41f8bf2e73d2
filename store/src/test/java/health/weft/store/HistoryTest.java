package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.FhirDate;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class HistoryTest {
    static RecordStore store;
    static Stored ana;
    static Stored bob;
    static Stored org;

    @BeforeAll
    static void fill() throws InterruptedException {
        store = new RecordStore(TestDatabase.fresh());
        ana = store.create(Json.parse("{\"resourceType\":\"Patient\"}"), Shelf.CLINIC, Visibility.ALL);
        Thread.sleep(5);
        bob = store.create(
                Json.parse("{\"resourceType\":\"Patient\"}"), new Author("Organization/other"), Visibility.ALL);
        Thread.sleep(5);
        ObjectNode changed = ana.json();
        changed.put("gender", "female");
        ana = store.update(changed, null, Shelf.CLINIC, Visibility.ALL);
        Thread.sleep(5);
        org = store.create(
                Json.parse("{\"resourceType\":\"Organization\",\"name\":\"O\"}"), Shelf.CLINIC, Visibility.ALL);
        Thread.sleep(5);
        store.delete("Patient", ana.id(), null, Shelf.CLINIC, Visibility.ALL);
    }

    static List<String> versions(
            @Nullable String type, @Nullable String id, @Nullable Instant since, @Nullable String at, Visibility who) {
        return store.history(new HistoryRequest(type, id, since, date(at), 100, null, ""), who).versions().stream()
                .map(HistoryTest::told)
                .toList();
    }

    private static @Nullable FhirDate date(@Nullable String text) {
        return text == null ? null : FhirDate.parse(text).orElseThrow();
    }

    static String told(Stored s) {
        String name = s.rid() == ana.rid() ? "ana" : s.rid() == bob.rid() ? "bob" : "org";
        return name + s.version() + (s.deleted() ? " gone" : "");
    }

    @Test
    void of_one_of_a_type_and_of_all_newest_first() {
        assertThat(versions("Patient", ana.id(), null, null, Visibility.ALL))
                .containsExactly("ana3 gone", "ana2", "ana1");
        assertThat(versions("Patient", null, null, null, Visibility.ALL))
                .containsExactly("ana3 gone", "ana2", "bob1", "ana1");
        assertThat(versions(null, null, null, null, Visibility.ALL))
                .containsExactly("ana3 gone", "org1", "ana2", "bob1", "ana1");
    }

    @Test
    void since_keeps_what_was_made_then_or_later() {
        assertThat(versions(null, null, ana.updated(), null, Visibility.ALL))
                .containsExactly("ana3 gone", "org1", "ana2");
        assertThat(versions("Patient", null, Instant.now().plusSeconds(60), null, Visibility.ALL))
                .isEmpty();
    }

    @Test
    void at_keeps_what_stood_then() {
        String then = bob.updated().toString();
        assertThat(versions("Patient", null, null, then, Visibility.ALL)).containsExactly("bob1", "ana1");
        assertThat(versions("Patient", ana.id(), null, ana.updated().toString(), Visibility.ALL))
                .containsExactly("ana2");
        assertThat(versions(null, null, null, "2001", Visibility.ALL)).isEmpty();
    }

    @Test
    void only_what_may_be_seen_now() {
        Visibility others = new Visibility("r.owner = ?", List.of("Organization/other"));
        assertThat(versions(null, null, null, null, others)).containsExactly("bob1");
        assertThat(versions("Patient", ana.id(), null, null, others)).isEmpty();
    }

    @Test
    void its_pages_neither_skip_nor_repeat_and_their_tokens_fit_nothing_else() {
        List<String> walked = new ArrayList<>();
        String page = null;
        do {
            HistoryPage got = store.history(new HistoryRequest(null, null, null, null, 2, page, ""), Visibility.ALL);
            got.versions().forEach(s -> walked.add(told(s)));
            page = got.next();
        } while (page != null);
        assertThat(walked).isEqualTo(versions(null, null, null, null, Visibility.ALL));
        String first = store.history(new HistoryRequest(null, null, null, null, 2, null, ""), Visibility.ALL)
                .next();
        assertThatThrownBy(() ->
                        store.history(new HistoryRequest("Patient", null, null, null, 2, first, ""), Visibility.ALL))
                .isInstanceOf(InvalidResource.class);
    }
}
