package health.weft.bench;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import health.weft.fhir.FhirPath;
import health.weft.fhir.Issue;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import health.weft.fhir.Validation;
import health.weft.fhir.Xml;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r4.hapi.ctx.HapiWorkerContext;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Observation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.node.ObjectNode;

/** What one ordinary Observation costs: reading, validation, a FHIRPath; and the same path in HAPI's engine. By samples, for the median. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FhirBench {
    private static final String JSON = """
            {"resourceType":"Observation","id":"o1","meta":{"versionId":"1","lastUpdated":"2024-03-01T10:00:00.000Z",
              "profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure"]},
             "status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",
              "code":"vital-signs","display":"Vital signs"}]}],
             "code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel"}],"text":"Blood pressure"},
             "subject":{"reference":"Patient/7"},"encounter":{"reference":"Encounter/9"},
             "effectiveDateTime":"2024-03-01T09:58:12+01:00","issued":"2024-03-01T09:58:12.123+01:00",
             "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4","display":"Diastolic"}]},
               "valueQuantity":{"value":78,"unit":"mm[Hg]","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
              {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}]},
               "valueQuantity":{"value":119,"unit":"mm[Hg]","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}""";

    private static final String PATH =
            "Observation.component.where(code.coding.exists(system = 'http://loinc.org' and code = '8480-6'))"
                    + ".value.ofType(Quantity).value > 100";

    private final byte[] bytes = JSON.getBytes(StandardCharsets.UTF_8);
    private final ObjectNode tree = Json.parse(bytes);
    private final byte[] xml = Xml.bytes(tree);
    private final FhirPath path = FhirPath.compile(PATH);
    private final FhirContext hapi = FhirContext.forR4();
    private final FHIRPathEngine engine =
            new FHIRPathEngine(new HapiWorkerContext(hapi, new DefaultProfileValidationSupport(hapi)));
    private final Observation observation = hapi.newJsonParser().parseResource(Observation.class, JSON);
    private final ExpressionNode node = engine.parse(PATH);

    @Benchmark
    public ObjectNode json_read() {
        return Json.parse(bytes);
    }

    @Benchmark
    public ObjectNode xml_read() {
        return Xml.parse(xml);
    }

    @Benchmark
    public byte[] xml_write() {
        return Xml.bytes(tree);
    }

    @Benchmark
    public List<Issue> validation() {
        return Validation.check(tree);
    }

    @Benchmark
    public List<Item> fhirpath() {
        return path.evaluate(tree);
    }

    @Benchmark
    public List<Base> fhirpath_hapi() {
        return engine.evaluate(observation, node);
    }

    @Benchmark
    public Observation json_read_hapi() {
        return hapi.newJsonParser().parseResource(Observation.class, JSON);
    }
}
