package health.weft.store;

import com.zaxxer.hikari.HikariDataSource;
import health.weft.bench.BareDatabase;
import health.weft.fhir.Clause;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the store costs without a server around it: what an Observation is found by, a search made into SQL, one Observation
 * created, and a bundle of a hundred. The database is a real one that keeps what it acknowledges.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class StoreBench {
    private static final Author CLINIC = new Author("Organization/clinic");
    private static final int ENTRIES = 100;
    private static final String SEARCH =
            "patient=7&code=http://loinc.org|85354-9&date=ge2024-01-01&_count=20&_sort=-date";

    private final byte[] observation = """
            {"resourceType":"Observation","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure"]},
             "status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",
              "code":"vital-signs","display":"Vital signs"}]}],
             "code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel"}],"text":"Blood pressure"},
             "subject":{"reference":"PATIENT"},"effectiveDateTime":"2024-03-01T09:58:12+01:00","issued":"2024-03-01T09:58:12.123+01:00",
             "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4","display":"Diastolic"}]},
               "valueQuantity":{"value":78,"unit":"mm[Hg]","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
              {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}]},
               "valueQuantity":{"value":119,"unit":"mm[Hg]","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}""".getBytes(StandardCharsets.UTF_8);

    private final ObjectNode tree = Json.parse(observation);
    private final Session apart = new Session(
            null,
            Visibility.ALL,
            Visibility.ALL,
            SearchState.R4,
            new LocalReferences(List::of),
            new CodeSystems(),
            Duration.ZERO,
            null);

    private BareDatabase database;
    private HikariDataSource connections;
    private RecordStore store;
    private byte[] one;
    private byte[] bundle;

    @Setup(Level.Trial)
    public void start() throws Exception {
        database = new BareDatabase();
        connections = new HikariDataSource();
        connections.setJdbcUrl(database.url());
        store = new RecordStore(connections);
        String patient = store.create(
                        Json.parse("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Vega\"}]}"),
                        CLINIC,
                        Visibility.ALL)
                .reference();
        one = new String(observation, StandardCharsets.UTF_8)
                .replace("PATIENT", patient)
                .getBytes(StandardCharsets.UTF_8);
        ObjectNode all = Json.object("Bundle").put("type", "transaction");
        ArrayNode entries = all.putArray("entry");
        for (int i = 0; i < ENTRIES; i++) {
            ObjectNode entry = entries.addObject();
            entry.set("resource", Json.parse(one));
            entry.putObject("request").put("method", "POST").put("url", "Observation");
        }
        bundle = Json.bytes(all);
    }

    @TearDown(Level.Trial)
    public void stop() throws Exception {
        connections.close();
        database.close();
    }

    @Benchmark
    public Object extraction() {
        return Extraction.of(tree, ParameterSet.R4);
    }

    @Benchmark
    public SearchRequest search_read() {
        return SearchRequest.read("Observation", SearchRequest.parameters(SEARCH), ParameterSet.R4, false);
    }

    @Benchmark
    public Object search_read_and_made_sql() throws Exception {
        ClauseSql clauses = new ClauseSql(apart);
        Sql sql = new Sql();
        for (Clause clause : search_read().clauses()) {
            clauses.add(sql, clause, null);
        }
        return sql;
    }

    @Benchmark
    public Stored create_observation() {
        return store.create(Json.parse(one), CLINIC, Visibility.ALL);
    }

    /** To be divided by a hundred. */
    @Benchmark
    public TransactionResult bundle_of_100_observations() {
        return store.transaction(Json.parse(bundle), CLINIC, Visibility.ALL);
    }
}
