package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.store.StoreException.Category;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class RecordStoreTest {
    static final Author CLINIC = new Author("Organization/clinic");
    static final Author FOOD_BANK = new Author("Organization/food-bank");
    static RecordStore store;

    @BeforeAll
    static void open() {
        store = new RecordStore(TestDatabase.fresh());
    }

    static ObjectNode patient(String family) {
        return Json.parse("""
                {"resourceType":"Patient","name":[{"family":"%s","given":["Ana"]}],"birthDate":"1980-02-03"}""".formatted(family));
    }

    static ObjectNode observation(String patient) {
        return Json.parse("""
                {"resourceType":"Observation","status":"final",
                 "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},
                 "subject":{"reference":"%s"},"effectiveDateTime":"2024-03-15T10:00:00Z",
                 "valueQuantity":{"value":1.50,"unit":"%%","system":"http://unitsofmeasure.org","code":"%%"}}""".formatted(patient));
    }

    static Visibility owned(Author author) {
        return new Visibility("r.owner = ?", List.of(author.party()));
    }

    @Test
    void a_new_resource_is_read_back_as_it_leaves_with_the_servers_id_version_time_and_source() {
        ObjectNode sent = patient("Reyes");
        sent.put("id", "mine");
        sent.putObject("meta")
                .put("versionId", "77")
                .put("source", "urn:me")
                .putArray("security")
                .addObject()
                .put("code", "R");
        Stored made = store.create(sent, CLINIC, Visibility.ALL);

        Stored read = store.read("Patient", made.id(), Visibility.ALL).orElseThrow();
        assertThat(read.version()).isEqualTo(1);
        assertThat(read.id()).isNotEqualTo("mine");
        assertThat(read.pat()).isEqualTo(read.rid());
        assertThat(read.owner()).isEqualTo("Organization/clinic");
        ObjectNode json = read.json();
        assertThat(json.path("meta").path("versionId").asString()).isEqualTo("1");
        assertThat(json.path("meta").path("source").asString()).isEqualTo("Organization/clinic");
        assertThat(json.path("meta").path("security").path(0).path("code").asString())
                .as("what its author calls sensitive is")
                .isEqualTo("R");
        assertThat(json.path("meta").path("lastUpdated").asString())
                .isEqualTo(read.updated().toString());
        assertThat(read.body()).isEqualTo(made.body());
    }

    @Test
    void decimals_keep_their_digits() {
        Stored p = store.create(patient("Decimal"), CLINIC, Visibility.ALL);
        Stored o = store.create(observation(p.reference()), CLINIC, Visibility.ALL);
        assertThat(new String(o.body(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"value\":1.50,");
        assertThat(o.pat()).isEqualTo(p.rid());
    }

    @Test
    void each_update_is_a_version_and_the_old_ones_stay() {
        Stored one = store.create(patient("Uno"), CLINIC, Visibility.ALL);
        ObjectNode json = one.json();
        json.put("gender", "female");
        Stored two = store.update(json, 1, CLINIC, Visibility.ALL);
        assertThat(two.version()).isEqualTo(2);
        assertThat(two.rid()).isEqualTo(one.rid());
        assertThat(store.vread("Patient", one.id(), 1, Visibility.ALL)
                        .orElseThrow()
                        .body())
                .isEqualTo(one.body());
        assertThat(store.vread("Patient", one.id(), 2, Visibility.ALL)
                        .orElseThrow()
                        .body())
                .isEqualTo(two.body());
        assertThatThrownBy(() -> store.vread("Patient", one.id(), 3, Visibility.ALL))
                .hasMessage("There is no version 3 of this Patient. GET Patient/" + one.id()
                        + "/_history shows which there are.");
        assertThat(store.history("Patient", one.id(), Visibility.ALL, 10))
                .extracting(Stored::version)
                .containsExactly(2, 1);
    }

    @Test
    void a_stale_if_match_is_refused() {
        Stored one = store.create(patient("Stale"), CLINIC, Visibility.ALL);
        store.update(one.json(), 1, CLINIC, Visibility.ALL);
        assertThatThrownBy(() -> store.update(one.json(), 1, CLINIC, Visibility.ALL))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.VERSION_CONFLICT));
    }

    @Test
    void of_parallel_updates_with_one_if_match_one_wins() throws Exception {
        Stored one = store.create(patient("Race"), CLINIC, Visibility.ALL);
        List<Object> results = parallel(16, () -> store.update(one.json(), 1, CLINIC, Visibility.ALL));
        assertThat(results.stream().filter(Stored.class::isInstance)).hasSize(1);
        assertThat(results.stream().filter(StoreException.class::isInstance).map(e -> ((StoreException) e).category()))
                .hasSize(15)
                .containsOnly(Category.VERSION_CONFLICT);
    }

    @Test
    void parallel_conditional_creates_make_one() throws Exception {
        List<Object> results = parallel(32, () -> {
            ObjectNode p = patient("Once");
            p.putArray("identifier").addObject().put("system", "urn:mrn").put("value", "once");
            return store.createIfNoneExist(p, "identifier=urn:mrn|once", CLINIC, Visibility.ALL);
        });
        assertThat(results).allMatch(RecordStore.Conditional.class::isInstance);
        Set<String> ids = new HashSet<>();
        results.forEach(r -> ids.add(((RecordStore.Conditional) r).stored().id()));
        assertThat(ids).hasSize(1);
        assertThat(results.stream().filter(r -> ((RecordStore.Conditional) r).created()))
                .hasSize(1);
    }

    static List<Object> parallel(int n, Callable<Object> task) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(n)) {
            List<Future<Object>> futures = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                futures.add(pool.submit(() -> {
                    try {
                        return task.call();
                    } catch (StoreException e) {
                        return e;
                    }
                }));
            }
            List<Object> results = new ArrayList<>();
            for (Future<Object> f : futures) {
                results.add(f.get());
            }
            return results;
        }
    }

    @Test
    void a_deleted_resource_is_gone_and_its_versions_stay() {
        Stored one = store.create(patient("Gone"), CLINIC, Visibility.ALL);
        Stored gone = store.delete("Patient", one.id(), null, CLINIC, Visibility.ALL);
        assertThat(gone.deleted()).isTrue();
        assertThatThrownBy(() -> store.read("Patient", one.id(), Visibility.ALL))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.GONE));
        assertThat(store.vread("Patient", one.id(), 1, Visibility.ALL)).isPresent();
        assertThat(store.delete("Patient", one.id(), null, CLINIC, Visibility.ALL)
                        .version())
                .isEqualTo(2);
        assertThat(store.update(one.json(), null, CLINIC, Visibility.ALL).version())
                .isEqualTo(3);
        assertThat(store.read("Patient", one.id(), Visibility.ALL)).isPresent();
    }

    @Test
    void a_reference_to_nothing_and_one_to_something_unseen_answer_the_same() {
        Stored hidden = store.create(patient("Hidden"), CLINIC, Visibility.ALL);
        assertThatThrownBy(() -> store.create(observation(hidden.reference()), FOOD_BANK, owned(FOOD_BANK)))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.category()).isEqualTo(Category.UNRESOLVED_REFERENCE);
                    assertThat(e.issues().getFirst().expression()).isEqualTo("Observation.subject.reference");
                    assertThatThrownBy(() -> store.create(observation("Patient/nobody"), FOOD_BANK, owned(FOOD_BANK)))
                            .isInstanceOfSatisfying(StoreException.class, f -> assertThat(f.issues())
                                    .isEqualTo(e.issues()));
                });
    }

    @Test
    void a_reference_to_a_version_leads_to_one_that_is_there() {
        Stored one = store.create(patient("Versioned"), CLINIC, Visibility.ALL);
        Stored two = store.update(one.json(), null, CLINIC, Visibility.ALL);
        for (String version : List.of("3", "0", "99999999999", "x")) {
            assertThatThrownBy(() ->
                            store.create(observation(one.reference() + "/_history/" + version), CLINIC, Visibility.ALL))
                    .as(version)
                    .isInstanceOfSatisfying(StoreException.class, e -> {
                        assertThat(e.category()).isEqualTo(Category.UNRESOLVED_REFERENCE);
                        assertThat(e.issues().getFirst().expression()).isEqualTo("Observation.subject.reference");
                        assertThat(e).hasMessageContaining("no such version");
                    });
        }
        for (int version : new int[] {1, 2}) {
            assertThat(store.create(observation(one.reference() + "/_history/" + version), CLINIC, Visibility.ALL)
                            .json()
                            .at("/subject/reference")
                            .asString())
                    .endsWith("/_history/" + version);
        }
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        ArrayNode entries = bundle.putArray("entry");
        entries.addObject()
                .<ObjectNode>set("resource", two.json())
                .putObject("request")
                .put("method", "PUT")
                .put("url", two.reference());
        entries.addObject()
                .<ObjectNode>set("resource", observation(one.reference() + "/_history/3"))
                .putObject("request")
                .put("method", "POST")
                .put("url", "Observation");
        assertThat(store.transaction(bundle, CLINIC, Visibility.ALL).entries())
                .as("the version that the same transaction makes")
                .hasSize(2);
    }

    @Test
    void a_reference_that_stood_to_what_is_hidden_now_stays_and_tells_no_versions() {
        Stored hidden = store.create(patient("Concealed"), CLINIC, Visibility.ALL);
        Stored note = store.create(observation(hidden.reference()), FOOD_BANK, Visibility.ALL);
        Visibility own = owned(FOOD_BANK);
        Stored kept = store.update(note.json().put("status", "amended"), null, FOOD_BANK, own);
        assertThat(kept.version()).isEqualTo(2);
        for (int version : new int[] {1, 7}) {
            ObjectNode asking = kept.json();
            ((ObjectNode) asking.path("subject")).put("reference", hidden.reference() + "/_history/" + version);
            assertThatThrownBy(() -> store.update(asking, null, FOOD_BANK, own))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("leads to nothing that is there");
        }
    }

    @Test
    void another_party_changes_nothing_unless_the_platform_does_it_for_them() {
        Stored one = store.create(patient("Own"), CLINIC, Visibility.ALL);
        assertThatThrownBy(() -> store.update(one.json(), null, FOOD_BANK, Visibility.ALL))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.FORBIDDEN));
        assertThatThrownBy(() -> store.update(one.json(), null, FOOD_BANK, owned(FOOD_BANK)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.NOT_FOUND));
        Stored two = store.update(one.json(), null, Author.platformFor("Organization/food-bank"), Visibility.ALL);
        assertThat(two.owner()).isEqualTo("Organization/clinic");
        assertThat(two.author()).isEqualTo("Organization/food-bank");
        assertThat(store.history("Patient", one.id(), Visibility.ALL, 5))
                .extracting(Stored::author)
                .containsExactly("Organization/food-bank", "Organization/clinic");
    }

    @Test
    void the_unseen_is_not_read_not_by_version_and_not_by_history() {
        Stored one = store.create(patient("Secret"), CLINIC, Visibility.ALL);
        assertThat(store.read("Patient", one.id(), owned(FOOD_BANK))).isEmpty();
        assertThat(store.vread("Patient", one.id(), 1, owned(FOOD_BANK))).isEmpty();
        assertThat(store.vread("Patient", one.id(), 9, owned(FOOD_BANK))).isEmpty();
        assertThat(store.history("Patient", one.id(), owned(FOOD_BANK), 5)).isEmpty();
    }

    @Test
    void a_broken_resource_is_refused_with_each_place() {
        ObjectNode p = patient("Broken");
        p.put("birthDate", "1980-02-30");
        p.put("colour", "red");
        assertThatThrownBy(() -> store.create(p, CLINIC, Visibility.ALL))
                .isInstanceOfSatisfying(InvalidResource.class, e -> assertThat(e.issues())
                        .extracting(i -> i.expression())
                        .containsExactlyInAnyOrder("Patient.birthDate", "Patient"));
    }

    @Test
    void a_listener_is_told_inside_the_transaction_and_can_undo_it() {
        RecordStore picky = new RecordStore(TestDatabase.fresh(), (now, before, json, author) -> {
            if (json.path("name").path(0).path("family").asString("").equals("No")) {
                throw new IllegalStateException("no");
            }
        });
        assertThatThrownBy(() -> picky.create(patient("No"), CLINIC, Visibility.ALL))
                .hasMessage("no");
        assertThat(picky.create(patient("Yes"), CLINIC, Visibility.ALL).version())
                .isEqualTo(1);
        assertThat(picky.search(health.weft.fhir.SearchRequest.parse("Patient", "_total=accurate"), Visibility.ALL)
                        .total())
                .isEqualTo(1);
    }
}
