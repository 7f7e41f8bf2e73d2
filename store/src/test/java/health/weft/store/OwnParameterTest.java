package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Search parameters of the network's own, and the index that is made for them in the background. */
class OwnParameterTest {

    static ObjectNode parameter(String code, String type, String base, String expression) {
        ObjectNode p = Json.object("SearchParameter")
                .put("url", "http://weft.test/SearchParameter/" + code)
                .put("name", code)
                .put("status", "active")
                .put("description", "Of this network")
                .put("code", code)
                .put("type", type)
                .put("expression", expression);
        p.putArray("base").add(base);
        return p;
    }

    static String bed(String name, String kind) {
        return "{\"resourceType\":\"Location\",\"name\":\"" + name
                + "\",\"extension\":[{\"url\":\"urn:bed\",\"valueCode\":\"" + kind + "\"}]}";
    }

    static final String BED = "Location.extension.where(url = 'urn:bed').value";

    static void index(RecordStore store) {
        int steps = 0;
        while (store.indexSome()) {
            assertThat(steps++).isLessThan(1000);
        }
    }

    /** What the once-a-second look would see. */
    static RecordStore fresh(DataSource database) {
        return new RecordStore(database);
    }

    @Test
    void it_is_refused_with_its_progress_until_all_is_indexed_and_then_finds_old_and_new() {
        DataSource database = TestDatabase.fresh();
        Shelf shelf = new Shelf(fresh(database));
        for (int i = 0; i < 450; i++) {
            shelf.put("old" + i, bed("old" + i, i == 7 ? "bariatric" : "plain"));
        }
        Stored made = shelf.store.create(parameter("bed", "token", "Location", BED), Shelf.CLINIC, Visibility.ALL);
        Shelf after = new Shelf(fresh(database));
        assertThatThrownBy(() -> after.search("Location?bed=bariatric"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("about to begin");
        assertThat(after.store.indexSome()).isTrue();
        assertThatThrownBy(() -> new Shelf(fresh(database)).search("Location?bed=bariatric"))
                .hasMessageContaining("200 of 450 resources are done");
        assertThat(after.store.indexing(made).orElseThrow().status()).isEqualTo("running");

        // Another instance goes on where the first was stopped; meanwhile others write.
        Shelf other = new Shelf(fresh(database));
        other.put("new", bed("new", "bariatric"));
        ObjectNode changed =
                shelf.search("Location?name:exact=old3").matches().getFirst().json();
        ((ObjectNode) changed.at("/extension/0")).put("valueCode", "bariatric");
        other.store.update(changed, null, Shelf.CLINIC, Visibility.ALL);
        index(other.store);
        Shelf done = new Shelf(fresh(database));
        assertThat(done.store.indexing(made).orElseThrow().status()).isEqualTo("done");
        assertThat(done.search("Location?bed=bariatric&_total=accurate").total())
                .isEqualTo(3);
        assertThat(done.search("Location?bed=plain&_total=accurate").total()).isEqualTo(448);
        assertThat(done.search("Location?bed=bariatric&_sort=name").matches()).hasSize(3);
    }

    @Test
    void from_its_commit_on_every_instance_says_that_it_is_being_indexed_and_none_that_it_is_unknown() {
        DataSource database = TestDatabase.fresh();
        Shelf there = new Shelf(fresh(database));
        there.put("first", bed("first", "a"));
        ObjectNode ward = parameter("ward", "reference", "Location", "Location.partOf");
        List<Consumer<Shelf>> ways = List.of(
                s -> s.search("Location?bed=a"),
                s -> s.search("Location?_filter=bed eq a"),
                s -> s.search("Location?_sort=bed"),
                s -> s.search("Encounter?location.bed=a"),
                s -> s.search("Organization?_has:Location:organization:bed=a"),
                s -> s.search("Location?_revinclude=Location:ward"),
                s -> s.search("Location?_revinclude=*"),
                s -> s.search("Location?_revinclude=Location:*"),
                s -> s.store.search(
                        s.store.request("Location", SearchRequest.parameters("bed=a"), true), Visibility.ALL),
                s -> s.store.createIfNoneExist(Json.parse(bed("b", "a")), "bed=a", Shelf.CLINIC, Visibility.ALL),
                s -> transaction(s.store, "transaction", "Location?bed=a"));
        List<Shelf> instances =
                ways.stream().map(way -> new Shelf(fresh(database))).toList();
        Shelf batching = new Shelf(fresh(database));
        instances.forEach(OwnParameterTest::looks);
        looks(batching);
        there.store.create(parameter("bed", "token", "Location", BED), Shelf.CLINIC, Visibility.ALL);
        there.store.create(ward, Shelf.CLINIC, Visibility.ALL);
        for (int i = 0; i < ways.size(); i++) {
            Consumer<Shelf> way = ways.get(i);
            Shelf instance = instances.get(i);
            assertThatThrownBy(() -> way.accept(instance))
                    .as("way " + i)
                    .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.category())
                            .isEqualTo(StoreException.Category.NOT_READY));
        }
        assertThat(transaction(batching.store, "batch", "Location?bed=a")
                        .entries()
                        .getFirst()
                        .status())
                .isEqualTo(503);
        // What is read from the matches themselves is whole, and so is what other types refer by.
        assertThat(there.search("Location?_include=*&_revinclude=Encounter:*").matches())
                .hasSize(1);
        index(there.store);
        assertThat(new Shelf(fresh(database)).search("Location?bed=a").matches())
                .hasSize(1);
        assertThat(new Shelf(fresh(database)).search("Location?_revinclude=*").matches())
                .hasSize(1);
    }

    /** An instance that looked a moment ago what is searched by. */
    private static void looks(Shelf instance) {
        assertThat(instance.search("Location?name=first").matches()).hasSize(1);
    }

    private static TransactionResult transaction(RecordStore store, String type, String url) {
        ObjectNode bundle = Json.object("Bundle").put("type", type);
        bundle.putArray("entry")
                .addObject()
                .putObject("request")
                .put("method", "GET")
                .put("url", url);
        return store.transaction(bundle, Shelf.CLINIC, Visibility.ALL);
    }

    @Test
    void what_was_read_by_a_meaning_that_has_passed_is_not_searched_by() {
        DataSource database = TestDatabase.fresh();
        RecordStore store = fresh(database);
        store.create(Json.parse(bed("Alcove", "a")), Shelf.CLINIC, Visibility.ALL);
        Stored made = store.create(parameter("bed", "token", "Location", BED), Shelf.CLINIC, Visibility.ALL);
        index(store);
        SearchRequest before = fresh(database).request("Location", SearchRequest.parameters("bed=a"), false);
        store.update(made.json().put("expression", "Location.name"), null, Shelf.CLINIC, Visibility.ALL);
        assertThatThrownBy(() -> fresh(database).search(before, Visibility.ALL))
                .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.category())
                        .isEqualTo(StoreException.Category.NOT_READY));
    }

    @Test
    void a_name_that_nobody_made_a_parameter_of_costs_one_small_question_and_no_more() {
        DataSource database = TestDatabase.fresh();
        AtomicInteger asked = new AtomicInteger();
        RecordStore store = fresh(TestDatabase.counting(database, asked));
        store.parameters();
        for (boolean lenient : new boolean[] {false, true}) {
            for (int i = 0; i < 20; i++) {
                // What is looked at once a second comes between at times.
                store.parameters();
                asked.set(0);
                List<Map.Entry<String, String>> nobodys =
                        SearchRequest.parameters("nobodys" + i + "=1&subject.nobodys=2&nor=3");
                if (lenient) {
                    assertThat(store.request("Observation", nobodys, true).ignored())
                            .hasSize(3);
                } else {
                    assertThatThrownBy(() -> store.request("Observation", nobodys, false))
                            .isInstanceOf(InvalidResource.class);
                }
                assertThat(asked.get()).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void one_whose_index_came_to_no_end_is_told_apart_from_one_that_will() throws Exception {
        DataSource database = TestDatabase.fresh();
        RecordStore store = fresh(database);
        store.create(Json.parse(bed("ward", "a")), Shelf.CLINIC, Visibility.ALL);
        Stored made = store.create(parameter("bed", "token", "Location", BED), Shelf.CLINIC, Visibility.ALL);
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "update record.reindex set status = 'failed', message = 'OutOfReach' where seed is not null");
        }
        assertThatThrownBy(() -> new Shelf(fresh(database)).search("Location?bed=a"))
                .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.category())
                        .isEqualTo(StoreException.Category.UNSUPPORTED))
                .hasMessageContaining("Store its SearchParameter again");
        fresh(database).update(made.json(), null, Shelf.CLINIC, Visibility.ALL);
        index(fresh(database));
        assertThat(new Shelf(fresh(database)).search("Location?bed=a").matches())
                .hasSize(1);
    }

    @Test
    void a_writer_who_has_not_heard_of_it_yet_is_told_before_it_writes() {
        DataSource database = TestDatabase.fresh();
        RecordStore unaware = fresh(database);
        unaware.create(Json.parse(bed("first", "a")), Shelf.CLINIC, Visibility.ALL);
        fresh(database).create(parameter("bed", "token", "Location", BED), Shelf.CLINIC, Visibility.ALL);
        index(fresh(database));
        unaware.create(Json.parse(bed("second", "a")), Shelf.CLINIC, Visibility.ALL);
        assertThat(new Shelf(fresh(database)).search("Location?bed=a").matches())
                .hasSize(2);
    }

    @Test
    void a_new_meaning_is_a_new_index_and_a_retired_one_is_not_searched_by() {
        DataSource database = TestDatabase.fresh();
        RecordStore store = fresh(database);
        store.create(Json.parse(bed("Alcove", "a")), Shelf.CLINIC, Visibility.ALL);
        Stored made = store.create(parameter("bed", "token", "Location", BED), Shelf.CLINIC, Visibility.ALL);
        index(store);
        ObjectNode changed = made.json();
        changed.put("expression", "Location.name").put("type", "string");
        Stored second = store.update(changed, null, Shelf.CLINIC, Visibility.ALL);
        index(fresh(database));
        assertThat(new Shelf(fresh(database)).search("Location?bed=alc").matches())
                .hasSize(1);
        assertThat(new Shelf(fresh(database)).search("Location?bed=a").matches())
                .hasSize(1);
        ObjectNode retired = second.json();
        retired.put("status", "retired");
        store.update(retired, null, Shelf.CLINIC, Visibility.ALL);
        assertThatThrownBy(() -> new Shelf(fresh(database)).search("Location?bed=alc"))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("Unknown search parameter");
    }

    @Test
    void a_composite_of_its_own_pairs_what_r4_defines() {
        DataSource database = TestDatabase.fresh();
        RecordStore store = fresh(database);
        ObjectNode p = parameter("phone-use", "composite", "Patient", "Patient.telecom");
        p.putArray("component")
                .addObject()
                .put("definition", "http://hl7.org/fhir/SearchParameter/individual-telecom")
                .put("expression", "use");
        p.withArrayProperty("component")
                .addObject()
                .put("definition", "http://hl7.org/fhir/SearchParameter/individual-telecom")
                .put("expression", "value");
        store.create(p, Shelf.CLINIC, Visibility.ALL);
        store.create(Json.parse("""
                {"resourceType":"Patient","telecom":[{"system":"phone","use":"home","value":"1"},{"system":"phone","use":"work","value":"2"}]}"""), Shelf.CLINIC, Visibility.ALL);
        index(fresh(database));
        assertThat(new Shelf(fresh(database)).search("Patient?phone-use=home$1").matches())
                .hasSize(1);
        assertThat(new Shelf(fresh(database)).search("Patient?phone-use=home$2").matches())
                .isEmpty();
    }

    @Test
    void an_expression_that_fails_on_a_resource_does_not_keep_it_from_being_stored() {
        DataSource database = TestDatabase.fresh();
        RecordStore store = fresh(database);
        store.create(
                parameter("only", "string", "Patient", "Patient.name.single().family"), Shelf.CLINIC, Visibility.ALL);
        index(fresh(database));
        Shelf shelf = new Shelf(fresh(database));
        shelf.put("two", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"A\"},{\"family\":\"B\"}]}");
        shelf.put("one", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"A\"}]}");
        assertThat(shelf.found("Patient?only=a")).isEqualTo("one");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            bed! > token > Location > Location.name > letters, digits and hyphens
            bed > special > Location > Location.name > cannot be searched by
            bed > token > Nothing > Nothing.name > SearchParameter.base[0]
            bed > token > Location > Location.name.where( > cannot be compiled
            bed > token > Location > Patient.name > No part of the expression begins with Location
            """)
    void what_cannot_be_searched_by_is_refused_when_it_is_written(
            String code, String type, String base, String expression, String message) {
        RecordStore store = fresh(TestDatabase.fresh());
        assertThatThrownBy(() -> store.create(
                        parameter(code.strip(), type.strip(), base.strip(), expression.strip()),
                        Shelf.CLINIC,
                        Visibility.ALL))
                .isInstanceOf(InvalidResource.class)
                .satisfies(e ->
                        assertThat(((InvalidResource) e).issues().toString()).contains(message.strip()));
    }

    /** The second version had a row for the code, one for the system and one for both. */
    @Test
    void codes_of_the_second_version_are_found_before_and_after_they_are_indexed_anew() throws SQLException {
        DataSource database = TestDatabase.fresh();
        RecordStore store = fresh(database);
        Stored sugar = store.create(Json.parse("""
                {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:tests","code":"a1c"}]}}"""), Shelf.CLINIC, Visibility.ALL);
        int sp = health.weft.fhir.Hash.small("Observation.code");
        String coded = "select count(*) from record.idx_tok where sp = " + sp;
        try (Connection c = database.getConnection();
                Statement s = c.createStatement()) {
            s.execute("truncate record.coding");
            s.execute("insert into record.idx_tok (h, sp, pat, rid) select h, " + sp + ", 0, " + sugar.rid()
                    + " from unnest('{" + Extraction.anySystem("Observation.code", "a1c") + ","
                    + Extraction.system("Observation.code", "urn:tests") + "}'::bigint[]) h");
            s.execute("update record.search_state set extraction = 2");
        }
        List<String> searches = List.of("code=a1c", "code=urn:tests|a1c", "code=urn:tests|", "combo-code=a1c");
        Shelf old = new Shelf(fresh(database));
        old.store.upgradeIndex();
        for (String search : searches) {
            assertThat(old.search("Observation?" + search).matches()).as(search).hasSize(1);
        }
        assertThat(number(database, coded)).isEqualTo(3);
        index(old.store);
        Shelf now = new Shelf(fresh(database));
        for (String search : searches) {
            assertThat(now.search("Observation?" + search).matches()).as(search).hasSize(1);
        }
        assertThat(now.search("Observation?code=urn:other|a1c").matches()).isEmpty();
        assertThat(number(database, coded)).isEqualTo(1);
    }

    /** The third version had a row for each source, and took moments for words. */
    @Test
    void a_database_of_the_third_version_keeps_what_it_finds_and_loses_the_rows_that_nothing_needs()
            throws SQLException {
        DataSource database = TestDatabase.upTo("V5__codings.sql");
        long rid = stored(database, 3, """
                {"resourceType":"Observation","id":"pulse","status":"final","code":{"text":"Pulse"},"effectiveDateTime":"2024-05-06T07:08:09Z"}""");
        int sp = health.weft.fhir.Hash.small("Observation._source");
        try (Connection c = database.getConnection();
                Statement s = c.createStatement()) {
            token(s, 7, "Observation._source", rid);
            token(s, Extraction.implied("Observation.status", "final"), "Observation.status", rid);
            s.execute("insert into record.word (sp, v, h) values (" + sp + ", 'organization/clinic', 7)");
            s.execute(
                    "insert into record.idx_text (content, pat, rid) values (to_tsvector('simple', 'pulse 2024-05-06T07:08:09Z'), 0, "
                            + rid + ")");
        }
        TestDatabase.bringUp(database, "V5__codings.sql");
        String rows = "select count(*) from record.idx_tok where sp = " + sp;
        assertThat(number(database, rows)).isZero();
        assertThat(number(database, "select count(*) from record.word where sp = " + sp))
                .isZero();
        Shelf old = new Shelf(fresh(database));
        old.store.upgradeIndex();
        List<String> searches = List.of("_source=" + Shelf.CLINIC.party(), "_content=pulse", "status=final");
        for (String search : searches) {
            assertThat(old.search("Observation?" + search).matches()).as(search).hasSize(1);
        }
        assertThat(old.search("Observation?_content=2024").matches()).hasSize(1);
        index(old.store);
        assertThat(number(database, "select count(*) from record.reindex where status = 'done'"))
                .isEqualTo(1);
        Shelf now = new Shelf(fresh(database));
        for (String search : searches) {
            assertThat(now.search("Observation?" + search).matches()).as(search).hasSize(1);
        }
        assertThat(number(database, "select extraction from record.search_state"))
                .isEqualTo(Extraction.VERSION);
        assertThat(now.search("Observation?_content=2024").matches()).isEmpty();
    }

    @Test
    void a_database_of_the_fourth_version_finds_names_by_base_letters_when_its_rows_are_made_anew()
            throws SQLException {
        DataSource database = TestDatabase.upTo("V6__narrower_indexes.sql");
        long rid = stored(database, 4, """
                {"resourceType":"Patient","id":"street","name":[{"family":"Straße"},{"family":"Plain"}]}""");
        try (Connection c = database.getConnection();
                Statement s = c.createStatement()) {
            for (String name : List.of("Straße", "Plain")) {
                s.execute("insert into record.idx_str (v, e, sp, pat, rid) values ('" + name.toLowerCase(Locale.ROOT)
                        + "', "
                        + health.weft.fhir.Hash.of(name) + ", " + health.weft.fhir.Hash.small("Patient.family") + ", "
                        + rid
                        + ", " + rid + ")");
            }
        }
        TestDatabase.bringUp(database, "V6__narrower_indexes.sql");
        Shelf old = new Shelf(fresh(database));
        old.store.upgradeIndex();
        assertThat(old.search("Patient?family=plain").matches()).hasSize(1);
        index(old.store);
        Shelf now = new Shelf(fresh(database));
        assertThat(now.search("Patient?family=strasse").matches()).hasSize(1);
        assertThat(number(database, "select count(*) from record.idx_str where v = 'straße'"))
                .isZero();
        ObjectNode renamed = now.store
                .read("Patient", "street", Visibility.ALL)
                .orElseThrow()
                .json();
        ((ObjectNode) renamed.at("/name/0")).put("family", "Weg");
        now.store.update(renamed, null, Shelf.CLINIC, Visibility.ALL);
        assertThat(now.search("Patient?family=straße").matches()).isEmpty();
        // An empty one has nothing to be made anew.
        assertThat(number(TestDatabase.fresh(), "select extraction from record.search_state"))
                .isEqualTo(Extraction.VERSION);
    }

    /** The fifth version had the words of each resource in a row of their own, and a row for each text of a code. */
    @Test
    void words_of_the_fifth_version_are_found_before_and_after_they_stand_once_for_all_that_say_the_same()
            throws SQLException {
        DataSource database = TestDatabase.upTo("V7__base_letters.sql");
        String name = "Observation.code";
        for (String id : List.of("one", "two", "three")) {
            long rid = stored(
                    database,
                    5,
                    "{\"resourceType\":\"Observation\",\"id\":\"" + id
                            + "\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"urn:tests\",\"code\":\"1\",\"display\":\"Heart rate\"}]}}");
            try (Connection c = database.getConnection();
                    Statement s = c.createStatement()) {
                token(s, Extraction.inSystem(name, "urn:tests", "1"), name, rid);
                token(s, Extraction.display(name, "heart rate"), name, rid);
                s.execute("insert into record.word (sp, v, h) values (" + health.weft.fhir.Hash.small(name)
                        + ", 'heart rate', " + Extraction.display(name, "heart rate") + ")");
                s.execute(
                        "insert into record.idx_text (content, pat, rid) values (to_tsvector('simple', 'final heart rate'), 0, "
                                + rid + ")");
            }
        }
        TestDatabase.bringUp(database, "V7__base_letters.sql");
        List<String> searches =
                List.of("code:text=heart", "_content=rate", "_content=\"heart rate\"", "code=urn:tests|1");
        Shelf old = new Shelf(fresh(database));
        old.store.upgradeIndex();
        for (String search : searches) {
            assertThat(old.search("Observation?" + search).matches()).as(search).hasSize(3);
        }
        ObjectNode one = old.store
                .read("Observation", "one", Visibility.ALL)
                .orElseThrow()
                .json();
        ((ObjectNode) one.at("/code/coding/0")).put("display", "Pulse");
        old.store.update(one, null, Shelf.CLINIC, Visibility.ALL);
        for (String search : searches.subList(0, 3)) {
            assertThat(old.search("Observation?" + search).matches()).as(search).hasSize(2);
        }
        index(old.store);
        Shelf now = new Shelf(fresh(database));
        for (String search : searches.subList(0, 3)) {
            assertThat(now.search("Observation?" + search).matches()).as(search).hasSize(2);
        }
        assertThat(now.search("Observation?code:text=pulse&_content=pulse").matches())
                .hasSize(1);
        assertThat(number(database, "select count(*) from record.idx_text")).isZero();
        assertThat(number(database, "select count(*) from record.wording")).isEqualTo(2);
        // Of each its status, its code, and its words.
        assertThat(number(database, "select count(*) from record.idx_tok")).isEqualTo(9);
    }

    /** A resource as an earlier version stored it, without any row of the index. */
    private static long stored(DataSource database, int version, String json) throws SQLException {
        ObjectNode resource = Json.parse(json);
        String type = Json.text(resource, "resourceType");
        String id = Json.text(resource, "id");
        try (Connection c = database.getConnection();
                java.sql.PreparedStatement s = c.prepareStatement("""
                        insert into record.res (rid, part, rtype, id, ver, pat, owner, author, tkey, updated, body)
                        select n.rid, 0, ?, ?, 1, case when ? = 'Patient' then n.rid else 0 end, ?, ?, ?, now(), ?
                        from (select nextval('record.rid') as rid) n returning rid
                        """)) {
            s.setString(1, type);
            s.setString(2, id);
            s.setString(3, type);
            s.setString(4, Shelf.CLINIC.party());
            s.setString(5, Shelf.CLINIC.party());
            s.setLong(6, Extraction.tkey(type + "/" + id));
            s.setBytes(7, Json.bytes(resource));
            try (java.sql.ResultSet row = s.executeQuery();
                    Statement state = c.createStatement()) {
                row.next();
                state.execute("update record.search_state set extraction = " + version);
                return row.getLong(1);
            }
        }
    }

    private static void token(Statement s, long h, String parameter, long rid) throws SQLException {
        s.execute("insert into record.idx_tok (h, sp, pat, rid) values (" + h + ", "
                + health.weft.fhir.Hash.small(parameter) + ", 0, " + rid + ")");
    }

    private static long number(DataSource database, String sql) throws SQLException {
        try (Connection c = database.getConnection();
                Statement s = c.createStatement();
                java.sql.ResultSet row = s.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void a_database_of_an_earlier_version_is_indexed_anew_and_nothing_of_the_old_rows_misleads() throws SQLException {
        DataSource database = TestDatabase.fresh();
        RecordStore store = fresh(database);
        Stored sugar = store.create(Json.parse("""
                {"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a1c"}],"text":"Sugar"},
                 "valueQuantity":{"value":7200,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}"""), Shelf.CLINIC, Visibility.ALL);
        try (Connection c = database.getConnection();
                Statement s = c.createStatement()) {
            for (String table : List.of("idx_comp", "wording", "idx_geo", "word")) {
                s.execute("truncate record." + table);
            }
            s.execute("delete from record.idx_qty where code = 0");
            s.execute("insert into record.idx_tok (h, sp, pat, rid) values ("
                    + Extraction.anySystem("Observation.status", "final") + ", "
                    + health.weft.fhir.Hash.small("Observation.status") + ", 0, " + sugar.rid() + ")");
            s.execute("update record.search_state set extraction = 1");
        }
        Shelf old = new Shelf(fresh(database));
        old.store.upgradeIndex();
        old.store.upgradeIndex();
        for (String search : List.of("_content=sugar", "code:text=sugar", "code-value-quantity=a1c$gt1")) {
            assertThatThrownBy(() -> old.search("Observation?" + search)).hasMessageContaining("is being indexed");
        }
        assertThat(old.search("Observation?status=final&value-quantity=7200|http://unitsofmeasure.org|mg")
                        .matches())
                .hasSize(1);
        index(old.store);
        Shelf now = new Shelf(fresh(database));
        for (String search : List.of(
                "_content=sugar",
                "code:text=sugar",
                "code-value-quantity=a1c$gt1",
                "value-quantity=7.2|http://unitsofmeasure.org|g",
                "status=final")) {
            assertThat(now.search("Observation?" + search).matches()).as(search).hasSize(1);
        }
        ObjectNode amended = sugar.json();
        amended.put("status", "amended");
        now.store.update(amended, null, Shelf.CLINIC, Visibility.ALL);
        assertThat(now.search("Observation?status=final").matches()).isEmpty();
    }
}
