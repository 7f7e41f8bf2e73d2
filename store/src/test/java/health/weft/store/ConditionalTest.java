package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.store.RecordStore.Conditional;
import health.weft.store.StoreException.Category;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Writes under a condition, alone and thirty-two at once, on the real database. */
class ConditionalTest {
    static final RecordStore STORE = new RecordStore(TestDatabase.fresh(), new Refusing());
    static final Author CLINIC = Shelf.CLINIC;

    /** Refuses whoever is called Nobody, as a feature would. */
    private static final class Refusing implements StoreListener {
        @Override
        public boolean writing(@Nullable Stored before, @Nullable ObjectNode after, Author author) {
            if (after != null && after.toString().contains("Nobody")) {
                throw StoreException.refused(409, List.of(Issue.error("conflict", "Nobody is nobody.")));
            }
            return false;
        }

        @Override
        public void written(Stored now, @Nullable Stored before, ObjectNode json, Author author) {
            if (json.toString().contains("Nowhere")) {
                throw StoreException.refused(403, List.of(Issue.error("forbidden", "Nowhere is nowhere.")));
            }
        }
    }

    static ObjectNode patient(String mrn) {
        return Json.parse(
                "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:mrn\",\"value\":\"" + mrn + "\"}]}");
    }

    private static <T> List<Future<T>> together(int number, Callable<T> work) throws InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(number)) {
            return threads.invokeAll(
                    IntStream.range(0, number).mapToObj(i -> work).toList());
        }
    }

    @Test
    void thirty_two_conditional_creates_at_once_make_one_resource() throws Exception {
        List<Future<Conditional>> made = together(
                32, () -> STORE.createIfNoneExist(patient("once"), "identifier=urn:mrn|once", CLINIC, Visibility.ALL));
        int created = 0;
        for (Future<Conditional> one : made) {
            created += one.get().created() ? 1 : 0;
        }
        assertThat(created).isEqualTo(1);
        assertThat(STORE.search(
                                health.weft.fhir.SearchRequest.parse(
                                        "Patient", "identifier=urn:mrn|once&_summary=count"),
                                Visibility.ALL)
                        .total())
                .isEqualTo(1);
    }

    @Test
    void of_thirty_two_updates_of_one_version_one_goes_through() throws Exception {
        Stored stored = STORE.create(patient("race"), CLINIC, Visibility.ALL);
        List<Future<Integer>> answers = together(32, () -> {
            try {
                return STORE.update(stored.json(), 1, CLINIC, Visibility.ALL).version();
            } catch (StoreException e) {
                return e.category() == Category.VERSION_CONFLICT ? 412 : 500;
            }
        });
        int through = 0;
        int conflicts = 0;
        for (Future<Integer> answer : answers) {
            through += answer.get() == 2 ? 1 : 0;
            conflicts += answer.get() == 412 ? 1 : 0;
        }
        assertThat(through).isEqualTo(1);
        assertThat(conflicts).isEqualTo(31);
        assertThat(STORE.history("Patient", stored.id(), Visibility.ALL, 10)).hasSize(2);
    }

    @Test
    void a_conditional_update_creates_updates_or_refuses() {
        Conditional made = STORE.updateWhere(
                patient("up"), "identifier=urn:mrn|up", Precondition.NONE, CLINIC, Visibility.ALL, Visibility.ALL);
        assertThat(made.created()).isTrue();
        ObjectNode changed = patient("up");
        changed.put("gender", "other");
        Conditional again = STORE.updateWhere(
                changed, "identifier=urn:mrn|up", Precondition.version(1), CLINIC, Visibility.ALL, Visibility.ALL);
        assertThat(again.created()).isFalse();
        assertThat(again.stored().id()).isEqualTo(made.stored().id());
        assertThat(again.stored().version()).isEqualTo(2);
        ObjectNode wrongId = patient("up");
        wrongId.put("id", "other");
        assertThatThrownBy(() -> STORE.updateWhere(
                        wrongId, "identifier=urn:mrn|up", Precondition.NONE, CLINIC, Visibility.ALL, Visibility.ALL))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("another id");
        assertThatThrownBy(() -> STORE.updateWhere(
                        patient("up"),
                        "identifier=urn:mrn|up",
                        Precondition.version(7),
                        CLINIC,
                        Visibility.ALL,
                        Visibility.ALL))
                .hasMessageContaining("current version is 2");
        STORE.create(patient("up"), CLINIC, Visibility.ALL);
        assertThatThrownBy(() -> STORE.updateWhere(
                        patient("up"),
                        "identifier=urn:mrn|up",
                        Precondition.NONE,
                        CLINIC,
                        Visibility.ALL,
                        Visibility.ALL))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.MULTIPLE_MATCHES));
    }

    @Test
    void a_conditional_deletion_deletes_all_that_is_allowed_at_once_or_nothing() {
        IntStream.range(0, 3).forEach(i -> STORE.create(patient("down"), CLINIC, Visibility.ALL));
        assertThatThrownBy(() -> delete("down", 1)).hasMessageContaining("Several resources");
        assertThatThrownBy(() -> delete("down", 2)).hasMessageContaining("nothing was deleted");
        assertThat(delete("down", 3)).hasSize(3);
        assertThat(delete("down", 1)).isEmpty();
        assertThatThrownBy(() ->
                        STORE.deleteWhere("Patient", "", Precondition.NONE, 1, CLINIC, Visibility.ALL, Visibility.ALL))
                .hasMessageContaining("at least one search parameter");
    }

    private static List<Stored> delete(String mrn, int most) {
        return STORE.deleteWhere(
                "Patient",
                "identifier=urn:mrn|" + mrn,
                Precondition.NONE,
                most,
                CLINIC,
                Visibility.ALL,
                Visibility.ALL);
    }

    @Test
    void what_may_not_be_searched_by_is_no_match_of_a_condition() {
        STORE.create(patient("hidden"), CLINIC, Visibility.ALL);
        Visibility none = new Visibility("r.rtype <> 'Patient'", List.of());
        assertThat(STORE.one("Patient", "identifier=urn:mrn|hidden", Visibility.ALL, none))
                .isEmpty();
        assertThat(STORE.one("Patient", "identifier=urn:mrn|hidden", Visibility.ALL, Visibility.ALL))
                .isPresent();
        assertThat(STORE.deleteWhere(
                        "Patient", "identifier=urn:mrn|hidden", Precondition.NONE, 9, CLINIC, Visibility.ALL, none))
                .isEmpty();
    }

    @Test
    void what_a_listener_refuses_is_its_entrys_answer_in_a_batch_and_names_the_entry_in_a_transaction() {
        ObjectNode batch = bundle("batch", "Somebody", "Nobody", "Nowhere", "Anybody");
        TransactionResult result = STORE.transaction(batch, CLINIC, Visibility.ALL);
        assertThat(result.entries()).extracting(TransactionResult.Entry::status).containsExactly(201, 409, 403, 201);
        assertThat(result.entries().get(1).issues().getFirst().diagnostics()).isEqualTo("Nobody is nobody.");
        assertThat(names("Somebody,Nobody,Nowhere,Anybody")).isEqualTo(2);
        assertThatThrownBy(
                        () -> STORE.transaction(bundle("transaction", "Everybody", "Nobody"), CLINIC, Visibility.ALL))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.status()).isEqualTo(409);
                    assertThat(e.issues().getFirst().expression()).isEqualTo("Bundle.entry[1]");
                });
        assertThat(names("Everybody")).isZero();
    }

    private static long names(String names) {
        return STORE.search(health.weft.fhir.SearchRequest.parse("Patient", "family=" + names), Visibility.ALL)
                .matches()
                .size();
    }

    private static ObjectNode bundle(String type, String... families) {
        ObjectNode bundle = Json.object("Bundle").put("type", type);
        for (String family : families) {
            ObjectNode entry = bundle.withArrayProperty("entry").addObject();
            entry.set(
                    "resource",
                    Json.parse("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"" + family + "\"}]}"));
            entry.putObject("request").put("method", "POST").put("url", "Patient");
        }
        return bundle;
    }
}
