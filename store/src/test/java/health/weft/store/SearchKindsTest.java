package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** What of R4 is searched beyond single values: pairs, places, words, lists, hierarchies, value sets, compartments, all types. */
class SearchKindsTest {
    static Shelf shelf;

    @BeforeAll
    static void fill() {
        shelf = new Shelf(new RecordStore(
                TestDatabase.fresh(),
                new RecordStore.Options(
                        () -> List.of("https://here.test/fhir"), RecordStore.Options.DEFAULT.longestSearch())));
        shelf.put("ana", """
                {"resourceType":"Patient","name":[{"family":"Nuñez"}],"gender":"female","identifier":[
                 {"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}],"text":"Medical record"},
                  "system":"urn:mrn","value":"77"}]}""");
        shelf.put("bob", """
                {"resourceType":"Patient","name":[{"family":"Oak"}],"identifier":[
                 {"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"SS"}]},"system":"urn:ssn","value":"77"}]}""");
        shelf.put("dora", """
                {"resourceType":"Practitioner","name":[{"family":"Hart"}]}""");
        shelf.put("visit", """
                {"resourceType":"Encounter","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},
                 "subject":{"reference":"{ana}"},"participant":[{"individual":{"reference":"{dora}"}}]}""");
        shelf.put("pressure", """
                {"resourceType":"Observation","status":"final","subject":{"reference":"{ana}"},"encounter":{"reference":"{visit}"},
                 "performer":[{"reference":"https://here.test/fhir/{dora}"}],
                 "code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel"}]},
                 "effectiveDateTime":"2024-03-15",
                 "component":[
                  {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":140,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
                  {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":85,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}""");
        shelf.put("sugar", """
                {"resourceType":"Observation","status":"final","subject":{"reference":"{bob}"},
                 "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}],"text":"Sugar of three months"},
                 "effectiveDateTime":"2024-04-01","note":[{"text":"Was fasting since yesterday"}],
                 "valueQuantity":{"value":7.2,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}""");
        shelf.put("smoker", """
                {"resourceType":"Observation","status":"final","subject":{"reference":"{bob}"},
                 "code":{"coding":[{"system":"http://loinc.org","code":"72166-2"}]},"effectiveDateTime":"2023-01-01",
                 "valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"77176002","display":"Smoker"}]}}""");
        shelf.put("said", """
                {"resourceType":"Observation","status":"final","subject":{"reference":"{ana}"},"effectiveDateTime":"2022",
                 "text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">Eats <b>lentils</b> daily</div>"},
                 "code":{"coding":[{"system":"http://loinc.org","code":"diet"}]},"valueString":"No meat at home"}""");
        shelf.put("expiry", """
                {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"due"}]},
                 "valueDateTime":"2024-07-09"}""");
        shelf.put("letter", """
                {"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"url":"http://x/y"}}]}""");
        shelf.put("reply", """
                {"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"url":"http://x/z"}}],
                 "relatesTo":[{"code":"replaces","target":{"reference":"{letter}"}}]}""");
        shelf.put("campus", """
                {"resourceType":"Location","name":"Campus","position":{"latitude":41.50,"longitude":-81.69}}""");
        shelf.put("ward", """
                {"resourceType":"Location","name":"Ward","position":{"latitude":41.58,"longitude":-81.69},"partOf":{"reference":"{campus}"}}""");
        shelf.put("room", """
                {"resourceType":"Location","name":"Room","position":{"latitude":-16.5,"longitude":179.95},"partOf":{"reference":"{ward}"}}""");
        shelf.put("stay", """
                {"resourceType":"Encounter","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP"},
                 "location":[{"location":{"reference":"{room}"}}]}""");
        shelf.put("panel", """
                {"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"{ana}"}},{"item":{"reference":"{sugar}"}}]}""");
        shelf.put("animals", """
                {"resourceType":"CodeSystem","status":"active","content":"complete","url":"urn:animals","concept":[
                 {"code":"animal","concept":[{"code":"bird","concept":[{"code":"owl"}]},{"code":"fish"}]}]}""");
        shelf.put("birds", """
                {"resourceType":"ValueSet","status":"active","url":"urn:birds","version":"2","compose":{"include":[
                 {"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"bird"}]}]}}""");
        shelf.put("pets", """
                {"resourceType":"ValueSet","status":"active","url":"urn:pets","compose":{"include":[
                 {"valueSet":["urn:birds"]},{"system":"urn:animals","concept":[{"code":"fish"}]}],
                 "exclude":[{"system":"urn:animals","concept":[{"code":"bird"}]}]}}""");
        for (String animal : List.of("animal", "bird", "owl", "fish")) {
            shelf.put(animal, """
                    {"resourceType":"Basic","code":{"coding":[{"system":"urn:animals","code":"%s"}]}}""".formatted(animal));
        }
        shelf.put("deep", """
                {"resourceType":"Questionnaire","status":"active","url":"http://weft/q/food/hunger"}""");
        shelf.put("top", """
                {"resourceType":"Questionnaire","status":"draft","url":"http://weft/q"}""");
        shelf.put("beside", """
                {"resourceType":"Questionnaire","status":"active","url":"http://weft/quality"}""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            Observation?code-value-quantity=4548-4$gt7                            > sugar
            Observation?code-value-quantity=http://loinc.org|4548-4$lt7           > ""
            Observation?code-value-quantity=http://loinc.org|4548-4$7.2|http://unitsofmeasure.org|%25 > sugar
            Observation?code-value-quantity=urn:other|4548-4$gt7                  > ""
            Observation?component-code-value-quantity=8480-6$ge140                > pressure
            Observation?component-code-value-quantity=8462-4$ge140                > ""
            Observation?combo-code=8480-6                                         > pressure
            Observation?combo-code=http://loinc.org|4548-4,85354-9                > pressure sugar
            Observation?combo-code:text=sugar                                     > sugar
            Observation?combo-code:text=blood                                     > pressure
            Observation?combo-code:not=http://loinc.org|8480-6                    > expiry said smoker sugar
            Observation?combo-value-concept=77176002                              > smoker
            Observation?combo-value-concept:missing=true                          > expiry pressure said sugar
            Observation?combo-value-quantity=gt100                                > pressure
            Observation?combo-value-quantity=0.07||1                              > ""
            Observation?combo-value-quantity=140|http://unitsofmeasure.org|mm[Hg] > pressure
            Observation?combo-value-quantity:missing=false                        > pressure sugar
            Patient?_has:Observation:subject:combo-code=8480-6                    > ana
            Observation?combo-code-value-quantity=8480-6$gt130||mm[Hg]            > pressure
            Observation?combo-code-value-quantity=4548-4$gt7,8480-6$gt130         > pressure sugar
            Observation?component-code-value-quantity=8480-6$gt13||kPa            > ""
            Observation?component-code-value-quantity=8480-6$gt18.6|http://unitsofmeasure.org|kPa > pressure
            Observation?component-code-value-quantity=8480-6$gt18.7|http://unitsofmeasure.org|kPa > ""
            Observation?component-value-quantity=18.7|http://unitsofmeasure.org|kPa > pressure
            Observation?component-value-quantity=le0.2|http://unitsofmeasure.org|kPa > ""
            Observation?component-value-quantity=18.7                             > ""
            Observation?code-value-concept=72166-2$77176002                       > smoker
            Observation?code-value-concept=72166-2$http://snomed.info/sct|77176002 > smoker
            Observation?code-value-concept=72166-2$urn:other|77176002             > ""
            Observation?code-value-concept=72166-2$http://snomed.info/sct|        > smoker
            Observation?code-value-concept=72166-2$urn:other|                     > ""
            Observation?code-value-string=diet$no meat                            > said
            Observation?code-value-string=diet$meat                               > ""
            Observation?code-value-date=due$2024-07                               > expiry
            Observation?code-value-date=due$gt2024-08                             > ""
            Patient?_has:Observation:patient:code-value-quantity=4548-4$gt7       > bob
            DocumentReference?relationship={letter}$replaces                      > reply
            DocumentReference?relationship={letter}$appends                       > ""
            Location?near=41.5|-81.7|5|km                                         > campus
            Location?near=41.5|-81.7|5000|m                                       > campus
            Location?near=41.5|-81.7                                              > campus ward
            Location?near=41.5|-81.7|6|[mi_i]                                     > campus ward
            Location?near=-16.5|-179.95|20|km                                     > room
            Location?near=90|0|20000                                              > campus room ward
            Observation?_content=fasting                                          > sugar
            Observation?_content=yesterday -fasting                               > ""
            Observation?_content="since yesterday"                                > sugar
            Observation?_content=lentils                                          > said
            Observation?_text=lentils                                             > said
            Observation?_text=meat                                                > ""
            Patient?_content=nunez                                                > ana
            Patient?_list={panel.id}                                              > ana
            Observation?_list={panel.id}                                          > sugar
            Patient?_list=nothing                                                 > ""
            Observation?code:text=blood pres                                      > pressure
            Observation?code:text=sugar                                           > sugar
            Observation?code:text=pressure                                        > ""
            Patient?identifier:text=medical                                       > ana
            Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|77 > bob
            Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|XX|77 > ""
            Basic?code:in=urn:birds                                               > bird owl
            Basic?code:in=urn:birds|2                                             > bird owl
            Basic?code:in={birds}                                                 > bird owl
            Basic?code:in=urn:pets                                                > fish owl
            Basic?code:not-in=urn:birds                                           > animal fish
            Basic?code:below=urn:animals|bird                                     > bird owl
            Basic?code:above=urn:animals|owl                                      > animal bird owl
            Questionnaire?url:below=http://weft/q                                 > deep top
            Questionnaire?url:above=http://weft/q/food/hunger/now                 > deep top
            Questionnaire?url=http://weft/q/food/hunger                           > deep
            Questionnaire?status:not=draft                                        > beside deep
            Encounter?location:below={campus}                                     > stay
            Encounter?location={campus}                                           > ""
            Location?partof:above={room}                                          > room ward
            Observation?performer={dora}                                          > pressure
            Observation?performer=https://here.test/fhir/{dora}                   > pressure
            {ana}/Observation?                                                    > pressure said
            {ana}/Observation?status=final&date=2024                              > pressure
            {ana}/*?                                                              > ana pressure said visit
            {ana}/*?_type=Encounter,Observation                                   > pressure said visit
            {visit}/Observation?                                                  > pressure
            {dora}/*?                                                             > dora pressure visit
            ?_type=Location,Practitioner&_id={campus.id},{dora.id}                > campus dora
            ?_id={sugar.id}                                                       > sugar
            ?_type=Encounter,Observation&patient={ana}                            > pressure said visit
            ?_content=lentils                                                     > said
            ?_type=Observation,Patient&_has:List:item:_id={panel.id}              > ana sugar
            Patient?_has:Observation:patient:encounter.participant:Practitioner.family=hart > ana
            """)
    void a_search_finds(String search, String expected) {
        assertThat(shelf.found(search.strip())).isEqualTo(expected.strip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            Location?near=here                       > latitude|longitude
            Location?near=100|0                      > latitude|longitude
            Location?near=1|1|5|parsec               > must be in km
            Basic?code:in=urn:nowhere                > not kept here
            Basic?code:below=urn:nowhere|x           > not loaded here
            Basic?code:below=owl                     > with its system
            Basic?code:below=urn:animals|unicorn     > no such code
            Patient?identifier:of-type=MR|77         > system|code|value
            Patient?_list=$current-problems          > functional lists
            Observation?code-value-quantity=1        > takes 2 values
            Observation?code-value-quantity=x|$1     > first a code
            Patient?family:missing=perhaps           > true or false
            Observation?_contained=true              > by a chain
            Observation?_query=mine                  > no named queries
            Patient?birthdate:not=2000               > ':not'
            ?family=x                                > Unknown search parameter 'family'
            ?_type=Nothing                           > Unknown resource type
            Group/1/Observation?                     > R4 has compartments of
            Patient/1/Location?                      > never in the compartment
            Patient/1/Observation?_type=Encounter    > not searched here
            """)
    void what_is_not_understood_says_so(String search, String message) {
        assertThatThrownBy(() -> shelf.search(search.strip()))
                .isInstanceOf(health.weft.fhir.InvalidResource.class)
                .hasMessageContaining(message.strip());
    }

    /** As it is stored; then by what it is found. */
    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            Straße     > strasse, STRASSE, straße, stras
            Łukasz     > lukasz, łukasz, Lukasz
            Søren      > soren, SØREN
            Æther      > aether, ÆTHER
            Þórdís     > thordis, Þórdís
            Đặng       > dang, đặng
            O’Brien    > o'brien, O‘Brien, o’b
            O'Brien    > o’brien
            Smith–Ruiz > smith-ruiz
            Σίσυφος    > σισυφος, ΣΙΣΥΦΟΣ, σισυφοσ
            İpek       > ipek, İPEK
            Nguyễn     > nguyen
            """)
    void a_name_is_found_by_its_base_letters(String stored, String asked) {
        Shelf own = new Shelf(new RecordStore(TestDatabase.fresh()));
        own.put("it", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"" + stored + "\"}]}");
        for (String one : asked.split(",")) {
            assertThat(own.found("Patient?family=" + one.strip())).as(one).isEqualTo("it");
            assertThat(own.found("Patient?family:contains=" + one.strip()))
                    .as(one)
                    .isEqualTo("it");
        }
        assertThat(own.found("Patient?family:exact=" + stored)).isEqualTo("it");
        assertThat(own.found("Patient?family:exact=" + stored.toLowerCase(java.util.Locale.ROOT)))
                .isEmpty();
    }

    @Test
    void an_absolute_reference_to_this_server_is_kept_as_a_local_one() {
        Stored pressure = shelf.search("Observation?code=85354-9").matches().getFirst();
        assertThat(pressure.json().at("/performer/0/reference").asString()).isEqualTo(shelf.real("{dora}"));
    }

    @Test
    void a_search_is_sorted_by_codes_references_addresses_and_several_keys() {
        assertThat(shelf.order("Basic?_sort=code")).containsExactly("animal", "bird", "fish", "owl");
        assertThat(shelf.order("Basic?_sort=-code")).containsExactly("owl", "fish", "bird", "animal");
        assertThat(shelf.order("Questionnaire?_sort=status,-url")).containsExactly("beside", "deep", "top");
        assertThat(shelf.order("Patient?_sort=gender")).containsExactly("ana", "bob");
        assertThat(shelf.order("Observation?_sort=-patient,date&patient:missing=false"))
                .isEqualTo(
                        shelf.real("{ana}").compareTo(shelf.real("{bob}")) > 0
                                ? List.of("said", "pressure", "smoker", "sugar")
                                : List.of("smoker", "sugar", "said", "pressure"));
        assertThat(shelf.order("?_type=Patient,Practitioner&_sort=family")).containsExactly("dora", "ana", "bob");
    }

    @Test
    void includes_iterate_and_take_all() {
        assertThat(shelf.included("Observation?code=85354-9&_include=Observation:encounter"))
                .isEqualTo("visit");
        assertThat(
                        shelf.included(
                                "Observation?code=85354-9&_include=Observation:encounter&_include:iterate=Encounter:participant"))
                .isEqualTo("dora visit");
        assertThat(shelf.included("Encounter?class=IMP&_include=Encounter:location&_include:iterate=Location:partof"))
                .isEqualTo("campus room ward");
        assertThat(shelf.included("Observation?code=85354-9&_include=Observation:*"))
                .isEqualTo("ana dora visit");
        assertThat(shelf.included("Patient?family=nunez&_revinclude=*")).isEqualTo("panel pressure said visit");
        assertThat(
                        shelf.included(
                                "Location?name=campus&_revinclude:iterate=Location:partof&_revinclude:iterate=Encounter:location"))
                .isEqualTo("room stay ward");
    }

    @Test
    void what_may_not_be_searched_by_is_found_by_no_words_pairs_or_lists() {
        Visibility noObservations = new Visibility("r.rtype <> 'Observation'", List.of());
        Visibility noLists = new Visibility("r.rtype <> 'List'", List.of());
        assertThat(shelf.found("Observation?_content=fasting", Visibility.ALL, noObservations))
                .isEmpty();
        assertThat(shelf.found("Observation?code-value-quantity=4548-4$gt7", Visibility.ALL, noObservations))
                .isEmpty();
        assertThat(shelf.found(
                        "Patient?_has:Observation:patient:code-value-quantity=4548-4$gt7",
                        Visibility.ALL,
                        noObservations))
                .isEmpty();
        assertThat(shelf.found("Observation?code:text=sugar", Visibility.ALL, noObservations))
                .isEmpty();
        assertThat(shelf.found("Patient?_list={panel.id}", Visibility.ALL, noLists))
                .isEmpty();
        assertThat(shelf.found("{ana}/*?", noObservations, noObservations)).isEqualTo("ana visit");
        assertThatThrownBy(() -> shelf.search(
                        "Basic?code:in=urn:birds", Visibility.ALL, new Visibility("r.rtype <> 'ValueSet'", List.of())))
                .hasMessageContaining("not kept here");
    }

    @Test
    void a_search_is_sorted_by_what_stands_in_several_places_or_is_said_by_being_there() {
        Shelf own = new Shelf(new RecordStore(TestDatabase.fresh()));
        put(own, "gone", "{'resourceType':'Patient','deceasedDateTime':'2024-01-01'}");
        put(own, "here", "{'resourceType':'Patient'}");
        put(own, "said", "{'resourceType':'Patient','deceasedBoolean':true}");
        put(own, "well", "{'resourceType':'Patient','deceasedBoolean':false}");
        assertThat(own.order("Patient?_sort=deceased,_lastUpdated")).containsExactly("here", "well", "gone", "said");
        assertThat(own.order("Patient?_sort=-deceased,_lastUpdated")).containsExactly("gone", "said", "here", "well");

        put(
                own,
                "nuts",
                "{'resourceType':'AllergyIntolerance','verificationStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification','code':'entered-in-error'}]},'patient':{'reference':'{gone}'},'code':{'coding':[{'code':'m'}]}}");
        put(own, "pollen", """
                {'resourceType':'AllergyIntolerance','verificationStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification','code':'entered-in-error'}]},'patient':{'reference':'{here}'},
                 'reaction':[{'substance':{'coding':[{'code':'b'}]},'manifestation':[{'text':'rash'}]}]}""");
        put(
                own,
                "wasps",
                "{'resourceType':'AllergyIntolerance','verificationStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification','code':'entered-in-error'}]},'patient':{'reference':'{said}'},'code':{'coding':[{'code':'w'}]}}");
        assertThat(own.order("AllergyIntolerance?_sort=code")).containsExactly("pollen", "nuts", "wasps");
        assertThat(own.order("AllergyIntolerance?_sort=-code")).containsExactly("wasps", "nuts", "pollen");

        put(own, "second", """
                {'resourceType':'Library','status':'active','type':{'text':'x'},'relatedArtifact':[
                 {'type':'predecessor','resource':'urn:b'},{'type':'successor','resource':'urn:a'}]}""");
        put(own, "first", """
                {'resourceType':'Library','status':'active','type':{'text':'x'},'relatedArtifact':[
                 {'type':'successor','resource':'urn:z'},{'type':'predecessor','resource':'urn:a'}]}""");
        assertThat(own.order("Library?_sort=predecessor")).containsExactly("first", "second");
        assertThat(own.order("Library?_sort=successor")).containsExactly("second", "first");
        assertThat(own.order("?_type=Library,Patient&_sort=_profile,_lastUpdated"))
                .containsExactly("gone", "here", "said", "well", "second", "first");
    }

    @Test
    void a_canonical_address_is_found_with_and_without_its_version() {
        Shelf own = new Shelf(new RecordStore(TestDatabase.fresh()));
        put(own, "bare", "{'resourceType':'Patient','meta':{'profile':['http://p/StructureDefinition/a']}}");
        put(own, "one", "{'resourceType':'Patient','meta':{'profile':['http://p/StructureDefinition/a|1']}}");
        put(
                own,
                "two",
                "{'resourceType':'Patient','meta':{'profile':['http://p/StructureDefinition/a|2.0','http://p/b']}}");
        put(own, "other", "{'resourceType':'Patient','meta':{'profile':['http://p/StructureDefinition/ab|1']}}");
        put(own, "none", "{'resourceType':'Patient'}");
        String a = "Patient?_profile=http://p/StructureDefinition/a";
        assertThat(own.found(a)).isEqualTo("bare one two");
        assertThat(own.found(a + "|1")).isEqualTo("one");
        assertThat(own.found(a + "|1,http://p/b")).isEqualTo("one two");
        assertThat(own.found(a + "|3")).isEmpty();
        assertThat(own.found("Patient?_profile:not=http://p/StructureDefinition/a"))
                .isEqualTo("none other");
        assertThat(own.found("Patient?_profile:below=http://p/StructureDefinition"))
                .isEqualTo("bare one other two");

        String set = "{'resourceType':'ValueSet','status':'active','url':'http://p/ValueSet/v','version':'%s'}";
        put(own, "first", set.formatted("1"));
        put(own, "second", set.formatted("2"));
        put(own, "unlike", "{'resourceType':'ValueSet','status':'active','url':'http://p/ValueSet/w','version':'1'}");
        assertThat(own.found("ValueSet?url=http://p/ValueSet/v")).isEqualTo("first second");
        assertThat(own.found("ValueSet?url=http://p/ValueSet/v|1")).isEqualTo("first");
        assertThat(own.found("ValueSet?url=http://p/ValueSet/v|2,http://p/ValueSet/w"))
                .isEqualTo("second unlike");
        assertThat(own.found("ValueSet?url=http://p/ValueSet/w|2")).isEmpty();
        assertThat(own.found("?_type=ValueSet,CodeSystem&url=http://p/ValueSet/v|1"))
                .isEqualTo("first");
    }

    @Test
    void what_is_referred_to_by_its_address_comes_along_in_the_version_that_is_named() {
        Shelf own = new Shelf(new RecordStore(TestDatabase.fresh()));
        String form = "{'resourceType':'Questionnaire','status':'active','url':'http://q/%s','version':'%s'}";
        put(own, "form1", form.formatted("form", "1"));
        put(own, "form2", form.formatted("form", "2"));
        put(own, "else", form.formatted("else", "1"));
        String filled = "{'resourceType':'QuestionnaireResponse','status':'completed','questionnaire':'%s'}";
        put(own, "old", filled.formatted("http://q/form|1"));
        put(own, "any", filled.formatted("http://q/form"));
        put(own, "lost", filled.formatted("http://q/nowhere"));
        String responses = "QuestionnaireResponse?_id={%s.id}&_include=QuestionnaireResponse:questionnaire";
        assertThat(own.included(responses.formatted("old"))).isEqualTo("form1");
        assertThat(own.included(responses.formatted("any"))).isEqualTo("form1 form2");
        assertThat(own.included(responses.formatted("lost"))).isEmpty();
        assertThat(own.included("QuestionnaireResponse?_id={old.id}&_include=*"))
                .isEqualTo("form1");
        String forms = "Questionnaire?_id={%s.id}&_revinclude=QuestionnaireResponse:questionnaire";
        assertThat(own.included(forms.formatted("form1"))).isEqualTo("any old");
        assertThat(own.included(forms.formatted("form2"))).isEqualTo("any");
        assertThat(own.included("Questionnaire?_id={form2.id}&_revinclude=*")).isEqualTo("any");
        assertThat(own.included(forms.formatted("else"))).isEmpty();
        Visibility noForms = new Visibility("r.rtype <> 'Questionnaire'", List.of());
        assertThat(own.search(responses.formatted("old"), Visibility.ALL, noForms)
                        .included())
                .isEmpty();
    }

    @Test
    void chains_lead_through_canonical_addresses_to_the_version_that_is_named_and_back() {
        Shelf own = new Shelf(new RecordStore(TestDatabase.fresh()));
        String form = "{'resourceType':'Questionnaire','status':'%s','url':'http://q/%s','version':'%s','title':'%s'}";
        put(own, "form1", form.formatted("retired", "form", "1", "Hunger vital"));
        put(own, "form2", form.formatted("active", "form", "2", "Food worry"));
        put(own, "bare", "{'resourceType':'Questionnaire','status':'active','url':'http://q/bare','title':'Housing'}");
        put(own, "mine", "{'resourceType':'Questionnaire','status':'active','title':'Without address'}");
        put(own, "ana", "{'resourceType':'Patient','name':[{'family':'Nuñez'}]}");
        String filled =
                "{'resourceType':'QuestionnaireResponse','status':'%s','questionnaire':'%s','subject':{'reference':'{ana}'}}";
        put(own, "old", filled.formatted("completed", "http://q/form|1"));
        put(own, "new", filled.formatted("amended", "http://q/form|2"));
        put(own, "any", filled.formatted("in-progress", "http://q/form"));
        put(own, "lost", filled.formatted("completed", "http://q/form|7"));
        put(own, "home", filled.formatted("completed", "http://q/bare"));

        assertThat(own.found("QuestionnaireResponse?questionnaire.title=hunger"))
                .isEqualTo("any old");
        assertThat(own.found("QuestionnaireResponse?questionnaire:Questionnaire.title=food"))
                .isEqualTo("any new");
        assertThat(own.found("QuestionnaireResponse?questionnaire.title=housing"))
                .isEqualTo("home");
        assertThat(own.found("QuestionnaireResponse?questionnaire.status=active&status=completed"))
                .isEqualTo("home");
        assertThat(own.found("QuestionnaireResponse?questionnaire.title=without"))
                .isEmpty();
        assertThat(own.found("Patient?_has:QuestionnaireResponse:subject:questionnaire.title=hunger"))
                .isEqualTo("ana");
        assertThat(own.found("QuestionnaireResponse?_filter=questionnaire.title co worry"))
                .isEqualTo("any new");

        assertThat(own.found("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed"))
                .isEqualTo("bare form1");
        assertThat(own.found("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=amended"))
                .isEqualTo("form2");
        assertThat(own.found("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=in-progress"))
                .isEqualTo("form1 form2");
        assertThat(own.found("Questionnaire?_has:QuestionnaireResponse:questionnaire:subject.family=nunez"))
                .isEqualTo("bare form1 form2");
        assertThat(own.found("QuestionnaireResponse?questionnaire=http://q/form"))
                .isEqualTo("any lost new old");
        assertThat(own.included("Questionnaire?_id={form2.id}&_revinclude=*")).isEqualTo("any new");

        // The definition moves: what means it by its address follows.
        ObjectNode moved =
                own.search("Questionnaire?title=housing").matches().getFirst().json();
        moved.put("url", "http://q/moved");
        own.store.update(moved, null, Shelf.CLINIC, Visibility.ALL);
        assertThat(own.found("QuestionnaireResponse?questionnaire.title=housing"))
                .isEmpty();

        Visibility noForms = new Visibility("r.rtype <> 'Questionnaire'", List.of());
        Visibility noAnswers = new Visibility("r.rtype <> 'QuestionnaireResponse'", List.of());
        assertThat(own.found("QuestionnaireResponse?questionnaire.title=hunger", Visibility.ALL, noForms))
                .isEmpty();
        assertThat(own.found(
                        "Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed",
                        Visibility.ALL,
                        noAnswers))
                .isEmpty();
    }

    private static void put(Shelf shelf, String name, String json) {
        shelf.put(name, json.replace('\'', '"'));
    }

    /** The rest has no values of its own that an order could go by. */
    @Test
    void all_parameters_of_codes_references_and_addresses_have_a_place_but_what_a_bundle_begins_with() {
        List<String> without = health.weft.fhir.Structures.resourceTypes().stream()
                .flatMap(type -> health.weft.fhir.ParameterSet.R4.of(type).values().stream())
                .filter(p -> switch (p.kind()) {
                    case TOKEN, REFERENCE, URI -> BodyPaths.of(List.of(p)).isEmpty();
                    default -> false;
                })
                .map(health.weft.fhir.SearchParameter::name)
                .toList();
        assertThat(without).containsExactlyInAnyOrder("Bundle.composition", "Bundle.message");
    }
}
