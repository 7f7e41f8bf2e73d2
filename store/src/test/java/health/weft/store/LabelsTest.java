package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.Json;
import health.weft.store.StoreException.Category;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class LabelsTest {
    static final Author CLINIC = new Author("Organization/clinic");
    static final Author PANTRY = new Author("Organization/pantry");
    static final ObjectNode RESTRICTED = Json.parse("""
            {"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}""");
    static final ObjectNode TAGGED = Json.parse("{\"tag\":[{\"system\":\"urn:x\",\"code\":\"seen\"}]}");

    final DataSource database = TestDatabase.fresh();
    RecordStore store = new RecordStore(database);
    Stored patient = create(CLINIC);

    Stored create(Author author) {
        return store.create(Json.parse("{\"resourceType\":\"Patient\",\"active\":true}"), author, Visibility.ALL);
    }

    Stored add(ObjectNode labels, Author author) {
        return store.relabel("Patient", patient.id(), meta -> Labels.with(meta, labels), author, Visibility.ALL);
    }

    Stored take(ObjectNode labels, Author author) {
        return store.relabel("Patient", patient.id(), meta -> Labels.without(meta, labels), author, Visibility.ALL);
    }

    @Test
    void what_is_added_makes_a_version_is_found_and_stands_once() {
        Stored now = add(TAGGED, CLINIC);
        assertThat(now.version()).isEqualTo(2);
        assertThat(add(TAGGED, CLINIC).version()).isEqualTo(2);
        assertThat(now.json().path("meta").path("tag")).isEqualTo(TAGGED.path("tag"));
        assertThat(now.json().path("active").asBoolean()).isTrue();
        assertThat(new Shelf(store).search("Patient?_tag=urn:x|seen").matches()).hasSize(1);
        assertThat(take(TAGGED, CLINIC).json().path("meta").has("tag")).isFalse();
        assertThat(new Shelf(store).search("Patient?_tag=urn:x|seen").matches()).isEmpty();
        assertThat(take(TAGGED, CLINIC).version()).isEqualTo(3);
        create(PANTRY);
        Stored labelled = add(RESTRICTED, CLINIC);
        JsonNode label = RESTRICTED.at("/security/0");
        String code = Json.text(label, "system") + "|" + Json.text(label, "code");
        assertThat(new Shelf(store).search("Patient?_security=" + code).matches())
                .extracting(Stored::id)
                .containsExactly(labelled.id());
        assertThat(new Shelf(store).search("Patient?_security:not=" + code).matches())
                .hasSize(1);
        assertThat(new Shelf(store).search("Patient?_security=urn:x|seen").matches())
                .as("a tag is no security label")
                .isEmpty();
    }

    @Test
    void a_security_label_stays_at_an_ordinary_update_that_leaves_it_out_and_another_is_added_to_it() {
        add(RESTRICTED, CLINIC);
        ObjectNode changed = Json.parse("""
                {"resourceType":"Patient","id":"%s","active":false,"meta":{"security":[{"code":"N"}]}}""".formatted(patient.id()));
        JsonNode labels = store.update(changed, null, CLINIC, Visibility.ALL)
                .json()
                .path("meta")
                .path("security");
        assertThat(labels.path(0)).isEqualTo(RESTRICTED.path("security").path(0));
        assertThat(labels.path(1).path("code").asString()).isEqualTo("N");
        assertThat(store.update(changed, null, CLINIC, Visibility.ALL)
                        .json()
                        .path("meta")
                        .path("security"))
                .as("each once")
                .hasSize(2);
        assertThat(take(RESTRICTED, CLINIC).json().path("meta").path("security"))
                .hasSize(1);
    }

    @Test
    void nobody_but_the_party_that_wrote_it_changes_labels_even_where_a_feature_lets_it_change_the_rest() {
        assertThatThrownBy(() -> add(TAGGED, PANTRY))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.FORBIDDEN));
        add(RESTRICTED, CLINIC);
        store = new RecordStore(database, new StoreListener() {
            @Override
            public boolean writing(@Nullable Stored before, @Nullable ObjectNode after, Author author) {
                return true;
            }

            @Override
            public void written(Stored now, @Nullable Stored before, ObjectNode json, Author author) {}
        });
        assertThatThrownBy(() -> take(RESTRICTED, PANTRY))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.FORBIDDEN));
        assertThat(add(TAGGED, PANTRY).json().path("meta").path("security")).isEqualTo(RESTRICTED.path("security"));
    }

    @Test
    void of_all_that_may_be_seen_each_label_is_told_once_and_none_of_what_may_not() {
        add(TAGGED, CLINIC);
        patient = create(CLINIC);
        add(TAGGED, CLINIC);
        patient = create(PANTRY);
        add(Json.parse("{\"tag\":[{\"code\":\"hidden\"}],\"profile\":[\"http://x\"]}"), PANTRY);
        Visibility clinics = new Visibility("r.owner = ?", List.of(CLINIC.party()));
        assertThat(store.labels("Patient", clinics)).isEqualTo(TAGGED);
        assertThat(store.labels("Observation", clinics)).isEmpty();
        assertThat(store.labels(null, Visibility.ALL).path("tag")).hasSize(2);
        assertThat(store.labels(null, Visibility.ALL).at("/profile/0").asString())
                .isEqualTo("http://x");
    }
}
