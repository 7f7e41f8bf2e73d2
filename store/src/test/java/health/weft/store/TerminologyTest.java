package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.terminology.CodeSystem;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Which definition is meant by an address, and searches by the value sets and code systems of R4. */
class TerminologyTest {
    private static final Author OTHER = new Author("Organization/other");
    private static final Visibility CLINIC_ONLY = new Visibility("r.owner = ?", List.of("Organization/clinic"));
    static Shelf shelf;

    @BeforeAll
    static void fill() {
        shelf = new Shelf(new RecordStore(TestDatabase.fresh()));
        for (String version : List.of("1.9", "1.10", "1.2")) {
            shelf.put("plants" + version, """
                    {"resourceType":"CodeSystem","status":"active","content":"complete","url":"urn:plants","version":"%s","concept":[
                     {"code":"v%s","display":"Plant"}]}""".formatted(version, version));
        }
        shelf.put("retired", """
                {"resourceType":"CodeSystem","status":"retired","content":"complete","url":"urn:plants","version":"9","concept":[{"code":"old"}]}""");
        shelf.put("spanish", """
                {"resourceType":"CodeSystem","status":"active","content":"supplement","supplements":"urn:plants","url":"urn:plants-es","concept":[
                 {"code":"v1.10","designation":[{"language":"es","value":"Planta"}]}]}""");
        shelf.put("mine", OTHER, """
                {"resourceType":"ValueSet","status":"active","url":"urn:secret","compose":{"include":[{"system":"urn:plants"}]}}""");
        shelf.put("forged", OTHER, """
                {"resourceType":"CodeSystem","status":"active","content":"complete","url":"http://hl7.org/fhir/observation-status",
                 "version":"99","concept":[{"code":"invented"}]}""");
        shelf.put("lipids", """
                {"resourceType":"CodeSystem","status":"active","content":"fragment","url":"http://loinc.org","concept":[
                 {"code":"LP1","display":"Lipids","concept":[{"code":"2093-3","display":"Cholesterol"}]}]}""");
        shelf.put("map", """
                {"resourceType":"ConceptMap","status":"active","url":"urn:map","group":[{"source":"urn:plants","target":"urn:t","element":[
                 {"code":"v1.10","target":[{"code":"t","equivalence":"equal"}]}]}]}""");
        for (String status : List.of("final", "cancelled", "amended")) {
            shelf.put(status, """
                    {"resourceType":"Observation","status":"%s","code":{"coding":[{"system":"http://loinc.org","code":"2093-3"}]},
                     "valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"ACUTE"}]}}""".formatted(status));
        }
        shelf.put("stay", """
                {"resourceType":"Encounter","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"ACUTE"}}""");
        shelf.put("visit", """
                {"resourceType":"Encounter","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}}""");
    }

    private static CodeSystem system(String canonical) {
        return shelf.store.terminology(Visibility.ALL, d -> Objects.requireNonNull(d.codeSystem(canonical), canonical));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            Encounter?class:in=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode > stay visit
            Encounter?class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP > stay
            Encounter?class:above=http://terminology.hl7.org/CodeSystem/v3-ActCode|ACUTE > stay
            Encounter?status:in=http://hl7.org/fhir/ValueSet/encounter-status          > stay visit
            Encounter?status:not-in=http://hl7.org/fhir/ValueSet/encounter-status|4.0.1 > ""
            Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status&status:not=final > amended cancelled
            Observation?code:below=http://loinc.org|LP1                                > amended cancelled final
            """)
    void searches_go_by_the_value_sets_and_hierarchies_of_r4(String search, String expected) {
        assertThat(shelf.found(search.strip())).isEqualTo(expected.strip());
    }

    @Test
    void a_value_set_without_end_cannot_be_searched_by() {
        assertThatThrownBy(() -> shelf.search("Patient?language:in=http://hl7.org/fhir/ValueSet/all-languages"))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("no end");
    }

    @Test
    void the_latest_version_is_meant_and_a_retired_one_last() {
        assertThat(system("urn:plants").version()).isEqualTo("1.10");
        assertThat(system("urn:plants|1.2").find("v1.2")).isNotNull();
        assertThat(system("urn:plants|9").find("old")).isNotNull();
        assertThat(shelf.store.<Boolean>terminology(Visibility.ALL, d -> d.codeSystem("urn:plants|3") == null))
                .isTrue();
    }

    @Test
    void a_supplement_in_the_record_adds_its_words() {
        assertThat(Objects.requireNonNull(system("urn:plants").find("v1.10")).designations())
                .extracting(health.weft.fhir.terminology.Concept.Designation::value)
                .containsExactly("Planta");
    }

    @Test
    void what_r4_defines_stands_whatever_somebody_stores_under_its_address() {
        assertThat(system("http://hl7.org/fhir/observation-status").find("invented"))
                .isNull();
        assertThat(system("http://hl7.org/fhir/observation-status").find("final"))
                .isNotNull();
        assertThat(system("http://hl7.org/fhir/observation-status|99").find("invented"))
                .isNotNull();
        assertThat(system("http://loinc.org").find("LP1")).isNotNull();
    }

    @Test
    void what_may_not_be_seen_is_not_there() {
        ObjectNode seen =
                shelf.store.terminology(Visibility.ALL, d -> Objects.requireNonNull(d.valueSet("urn:secret")));
        assertThat(Json.text(seen, "url")).isEqualTo("urn:secret");
        assertThat(shelf.store.<Boolean>terminology(
                        CLINIC_ONLY,
                        d -> d.valueSet("urn:secret") == null
                                && d.codeSystem("http://hl7.org/fhir/observation-status|99") == null))
                .isTrue();
        assertThatThrownBy(() -> shelf.search("Basic?code:in=urn:secret", CLINIC_ONLY, CLINIC_ONLY))
                .hasMessageContaining("not kept here");
        assertThatThrownBy(() -> shelf.search("Basic?code:in={mine}", CLINIC_ONLY, CLINIC_ONLY))
                .hasMessageContaining("not kept here");
    }

    @Test
    void maps_are_found_by_the_systems_they_lead_from_and_to() {
        assertThat(maps(Visibility.ALL, "urn:plants", false)).isEqualTo(1);
        assertThat(maps(Visibility.ALL, "urn:t", true)).isEqualTo(1);
        assertThat(maps(Visibility.ALL, "urn:t", false)).isZero();
        assertThat(maps(new Visibility("false", List.of()), "urn:t", true)).isZero();
    }

    private static int maps(Visibility who, String system, boolean to) {
        return shelf.store.terminology(who, d -> d.conceptMaps(system, to).size());
    }

    @Test
    void a_value_set_of_too_many_codes_is_refused_in_a_search() {
        String concepts = IntStream.range(0, 20_001)
                .mapToObj(i -> "{\"code\":\"c" + i + "\"}")
                .collect(Collectors.joining(","));
        shelf.put(
                "many",
                "{\"resourceType\":\"CodeSystem\",\"status\":\"active\",\"content\":\"complete\",\"url\":\"urn:many\",\"concept\":["
                        + concepts + "]}");
        shelf.put("manyset", """
                {"resourceType":"ValueSet","status":"active","url":"urn:manyset","compose":{"include":[{"system":"urn:many"}]}}""");
        assertThatThrownBy(() -> shelf.search("Basic?code:in=urn:manyset"))
                .hasMessageContaining("more than 20000 codes");
        assertThat(system("urn:many").size()).isEqualTo(20_001);
    }
}
