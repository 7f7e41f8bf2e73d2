package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.store.StoreException.Category;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class TransactionTest {
    static final Author CLINIC = new Author("Organization/clinic");
    static final DataSource DATABASE = TestDatabase.fresh();
    static final RecordStore store = new RecordStore(DATABASE);

    static ObjectNode bundle(String type, String... entries) {
        return Json.parse("{\"resourceType\":\"Bundle\",\"type\":\"" + type + "\",\"entry\":["
                + String.join(",", entries) + "]}");
    }

    static String post(String fullUrl, String resource) {
        String type = Json.text(Json.parse(resource), "resourceType");
        return "{\"fullUrl\":\"" + fullUrl + "\",\"resource\":" + resource
                + ",\"request\":{\"method\":\"POST\",\"url\":\"" + type + "\"}}";
    }

    static TransactionResult run(ObjectNode bundle) {
        return store.transaction(bundle, CLINIC, Visibility.ALL);
    }

    static long count(String search) {
        int mark = search.indexOf('?');
        Long total = store.search(
                        SearchRequest.parse(search.substring(0, mark), search.substring(mark + 1) + "&_summary=count"),
                        Visibility.ALL)
                .total();
        return total == null ? -1 : total;
    }

    @Test
    void entries_in_any_order_refer_to_each_other_even_in_a_circle() {
        TransactionResult result = run(bundle(
                "transaction",
                post("urn:uuid:00000000-0000-0000-0000-000000000002", """
                        {"resourceType":"Condition","code":{"text":"x"},"subject":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000001"},
                         "evidence":[{"detail":[{"reference":"urn:uuid:00000000-0000-0000-0000-000000000003"}]}]}"""),
                post("urn:uuid:00000000-0000-0000-0000-000000000001", """
                        {"resourceType":"Patient","name":[{"family":"Circle"}]}"""),
                post("urn:uuid:00000000-0000-0000-0000-000000000003", """
                        {"resourceType":"Observation","status":"final","code":{"text":"x"},
                         "subject":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000001"},
                         "focus":[{"reference":"urn:uuid:00000000-0000-0000-0000-000000000002"}]}""")));
        assertThat(result.entries()).extracting(TransactionResult.Entry::status).containsExactly(201, 201, 201);
        Stored condition = stored(result, 0);
        Stored patient = stored(result, 1);
        Stored observation = stored(result, 2);
        assertThat(condition.pat()).isEqualTo(patient.rid());
        assertThat(condition.json().path("subject").path("reference").asString())
                .isEqualTo(patient.reference());
        assertThat(condition.json().at("/evidence/0/detail/0/reference").asString())
                .isEqualTo(observation.reference());
        assertThat(observation.json().at("/focus/0/reference").asString()).isEqualTo(condition.reference());
        assertThat(count("Condition?patient=" + patient.reference())).isEqualTo(1);
    }

    static Stored stored(TransactionResult result, int i) {
        Stored stored = result.entries().get(i).stored();
        assertThat(stored).isNotNull();
        return stored;
    }

    @Test
    void one_bad_entry_undoes_all_and_is_named() {
        ObjectNode bad = bundle(
                "transaction",
                post("urn:uuid:1", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Undone\"}]}"),
                post("urn:uuid:2", "{\"resourceType\":\"Patient\",\"gender\":true}"));
        assertThatThrownBy(() -> run(bad)).isInstanceOfSatisfying(InvalidResource.class, e -> assertThat(
                        e.issues().getFirst().expression())
                .isEqualTo("Bundle.entry[1].resource.gender"));
        ObjectNode dangling = bundle(
                "transaction",
                post("urn:uuid:1", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Undone\"}]}"),
                post("urn:uuid:2", """
                        {"resourceType":"Condition","code":{"text":"x"},"subject":{"reference":"Patient/nobody"}}"""));
        assertThatThrownBy(() -> run(dangling)).isInstanceOfSatisfying(StoreException.class, e -> {
            assertThat(e.category()).isEqualTo(Category.UNRESOLVED_REFERENCE);
            assertThat(e.issues().getFirst().expression()).isEqualTo("Bundle.entry[1].resource.subject.reference");
        });
        ObjectNode unknown = bundle("transaction", post("urn:uuid:1", """
                {"resourceType":"Condition","code":{"text":"x"},"subject":{"reference":"urn:uuid:not-there"}}"""));
        assertThatThrownBy(() -> run(unknown)).isInstanceOf(StoreException.class);
        assertThat(count("Patient?family=undone")).isZero();
    }

    @Test
    void conditional_creates_and_references_find_what_is_there() {
        store.create(Json.parse("""
                        {"resourceType":"Practitioner","identifier":[{"system":"urn:npi","value":"77"}],"name":[{"family":"There"}]}"""), CLINIC, Visibility.ALL);
        String practitioner = """
                {"fullUrl":"urn:uuid:9","resource":{"resourceType":"Practitioner","identifier":[{"system":"urn:npi","value":"77"}]},
                 "request":{"method":"POST","url":"Practitioner","ifNoneExist":"identifier=urn:npi|77"}}""";
        ObjectNode bundle = bundle("transaction", practitioner, post("urn:uuid:8", """
                        {"resourceType":"Patient","generalPractitioner":[{"reference":"urn:uuid:9"},
                         {"reference":"Practitioner?identifier=urn:npi|77"}]}"""));
        TransactionResult result = run(bundle);
        assertThat(result.entries()).extracting(TransactionResult.Entry::status).containsExactly(200, 201);
        String there = stored(result, 0).reference();
        ObjectNode patient = stored(result, 1).json();
        assertThat(patient.at("/generalPractitioner/0/reference").asString()).isEqualTo(there);
        assertThat(patient.at("/generalPractitioner/1/reference").asString()).isEqualTo(there);
        assertThat(count("Practitioner?identifier=urn:npi|77")).isEqualTo(1);

        ObjectNode nowhere = bundle("transaction", post("urn:uuid:8", """
                {"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner?identifier=urn:npi|none"}]}"""));
        assertThatThrownBy(() -> run(nowhere)).isInstanceOfSatisfying(StoreException.class, e -> assertThat(
                        e.issues().getFirst().expression())
                .isEqualTo("Bundle.entry[0].resource.generalPractitioner[0].reference"));
    }

    @Test
    void a_fullUrl_is_replaced_where_a_link_stands_and_left_where_it_is_a_value() {
        String urn = "urn:uuid:7d0a2c4e-8b1f-4c55-9a3d-2f6be1a70c01";
        TransactionResult result = run(bundle(
                "transaction",
                post("urn:uuid:7d0a2c4e-8b1f-4c55-9a3d-2f6be1a70c02", """
                        {"resourceType":"Observation","status":"final","code":{"text":"links"},"subject":{"reference":"URN"},
                         "identifier":[{"system":"urn:ietf:rfc:3986","value":"URN"}],
                         "text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><a href=\\"URN\\">who</a> URN</div>"},
                         "contained":[{"resourceType":"Patient","id":"c","link":[{"other":{"reference":"URN"},"type":"seealso"}],
                           "identifier":[{"value":"URN"}]}],"focus":[{"reference":"#c"}],
                         "extension":[{"url":"urn:x:uri","valueUri":"URN"},{"url":"urn:x:url","valueUrl":"URN"},{"url":"urn:x:string","valueString":"URN"},
                           {"url":"urn:x:canonical","valueCanonical":"URN"},{"url":"urn:x:reference","valueReference":{"reference":"URN"}}]}""".replace("URN", urn)),
                post(
                        urn,
                        "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"URN\"}]}"
                                .replace("URN", urn))));
        ObjectNode stored = stored(result, 0).json();
        String patient = stored(result, 1).reference();
        for (String link : List.of(
                "/subject/reference",
                "/contained/0/link/0/other/reference",
                "/extension/0/valueUri",
                "/extension/1/valueUrl",
                "/extension/4/valueReference/reference")) {
            assertThat(stored.at(link).asString("")).as(link).isEqualTo(patient);
        }
        for (String value : List.of(
                "/identifier/0/value",
                "/contained/0/identifier/0/value",
                "/extension/2/valueString",
                "/extension/3/valueCanonical")) {
            assertThat(stored.at(value).asString("")).as(value).isEqualTo(urn);
        }
        assertThat(stored.at("/text/div").asString("")).contains("<a href=\"" + patient + "\">who</a> " + urn);
        assertThat(stored(result, 1).json().at("/identifier/0/value").asString(""))
                .isEqualTo(urn);
    }

    @Test
    void two_conditional_creates_of_one_bundle_make_one_and_both_names_lead_to_it() {
        String create = """
                {"fullUrl":"urn:uuid:NAME","resource":{"resourceType":"Practitioner","identifier":[{"system":"urn:npi","value":"twin"}]},
                 "request":{"method":"POST","url":"Practitioner","ifNoneExist":"identifier=urn:npi|twin"}}""";
        TransactionResult result = run(bundle(
                "transaction", create.replace("NAME", "t1"), create.replace("NAME", "t2"), post("urn:uuid:t3", """
                        {"resourceType":"Patient","generalPractitioner":[{"reference":"urn:uuid:t1"},{"reference":"urn:uuid:t2"}]}""")));
        assertThat(result.entries()).extracting(TransactionResult.Entry::status).containsExactly(201, 200, 201);
        String made = stored(result, 0).reference();
        assertThat(stored(result, 1).reference()).isEqualTo(made);
        ObjectNode patient = stored(result, 2).json();
        assertThat(patient.at("/generalPractitioner/0/reference").asString()).isEqualTo(made);
        assertThat(patient.at("/generalPractitioner/1/reference").asString()).isEqualTo(made);
        assertThat(count("Practitioner?identifier=urn:npi|twin")).isEqualTo(1);

        String update = """
                {"resource":{"resourceType":"Practitioner","identifier":[{"system":"urn:npi","value":"twice"}]},
                 "request":{"method":"PUT","url":"Practitioner?identifier=urn:npi|twice"}}""";
        assertThatThrownBy(() -> run(bundle("transaction", update, update)))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("same condition");
        assertThat(count("Practitioner?identifier=urn:npi|twice")).isZero();
    }

    @Test
    void a_condition_finds_what_the_same_transaction_brings_by_its_identifier() {
        String practitioner = """
                {"resourceType":"Practitioner","identifier":[{"system":"urn:npi","value":"arriving"}]}""";
        String patient = """
                {"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner?identifier=urn:npi|arriving"}]}""";
        TransactionResult result =
                run(bundle("transaction", post("urn:uuid:a1", patient), post("urn:uuid:a2", practitioner)));
        assertThat(stored(result, 0)
                        .json()
                        .at("/generalPractitioner/0/reference")
                        .asString())
                .isEqualTo(stored(result, 1).reference());
        String other = practitioner.replace("arriving", "several");
        assertThatThrownBy(() -> run(bundle(
                        "transaction",
                        post("urn:uuid:a3", patient.replace("arriving", "several")),
                        post("urn:uuid:a4", other),
                        post("urn:uuid:a5", other))))
                .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.category())
                        .isEqualTo(StoreException.Category.MULTIPLE_MATCHES));
    }

    @Test
    void relative_references_mean_the_entry_with_that_address() {
        TransactionResult result = run(bundle(
                "transaction",
                post("http://ehr.example/fhir/Patient/7", "{\"resourceType\":\"Patient\",\"id\":\"7\"}"),
                post("http://ehr.example/fhir/Condition/8", """
                        {"resourceType":"Condition","code":{"text":"x"},"subject":{"reference":"Patient/7"}}""")));
        assertThat(stored(result, 1).pat()).isEqualTo(stored(result, 0).rid());
    }

    @Test
    void put_delete_and_get_stand_beside_post() {
        Stored one = store.create(
                Json.parse("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Put\"}]}"), CLINIC, Visibility.ALL);
        Stored two = store.create(
                Json.parse("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Drop\"}]}"), CLINIC, Visibility.ALL);
        ObjectNode bundle = bundle(
                "transaction",
                "{\"request\":{\"method\":\"GET\",\"url\":\"Patient?family=fresh\"}}",
                "{\"request\":{\"method\":\"GET\",\"url\":\"%s\"}}".formatted(one.reference()),
                "{\"request\":{\"method\":\"DELETE\",\"url\":\"%s\"}}".formatted(two.reference()),
                """
                {"resource":{"resourceType":"Patient","id":"%s","name":[{"family":"Fresh"}]},
                 "request":{"method":"PUT","url":"%s","ifMatch":"W/\\"1\\""}}""".formatted(one.id(), one.reference()));
        TransactionResult result = run(bundle);
        assertThat(result.entries()).extracting(TransactionResult.Entry::status).containsExactly(200, 200, 204, 200);
        assertThat(result.entries().getFirst().page()).hasSize(1);
        assertThat(stored(result, 1).version()).isEqualTo(2);
        assertThatThrownBy(() -> store.read("Patient", two.id(), Visibility.ALL))
                .isInstanceOf(StoreException.class);
    }

    @Test
    void two_entries_that_write_one_resource_are_refused() {
        Stored one = store.create(Json.parse("{\"resourceType\":\"Patient\",\"active\":true}"), CLINIC, Visibility.ALL);
        String put =
                "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"%s\",\"active\":true},\"request\":{\"method\":\"PUT\",\"url\":\"%s\"}}"
                        .formatted(one.id(), one.reference());
        assertThatThrownBy(() -> run(bundle("transaction", put, put)))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("same resource");
    }

    @Test
    void of_a_batch_each_entry_stands_for_itself() {
        TransactionResult result = run(bundle(
                "batch",
                post("urn:uuid:1", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Batch\"}]}"),
                post("urn:uuid:2", "{\"resourceType\":\"Patient\",\"gender\":true}"),
                "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/none\"}}",
                "{\"request\":{\"method\":\"PATCH\",\"url\":\"Patient/none\"}}"));
        assertThat(result.entries()).extracting(TransactionResult.Entry::status).containsExactly(201, 400, 404, 400);
        assertThat(count("Patient?family=batch")).isEqualTo(1);
    }

    @Test
    void parallel_bundles_with_one_condition_make_one() throws Exception {
        ObjectNode bundle = bundle("transaction", """
                {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Organization","name":"Once","identifier":[{"system":"urn:o","value":"1"}]},
                 "request":{"method":"POST","url":"Organization","ifNoneExist":"identifier=urn:o|1"}}""");
        List<Object> results = RecordStoreTest.parallel(16, () -> run(bundle.deepCopy()));
        assertThat(results).allMatch(TransactionResult.class::isInstance);
        assertThat(count("Organization?identifier=urn:o|1")).isEqualTo(1);
    }

    @Test
    void a_large_bundle_is_written_by_a_few_statements() {
        AtomicInteger asked = new AtomicInteger();
        RecordStore counted = new RecordStore(TestDatabase.counting(DATABASE, asked));
        counted.parameters();
        counted.transaction(record(20), CLINIC, Visibility.ALL);
        asked.set(0);
        counted.transaction(record(20), CLINIC, Visibility.ALL);
        int small = asked.get();
        asked.set(0);
        TransactionResult result = counted.transaction(record(3000), CLINIC, Visibility.ALL);
        // What is looked at once a second may come between.
        assertThat(asked.get()).isLessThanOrEqualTo(small + 2).isLessThan(12);
        assertThat(count("Observation?patient=" + stored(result, 0).reference()))
                .isEqualTo(3000);
        assertThat(count("Observation?code=http://loinc.org|7&patient="
                        + stored(result, 0).reference()))
                .isEqualTo(60);
    }

    @Test
    void more_that_refers_to_a_match_than_comes_along_is_told() {
        for (int observations : new int[] {999, 1001}) {
            TransactionResult made = run(record(observations));
            SearchPage page = store.search(
                    SearchRequest.parse(
                            "Patient",
                            "_id=" + stored(made, 0).id() + "&_revinclude=Observation:subject&_total=accurate"),
                    Visibility.ALL);
            assertThat(page.included()).hasSize(Math.min(observations, 1000));
            assertThat(page.total()).isEqualTo(1);
            assertThat(page.warnings()).hasSize(observations > 1000 ? 1 : 0);
        }
    }

    /** A transaction of one patient with so many observations. */
    private static ObjectNode record(int observations) {
        StringBuilder entries = new StringBuilder(post("urn:uuid:p", "{\"resourceType\":\"Patient\",\"active\":true}"));
        for (int i = 0; i < observations; i++) {
            entries.append(',').append(post("urn:uuid:o" + i, """
                    {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"%d"}]},
                     "subject":{"reference":"urn:uuid:p"},"effectiveDateTime":"2024-01-01"}""".formatted(i % 50)));
        }
        return bundle("transaction", entries.toString());
    }

    @Test
    void what_a_transaction_deletes_is_not_what_its_conditional_create_finds() {
        String organization =
                "{\"resourceType\":\"Organization\",\"name\":\"Anew\",\"identifier\":[{\"system\":\"urn:anew\",\"value\":\"1\"}]}";
        Stored old = store.create(Json.parse(organization), CLINIC, Visibility.ALL);
        TransactionResult result = run(bundle(
                "transaction",
                "{\"fullUrl\":\"urn:uuid:1\",\"resource\":%s,\"request\":{\"method\":\"POST\",\"url\":\"Organization\",\"ifNoneExist\":\"identifier=urn:anew|1\"}}"
                        .formatted(organization),
                post(
                        "urn:uuid:2",
                        "{\"resourceType\":\"Patient\",\"managingOrganization\":{\"reference\":\"urn:uuid:1\"}}"),
                "{\"request\":{\"method\":\"DELETE\",\"url\":\"Organization?identifier=urn:anew|1\"}}"));
        assertThat(result.entries()).extracting(TransactionResult.Entry::status).containsExactly(201, 201, 204);
        assertThat(stored(result, 0).id()).isNotEqualTo(old.id());
        assertThat(stored(result, 1)
                        .json()
                        .at("/managingOrganization/reference")
                        .asString())
                .isEqualTo(stored(result, 0).reference());
        assertThat(count("Organization?identifier=urn:anew|1")).isEqualTo(1);
    }
}
