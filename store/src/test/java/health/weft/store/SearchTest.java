package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class SearchTest {
    static final Author CLINIC = new Author("Organization/clinic");
    static final Author OTHER = new Author("Organization/other");
    static final Map<String, String> NAMES = new HashMap<>();
    static RecordStore store;

    @BeforeAll
    static void fill() {
        store = new RecordStore(TestDatabase.fresh());
        put("org", CLINIC, """
                {"resourceType":"Organization","name":"Río Clinic","identifier":[{"system":"urn:org","value":"rio"}]}""");
        put("doctor", CLINIC, """
                {"resourceType":"Practitioner","name":[{"family":"Hart"}],"identifier":[{"system":"urn:npi","value":"1"}]}""");
        put("ana", CLINIC, """
                {"resourceType":"Patient","active":true,"name":[{"family":"Nuñez-Ortega","given":["Ana María"]}],"gender":"female",
                 "birthDate":"1980-02-03","telecom":[{"system":"phone","value":"555-1"},{"system":"email","value":"a@x.org"}],
                 "address":[{"city":"Cleveland","postalCode":"44101"}],
                 "identifier":[{"system":"urn:mrn","value":"A1"}],"managingOrganization":{"reference":"%s"}}""".formatted(ref("org")));
        put("bob", CLINIC, """
                {"resourceType":"Patient","name":[{"family":"Nunes","given":["Bob"]}],"gender":"male","birthDate":"1990",
                 "deceasedDateTime":"2024-01-01","identifier":[{"system":"urn:mrn","value":"B1"}]}""");
        put("cyd", OTHER, """
                {"resourceType":"Patient","name":[{"family":"Quist"}],"identifier":[{"value":"bare"}]}""");
        put("a1c", CLINIC, """
                {"resourceType":"Observation","status":"final","subject":{"reference":"%s"},"performer":[{"reference":"%s"}],
                 "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"effectiveDateTime":"2024-03-15T10:00:00Z",
                 "valueQuantity":{"value":7.2,"unit":"%%","system":"http://unitsofmeasure.org","code":"%%"}}""".formatted(ref("ana"), ref("doctor")));
        put("weight", CLINIC, """
                {"resourceType":"Observation","status":"amended","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"effectivePeriod":{"start":"2024-03-01","end":"2024-04"},
                 "valueQuantity":{"value":80.5,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}""".formatted(ref("ana")));
        put("note", OTHER, """
                {"resourceType":"Observation","status":"final","subject":{"reference":"%s","identifier":{"system":"urn:mrn","value":"C9"}},
                 "code":{"text":"words only"},"effectiveDateTime":"2023","valueString":"Feels Hungry"}""".formatted(ref("cyd")));
        put("hungry", CLINIC, """
                {"resourceType":"Condition","subject":{"reference":"%s"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"733423003"}]},
                 "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
                 "onsetDateTime":"2024-05-01","recordedDate":"2024-05-02"}""".formatted(ref("bob")));
        put("form", CLINIC, """
                {"resourceType":"Questionnaire","status":"active","url":"http://weft/q/hvs","title":"Hunger Vital Sign"}""");
        put("risk", CLINIC, """
                {"resourceType":"RiskAssessment","status":"final","subject":{"reference":"%s"},"prediction":[{"probabilityDecimal":0.25}]}""".formatted(ref("bob")));
    }

    static void put(String name, Author author, String json) {
        ObjectNode resource = Json.parse(json);
        resource.putObject("meta")
                .putArray("tag")
                .addObject()
                .put("system", "urn:test")
                .put("code", name);
        NAMES.put(name, store.create(resource, author, Visibility.ALL).reference());
    }

    static String ref(String name) {
        return NAMES.getOrDefault(name, "missing/" + name);
    }

    static String named(String reference) {
        return NAMES.entrySet().stream()
                .filter(e -> e.getValue().equals(reference))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(reference);
    }

    static SearchPage search(String search, Visibility who) {
        String real = search;
        for (Map.Entry<String, String> e : NAMES.entrySet()) {
            real = real.replace("{" + e.getKey() + "}", e.getValue())
                    .replace(
                            "{" + e.getKey() + ".id}",
                            e.getValue().substring(e.getValue().indexOf('/') + 1));
        }
        int mark = real.indexOf('?');
        return store.search(SearchRequest.parse(real.substring(0, mark), real.substring(mark + 1)), who);
    }

    static String found(String search, Visibility who) {
        TreeSet<String> names = new TreeSet<>();
        search(search, who).matches().forEach(s -> names.add(named(s.reference())));
        return String.join(" ", names);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            Patient?                                            > ana bob cyd
            Patient?_id={ana.id}                                > ana
            Patient?_id={ana.id},{bob.id}                       > ana bob
            Patient?_id:not={ana.id}                            > bob cyd
            Patient?_tag=urn:test|bob                           > bob
            Patient?_source=Organization/other                  > cyd
            Patient?_source=Organization/other,Organization/clinic > ana bob cyd
            Patient?_source:not=Organization/other              > ana bob
            Patient?_source:below=Organization                  > ana bob cyd
            Patient?_source:below=Organization/oth              > ''
            Patient?_source:above=Organization/other/ward       > cyd
            Patient?_source:missing=true                        > ''
            Patient?_source:missing=false                       > ana bob cyd
            Observation?subject:Patient._source=Organization/other > note
            Patient?_lastUpdated=ge2020                         > ana bob cyd
            Patient?_lastUpdated=lt2020                         > ''
            Patient?family=nun                                  > ana bob
            Patient?family=NUÑEZ                                > ana
            Patient?family:exact=Nunes                          > bob
            Patient?family:exact=nunes                          > ''
            Patient?family:contains=orte                        > ana
            Patient?given=maria                                 > ''
            Patient?given:contains=maria                        > ana
            Patient?name=ana,bob                                > ana bob
            Patient?name=nun&gender=male                        > bob
            Patient?address-city=cleve                          > ana
            Patient?address=44101                               > ana
            Patient?gender=female                               > ana
            Patient?gender:not=female                           > bob cyd
            Patient?gender:missing=true                         > cyd
            Patient?gender:missing=false                        > ana bob
            Patient?birthdate:missing=true                      > cyd
            Patient?active=true                                 > ana
            Patient?deceased=true                               > bob
            Patient?deceased=false                              > ana cyd
            Patient?phone=555-1                                 > ana
            Patient?email=a@x.org                               > ana
            Patient?identifier=urn:mrn|A1                       > ana
            Patient?identifier=A1                               > ana
            Patient?identifier=urn:other|A1                     > ''
            Patient?identifier=urn:mrn|                         > ana bob
            Patient?identifier=|bare                            > cyd
            Patient?identifier=|A1                              > ''
            Patient?identifier=urn:mrn|A1,urn:mrn|B1            > ana bob
            Patient?birthdate=1980-02-03                        > ana
            Patient?birthdate=1980                              > ana
            Patient?birthdate=1990-05                           > ''
            Patient?birthdate=1990                              > bob
            Patient?birthdate=ne1990                            > ana
            Patient?birthdate=gt1980-02-03                      > bob
            Patient?birthdate=ge1980-02-03                      > ana bob
            Patient?birthdate=lt1990                            > ana
            Patient?birthdate=le1990                            > ana bob
            Patient?birthdate=sa1980                            > bob
            Patient?birthdate=eb1990                            > ana
            Patient?organization={org}                          > ana
            Patient?organization={org.id}                       > ana
            Patient?organization:Organization={org.id}          > ana
            Patient?organization.name=rio                       > ana
            Patient?organization:missing=true                   > bob cyd
            Observation?patient={ana}                           > a1c weight
            Observation?patient={ana.id}                        > a1c weight
            Observation?subject={ana}&code=4548-4               > a1c
            Observation?subject:Patient={ana.id}                > a1c weight
            Observation?patient={ana}&code=http://loinc.org|4548-4,http://loinc.org|29463-7  > a1c weight
            Observation?patient={ana}&code=29463-7&status=amended > weight
            Observation?patient={ana}&code=29463-7&status=final > ''
            Observation?patient={ana}&code=29463-7&status:not=final > weight
            Observation?patient={ana}&code=29463-7&date=ge2024-04-15 > weight
            Observation?patient={ana}&code=29463-7&date=ge2025  > ''
            Observation?patient={ana}&code=29463-7&value-quantity=gt80 > weight
            Observation?patient={ana}&code=29463-7&subject:Patient.gender=female > weight
            Observation?patient={ana}&code=29463-7&subject:Patient.gender=male > ''
            Observation?patient={ana}&code=29463-7&_sort=-date&_total=accurate > weight
            Observation?patient={cyd}&code=29463-7              > ''
            Observation?patient=nobody&code=29463-7             > ''
            Observation?patient=nobody,{ana}&code=29463-7       > weight
            Observation?patient={ana}&date=2024-03-15           > a1c
            Observation?patient={ana},{cyd}                     > a1c note weight
            Observation?subject={ana.id}                        > a1c weight
            Observation?patient={ana},{cyd}&status=final        > a1c note
            Observation?patient=nobody                          > ''
            Observation?subject:identifier=urn:mrn|C9           > note
            Observation?performer:Practitioner={doctor.id}      > a1c
            Observation?date=2024-03-15                         > a1c
            Observation?date=2024                               > a1c weight
            Observation?date=ap2024-03-15&value-quantity:missing=false > a1c weight
            Observation?date=ge2024-04-15                       > weight
            Observation?date=sa2024-03-10                       > a1c
            Observation?date=ge2024-03-10&date=lt2024-03-20     > a1c weight
            Observation?value-quantity=7.2                      > a1c
            Observation?value-quantity=7                        > a1c
            Observation?value-quantity=7.0                      > ''
            Observation?value-quantity=gt7.1                    > a1c weight
            Observation?value-quantity=lt10||%25                > a1c
            Observation?value-quantity=80.5|http://unitsofmeasure.org|kg  > weight
            Observation?value-quantity=80.5|http://unitsofmeasure.org|g   > ''
            Observation?value-quantity=ap75                     > weight
            Observation?value-string=feels                      > note
            Observation?status=final                            > a1c note
            Observation?status=http://hl7.org/fhir/observation-status|final  > a1c note
            Observation?code:missing=true                       > ''
            Observation?value-quantity:missing=true             > note
            Observation?subject:Patient.family=nunez            > a1c weight
            Observation?patient.gender=female                   > a1c weight
            Observation?patient.organization.name=rio           > a1c weight
            Observation?subject:Patient.identifier=bare         > note
            Observation?performer:Practitioner.family=hart      > a1c
            Patient?_has:Observation:patient:code=4548-4        > ana
            Patient?_has:Condition:subject:code=733423003       > bob
            Patient?_has:Observation:patient:performer:Practitioner.family=hart  > ana
            Organization?_has:Patient:organization:_has:Observation:patient:code=4548-4  > org
            Condition?onset-date=2024-05&clinical-status=active > hungry
            Questionnaire?url=http://weft/q/hvs                 > form
            Questionnaire?url=http://weft/q                     > ''
            RiskAssessment?probability=gt0.2                    > risk
            RiskAssessment?probability=0.25                     > risk
            """)
    void a_search_finds(String search, String expected) {
        assertThat(found(search.strip(), Visibility.ALL)).isEqualTo(expected.strip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            Patient?famly=x                    > Unknown search parameter 'famly'
            Patient?family:above=x             > modifier ':above'
            Patient?birthdate=yesterday        > must be a date
            Patient?_count=-1                  > _count
            Bundle?_sort=composition           > no place that has a name
            Patient?_filter=x                  > expected one of eq
            Observation?_sort=code-value-date  > no meaning
            Patient?general-practitioner.x=1   > Unknown search parameter
            Patient?_include=Patient           > Type:parameter
            Patient?_has:Observation:x:y=1     > Unknown search parameter
            Observation?code-value-quantity=1  > takes 2 values
            Observation?value-quantity=much    > must be a number
            Nothing?x=1                        > Unknown resource type
            Patient?_page=abc                  > token does not fit
            """)
    void a_search_that_is_not_understood_says_so(String search, String message) {
        assertThatThrownBy(() -> search(search.strip(), Visibility.ALL))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining(message.strip());
    }

    @Test
    void sorting_puts_missing_values_last_either_way() {
        assertThat(order("Patient?_sort=birthdate")).containsExactly("ana", "bob", "cyd");
        assertThat(order("Patient?_sort=-birthdate")).containsExactly("bob", "ana", "cyd");
        assertThat(order("Patient?_sort=family")).containsExactly("bob", "ana", "cyd");
        assertThat(order("Patient?_sort=-family")).containsExactly("cyd", "ana", "bob");
        assertThat(order("Observation?_sort=-value-quantity")).containsExactly("weight", "a1c", "note");
        assertThat(order("Patient?_sort=-_lastUpdated,_id")).containsExactly("cyd", "bob", "ana");
    }

    static List<String> order(String search) {
        return search(search, Visibility.ALL).matches().stream()
                .map(s -> named(s.reference()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "_sort=_id",
        "_sort=-birthdate",
        "_sort=family",
        "_sort=-family",
        "_sort=-_lastUpdated",
        "_sort=gender:no"
    })
    void pages_neither_skip_nor_repeat(String sort) {
        String search = sort.endsWith(":no") ? "Patient?_count=1" : "Patient?_count=1&" + sort;
        List<String> whole = order(search.replace("_count=1", "_count=100"));
        List<String> walked = new ArrayList<>();
        String page = "";
        while (true) {
            SearchPage got = search(search + page, Visibility.ALL);
            got.matches().forEach(s -> walked.add(named(s.reference())));
            if (got.next() == null) {
                break;
            }
            page = "&_page=" + got.next();
        }
        assertThat(walked).isEqualTo(whole).hasSize(3);
    }

    @Test
    void a_page_token_fits_its_own_search_only_and_tells_nothing() {
        String token = search("Patient?_count=1&_sort=family", Visibility.ALL).next();
        assertThat(new String(
                        java.util.Base64.getUrlDecoder().decode(token), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("nun");
        assertThatThrownBy(() -> search("Patient?_count=1&_sort=birthdate&_page=" + token, Visibility.ALL))
                .isInstanceOf(InvalidResource.class);
    }

    @Test
    void includes_bring_what_the_matches_refer_to_and_what_refers_to_them() {
        assertThat(included(
                        "Observation?code=4548-4&_include=Observation:subject&_include=Observation:performer",
                        Visibility.ALL))
                .containsExactlyInAnyOrder("ana", "doctor");
        assertThat(included("Observation?code=4548-4&_include=*", Visibility.ALL))
                .containsExactlyInAnyOrder("ana", "doctor");
        assertThat(included("Observation?code=4548-4&_include=Observation:subject:Group", Visibility.ALL))
                .isEmpty();
        assertThat(included(
                        "Patient?family=nun&_revinclude=Observation:subject&_revinclude=Condition:patient",
                        Visibility.ALL))
                .containsExactlyInAnyOrder("a1c", "weight", "hungry");
    }

    static List<String> included(String search, Visibility who) {
        return search(search, who).included().stream()
                .map(s -> named(s.reference()))
                .toList();
    }

    @Test
    void totals_are_counted_when_asked() {
        assertThat(search("Patient?_count=1", Visibility.ALL).total()).isNull();
        assertThat(search("Patient?_count=1&_total=accurate", Visibility.ALL).total())
                .isEqualTo(3);
        SearchPage count = search("Patient?family=nun&_summary=count", Visibility.ALL);
        assertThat(count.total()).isEqualTo(2);
        assertThat(count.matches()).isEmpty();
    }

    @Test
    void what_may_not_be_seen_is_not_found_by_any_way_around() {
        Visibility others = new Visibility("r.owner = ?", List.of("Organization/other"));
        assertThat(found("Patient?", others)).isEqualTo("cyd");
        assertThat(found("Patient?_id={ana.id}", others)).isEmpty();
        assertThat(found("Patient?family=nun", others)).isEmpty();
        assertThat(search("Patient?_total=accurate", others).total()).isEqualTo(1);
        assertThat(search("Patient?_summary=count&family=nun", others).total()).isZero();

        Visibility noPatients = new Visibility("r.rtype <> 'Patient'", List.of());
        assertThat(found("Observation?subject:Patient.family=nunez", noPatients))
                .isEmpty();
        assertThat(included("Observation?code=4548-4&_include=Observation:subject", noPatients))
                .isEmpty();
        assertThat(found("Organization?_has:Patient:organization:gender=female", noPatients))
                .isEmpty();
        assertThat(found("Organization?_has:Patient:organization:_has:Observation:patient:code=4548-4", noPatients))
                .isEmpty();

        Visibility noObservations = new Visibility("r.rtype <> 'Observation'", List.of());
        assertThat(found("Patient?_has:Observation:patient:code=4548-4", noObservations))
                .isEmpty();
        assertThat(included("Patient?_revinclude=Observation:subject", noObservations))
                .isEmpty();
    }

    @Test
    void who_may_see_but_not_search_by_finds_by_id_alone() {
        Visibility none = new Visibility("r.rtype <> 'Patient'", List.of());
        SearchRequest byId = SearchRequest.parse("Patient", "_id=" + ref("ana").substring(8));
        SearchRequest byName = SearchRequest.parse("Patient", "family=nun");
        SearchRequest chained = SearchRequest.parse("Observation", "patient.gender=female");
        SearchRequest sorted = SearchRequest.parse("Patient", "_sort=birthdate");
        assertThat(store.search(byId, Visibility.ALL, none).matches()).hasSize(1);
        assertThat(store.search(byName, Visibility.ALL, none).matches()).isEmpty();
        assertThat(store.search(chained, Visibility.ALL, none).matches()).isEmpty();
        assertThat(store.search(sorted, Visibility.ALL, none).matches()).isEmpty();
    }

    @Test
    void values_are_never_sql() {
        assertThat(found("Patient?family=%27%20or%201=1--", Visibility.ALL)).isEmpty();
        assertThat(found("Patient?family:contains=%25", Visibility.ALL)).isEmpty();
        assertThat(found("Patient?identifier=urn:mrn|A1%27);drop%20table%20record.res;--", Visibility.ALL))
                .isEmpty();
        assertThat(found("Patient?", Visibility.ALL)).isEqualTo("ana bob cyd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Patient?identifier=urn:mrn|A|1",
                "Observation?code=http://loinc.org|8867-4|x",
                "Patient?general-practitioner:identifier=urn:mrn|A|1",
                "Observation?value-quantity=70|kg",
                "Observation?value-quantity=70|http://unitsofmeasure.org|kg|x",
                "Observation?code-value-quantity=8867-4$70|kg"
            })
    void a_value_of_which_a_part_would_be_left_out_unseen_is_refused(String search) {
        int mark = search.indexOf('?');
        assertThatThrownBy(() -> SearchRequest.parse(search.substring(0, mark), search.substring(mark + 1)))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("|");
    }

    @Test
    void lenient_handling_leaves_out_and_lists_what_is_unknown() {
        SearchRequest request = SearchRequest.lenient("Patient", SearchRequest.parameters("famly=x&gender=female"));
        assertThat(request.ignored()).containsExactly("famly");
        assertThat(request.query()).isEqualTo("gender=female");
        assertThat(SearchRequest.lenient("Patient", SearchRequest.parameters("_sort=nothing,-family&_count=5000"))
                        .query())
                .isEqualTo("_sort=-family&_count=1000");
        assertThat(store.search(request, Visibility.ALL).matches()).hasSize(1);
    }

    @Test
    void after_an_update_only_the_new_values_find_it_and_after_a_deletion_none() {
        ObjectNode p = Json.parse("""
                {"resourceType":"Patient","name":[{"family":"Before","given":["Same"]}],"birthDate":"2001-01-01","gender":"other"}""");
        Stored one = store.create(p, CLINIC, Visibility.ALL);
        ObjectNode changed = one.json();
        changed.putArray("name")
                .addObject()
                .put("family", "After")
                .putArray("given")
                .add("Same");
        changed.put("birthDate", "2002-02-02");
        store.update(changed, null, CLINIC, Visibility.ALL);
        assertThat(search("Patient?family=before", Visibility.ALL).matches()).isEmpty();
        assertThat(search("Patient?birthdate=2001", Visibility.ALL).matches()).isEmpty();
        assertThat(search("Patient?family=after&given=same&birthdate=2002&gender=other", Visibility.ALL)
                        .matches())
                .hasSize(1);
        store.delete("Patient", one.id(), null, CLINIC, Visibility.ALL);
        assertThat(search("Patient?family=after", Visibility.ALL).matches()).isEmpty();
    }

    @Test
    void a_resource_moves_with_its_patient_and_its_old_versions_stay_with_the_old_one() {
        Stored first = store.create(patient("MoveA"), CLINIC, Visibility.ALL);
        Stored second = store.create(patient("MoveB"), CLINIC, Visibility.ALL);
        Stored moved = store.create(
                Json.parse("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\""
                        + first.reference() + "\"}}"),
                CLINIC,
                Visibility.ALL);
        ObjectNode json = moved.json();
        json.putObject("subject").put("reference", second.reference());
        Stored after = store.update(json, null, CLINIC, Visibility.ALL);
        assertThat(after.pat()).isEqualTo(second.rid());
        assertThat(search("Basic?patient=" + first.reference(), Visibility.ALL).matches())
                .isEmpty();
        assertThat(search("Basic?patient=" + second.reference(), Visibility.ALL).matches())
                .hasSize(1);
        assertThat(store.history("Basic", moved.id(), Visibility.ALL, 5))
                .extracting(Stored::version)
                .containsExactly(2);
    }

    static ObjectNode patient(String family) {
        return Json.parse(
                "{\"resourceType\":\"Patient\",\"telecom\":[{\"system\":\"url\",\"value\":\"" + family + "\"}]}");
    }
}
