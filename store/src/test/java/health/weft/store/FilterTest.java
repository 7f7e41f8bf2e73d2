package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.SearchRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a {@code _filter} finds, with every comparison of R4, and the rest of R4's grammar that stands beside it. */
class FilterTest {
    static Shelf shelf;

    @BeforeAll
    static void fill() {
        shelf = new Shelf(new RecordStore(TestDatabase.fresh()));
        shelf.put("north", """
                {"resourceType":"Organization","active":true,"name":"North Clinic"}""");
        shelf.put("south", """
                {"resourceType":"Organization","active":false,"name":"South Clinic","partOf":{"reference":"{north}"}}""");
        shelf.put("ana", """
                {"resourceType":"Patient","active":true,"gender":"female","birthDate":"1971-05-02","name":[{"family":"Núñez","given":["Ana"]},{"family":"Oak"}],
                 "managingOrganization":{"reference":"{north}"}}""");
        shelf.put("bob", """
                {"resourceType":"Patient","gender":"male","birthDate":"1980","name":[{"family":"Oakley"}],
                 "managingOrganization":{"reference":"{south}"}}""");
        shelf.put("cy", """
                {"resourceType":"Patient","name":[{"text":"Cy, the third"}]}""");
        shelf.put("sugar", """
                {"resourceType":"Observation","status":"final","subject":{"reference":"{ana}"},"effectivePeriod":{"start":"2024-03-01","end":"2024-03-10"},
                 "code":{"coding":[{"system":"urn:labs","code":"a1c"}]},
                 "valueQuantity":{"value":7.2,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}""");
        shelf.put("weight", """
                {"resourceType":"Observation","status":"amended","subject":{"reference":"{bob}"},"effectiveDateTime":"2024-06-01",
                 "code":{"coding":[{"system":"urn:labs","code":"weight"}]},"valueString":"heavy"}""");
        shelf.put("labs", """
                {"resourceType":"CodeSystem","status":"active","content":"complete","url":"urn:labs","concept":[
                 {"code":"blood","concept":[{"code":"a1c"}]},{"code":"weight"}]}""");
        shelf.put("bloods", """
                {"resourceType":"ValueSet","status":"active","url":"urn:bloods","compose":{"include":[
                 {"system":"urn:labs","filter":[{"property":"concept","op":"is-a","value":"blood"}]}]}}""");
        shelf.put("panel", """
                {"resourceType":"List","status":"current","mode":"changes","entry":[{"item":{"reference":"{ana}"}},
                 {"deleted":true,"item":{"reference":"{bob}"}}]}""");
    }

    private static String found(String search) {
        int mark = search.indexOf('?');
        SearchRequest request = SearchRequest.parse(
                search.substring(0, mark), List.of(Map.entry("_filter", shelf.real(search.substring(mark + 1)))));
        return shelf.store.search(request, Visibility.ALL).matches().stream()
                .map(shelf::name)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '`', textBlock = """
            Patient?family eq "nunez"                                   > ana
            Patient?family eq oak                                       > ana
            Patient?family ne oak                                       > bob
            Patient?family sw oak                                       > ana bob
            Patient?family ew EY                                        > bob
            Patient?family co kle                                       > bob
            Patient?name eq "cy, the third"                             > cy
            Patient?family eq "100%_"                                   > ``
            Patient?gender eq male                                      > bob
            Patient?gender ne male                                      > ana
            Patient?gender pr false                                     > cy
            Patient?gender pr true and active pr true                   > ana
            Patient?birthdate ge 1975                                   > bob
            Patient?birthdate lt 1975-01-01                             > ana
            Patient?birthdate eq 1971                                   > ana
            Patient?birthdate ne 1971                                   > bob
            Patient?birthdate po 1980-07                                > bob
            Patient?birthdate po 1979                                   > ``
            Patient?not (gender eq male)                                > ana cy
            Patient?gender eq male or family eq nunez                   > ana bob
            Patient?gender eq male or birthdate le 1971-12              > ana bob
            Patient?gender eq female or gender eq male and active eq true > ana
            Patient?gender eq male or (gender eq female and active eq true) > ana bob
            Patient?not (gender eq male or gender eq female)            > cy
            Patient?organization re {north}                             > ana
            Patient?organization eq {south}                             > bob
            Patient?organization ne {south}                             > ana
            Patient?organization.name co south                          > bob
            Patient?organization[active eq false].name sw s             > bob
            Patient?organization[active eq true].name sw s              > ``
            Patient?organization.partof[active eq true].name sw north   > bob
            Patient?_id eq {ana.id}                                     > ana
            Patient?_id ne {ana.id} and family pr true                  > bob
            Patient?_lastUpdated ge 2020 and family eq oak              > ana
            Patient?_list eq {panel.id}                                 > ana
            Patient?_has:Observation:patient:status eq amended          > bob
            Observation?code in urn:bloods                              > sugar
            Observation?code ni urn:bloods                              > weight
            Observation?code ss urn:labs|blood                          > sugar
            Observation?code sb urn:labs|a1c                            > sugar
            Observation?status in http://hl7.org/fhir/ValueSet/observation-status > sugar weight
            Observation?date po 2024-03-05                              > sugar
            Observation?date sa 2024-04                                 > weight
            Observation?date eb 2024-05                                 > sugar
            Observation?value-quantity gt 7                             > sugar
            Observation?value-quantity lt 7|http://unitsofmeasure.org|% > ``
            Observation?value-quantity ap 7                             > sugar
            Observation?code-value-quantity eq urn:labs|a1c$gt7         > sugar
            Observation?code-value-quantity pr true                     > sugar
            Observation?patient eq {ana} and (status eq final or status eq amended) > sugar
            ValueSet?url eq urn:bloods                                  > bloods
            """)
    void a_filter_finds(String search, String expected) {
        assertThat(found(search.strip())).isEqualTo(expected.strip());
    }

    @Test
    void an_entry_of_a_list_that_is_marked_as_deleted_is_not_on_it() {
        assertThat(shelf.found("Patient?_list={panel.id}")).isEqualTo("ana");
    }

    @Test
    void a_composite_is_missing_when_one_of_its_parts_is() {
        assertThat(shelf.found("Observation?code-value-quantity:missing=true")).isEqualTo("weight");
        assertThat(shelf.found("Observation?code-value-quantity:missing=false")).isEqualTo("sugar");
        assertThat(shelf.found("Observation?code-value-string:missing=false")).isEqualTo("weight");
    }

    @Test
    void a_filter_finds_nothing_by_what_may_not_be_seen() {
        Visibility noOrganizations = new Visibility("r.rtype <> 'Organization'", List.of());
        Visibility noLists = new Visibility("r.rtype <> 'List'", List.of());
        for (String filter : List.of(
                "organization.name co clinic",
                "organization[active eq true].name co n",
                "not (organization.name co clinic) and active eq true and organization.active eq true",
                "gender eq nothing or organization.name co clinic")) {
            assertThat(shelf.store
                            .search(
                                    SearchRequest.parse("Patient", List.of(Map.entry("_filter", filter))),
                                    Visibility.ALL,
                                    noOrganizations)
                            .matches())
                    .as(filter)
                    .isEmpty();
        }
        assertThat(shelf.found("Patient?_list={panel.id}", Visibility.ALL, noLists))
                .isEmpty();
        Visibility noMen = new Visibility("r.id <> ?", List.of(shelf.real("{bob.id}")));
        assertThat(shelf.store
                        .search(
                                SearchRequest.parse(
                                        "Patient",
                                        List.of(
                                                Map.entry("_filter", "gender eq male or family sw oak"),
                                                Map.entry("_total", "accurate"))),
                                noMen)
                        .total())
                .isEqualTo(1);
    }

    @Test
    void a_filter_that_is_wrong_is_refused() {
        assertThatThrownBy(() -> found("Patient?family eq")).hasMessageContaining("character 10");
    }
}
