package health.weft.bench;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.util.VersionUtil;
import health.weft.fhir.FhirPathSuite;
import health.weft.fhir.FhirPathSuite.Value;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumService;
import org.hl7.fhir.r4.context.IWorkerContext;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r4.hapi.ctx.HapiWorkerContext;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Resource;

/** Runs the official FHIRPath suite over HAPI's engine, in the same runner that Weft's test uses: {@code FhirPathScore DIR}. */
public final class FhirPathScore {
    private static final FhirContext CONTEXT = FhirContext.forR4();

    private final FHIRPathEngine engine;
    private final Map<Path, Resource> inputs = new HashMap<>();

    private FhirPathScore() throws Exception {
        IWorkerContext worker = new HapiWorkerContext(CONTEXT, new DefaultProfileValidationSupport(CONTEXT));
        UcumService units;
        try (var definitions = UcumEssenceService.class.getResourceAsStream("/ucum-essence.xml")) {
            units = new UcumEssenceService(definitions);
        }
        // HAPI's own context knows no units; here it gets the library that Weft uses, so that the comparison is fair.
        engine = new FHIRPathEngine((IWorkerContext) Proxy.newProxyInstance(
                FhirPathScore.class.getClassLoader(),
                new Class<?>[] {IWorkerContext.class},
                (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("getUcumService") ? units : method.invoke(worker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    public static void main(String[] args) throws Exception {
        FhirPathSuite.Score score = FhirPathSuite.run(Path.of(args[0]), new FhirPathScore()::evaluate);
        score.groups().values().forEach(g -> g.failed().forEach(f -> System.out.println("  " + f)));
        System.out.println(
                "FHIRPathEngine of HAPI " + VersionUtil.getVersion() + ": " + score.passed() + " of " + score.all());
    }

    /** Checked against the type first, as HAPI does before it runs an invariant or a search parameter. */
    private List<Value> evaluate(String expression, Path input) throws IOException {
        Resource resource = input == null ? new Patient() : inputs.get(input);
        if (resource == null) {
            String text = Files.readString(input);
            var parser = input.toString().endsWith(".json") ? CONTEXT.newJsonParser() : CONTEXT.newXmlParser();
            resource = (Resource) parser.parseResource(text);
            inputs.put(input, resource);
        }
        ExpressionNode node = engine.parse(expression);
        engine.check(null, resource.fhirType(), resource.fhirType(), resource.fhirType(), node);
        return engine.evaluate(resource, node).stream()
                .map(b -> new Value(b.fhirType(), text(b)))
                .toList();
    }

    private static String text(Base item) {
        if (item instanceof Quantity q) {
            return q.getValue().toPlainString() + " '" + q.getCode() + "'";
        }
        String value = item.isPrimitive() ? item.primitiveValue() : item.fhirType();
        return switch (item.fhirType()) {
            case "date", "dateTime", "instant" -> "@" + value;
            case "time" -> "@T" + value;
            default -> String.valueOf(value);
        };
    }
}
