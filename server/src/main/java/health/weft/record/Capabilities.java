package health.weft.record;

import health.weft.fhir.Json;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchParameters;
import health.weft.fhir.Structures;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes the CapabilityStatement (R4, 5.2) from the handlers of {@link FhirController} and the definitions they search by. */
final class Capabilities {
    private static final Set<String> SYSTEM = Set.of("transaction", "batch", "search-system", "history-system");

    private Capabilities() {}

    static ObjectNode statement(String base) {
        Set<String> served = new TreeSet<>();
        List<Serves> handlers = Stream.of(FhirController.class, PatchController.class)
                .flatMap(controller -> Arrays.stream(controller.getDeclaredMethods()))
                .flatMap(method -> Arrays.stream(method.getAnnotationsByType(Serves.class)))
                .toList();
        handlers.forEach(s -> served.addAll(Arrays.asList(s.value())));

        ObjectNode statement = Json.object("CapabilityStatement");
        statement.put("status", "active");
        statement.put("date", "2026-01-01");
        statement.put("kind", "instance");
        statement.putObject("software").put("name", "Weft");
        statement
                .putObject("implementation")
                .put("description", "A community health network")
                .put("url", base);
        statement.put("fhirVersion", "4.0.1");
        statement
                .putArray("format")
                .add("application/fhir+json")
                .add("json")
                .add("application/fhir+xml")
                .add("xml");
        statement.putArray("patchFormat").add("application/json-patch+json").add("application/fhir+json");
        ObjectNode rest = statement.putArray("rest").addObject();
        rest.put("mode", "server");
        rest.putObject("security").put("description", "Every request but this needs a bearer token.");
        ArrayNode resources = rest.putArray("resource");
        for (String type : Structures.resourceTypes()) {
            resource(resources.addObject(), type, served, handlers);
        }
        ArrayNode system = rest.putArray("interaction");
        served.stream().filter(SYSTEM::contains).forEach(code -> system.addObject()
                .put("code", code));
        return statement;
    }

    private static void resource(ObjectNode resource, String type, Set<String> served, List<Serves> handlers) {
        resource.put("type", type);
        ArrayNode interactions = resource.putArray("interaction");
        served.stream()
                .filter(code -> !SYSTEM.contains(code))
                .forEach(code -> interactions.addObject().put("code", code));
        resource.put("versioning", "versioned-update");
        resource.put("readHistory", true);
        resource.put("updateCreate", false);
        resource.put("conditionalCreate", true);
        resource.putArray("referencePolicy")
                .add("literal")
                .add("logical")
                .add("enforced")
                .add("local");
        ArrayNode include = resource.putArray("searchInclude");
        ArrayNode parameters = Json.mapper().createArrayNode();
        for (SearchParameter p : SearchParameters.of(type).values()) {
            if (p.kind() == Kind.COMPOSITE || p.kind() == Kind.SPECIAL) {
                continue;
            }
            if (p.kind() == Kind.REFERENCE) {
                include.add(type + ":" + p.code());
            }
            parameters
                    .addObject()
                    .put("name", p.code())
                    .put("definition", p.url())
                    .put("type", p.kind().name().toLowerCase(Locale.ROOT));
        }
        if (include.isEmpty()) {
            resource.remove("searchInclude");
        }
        resource.set("searchParam", parameters);
        for (Serves operation : handlers) {
            if (!operation.operation().isEmpty() && operation.on().equals(type)) {
                resource.withArray("operation")
                        .addObject()
                        .put("name", operation.operation())
                        .put(
                                "definition",
                                "http://hl7.org/fhir/OperationDefinition/" + type + "-" + operation.operation());
            }
        }
    }
}
