package health.weft.record;

import health.weft.fhir.Compartments;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.Structures;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes the CapabilityStatement (R4, 5.2) from the handlers that serve, of whatever feature, and the definitions they search by. */
@Component
final class Capabilities {
    private static final String SUBSCRIPTIONS = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";
    private static final Set<String> SYSTEM = Set.of("transaction", "batch", "search-system", "history-system");

    /** What is searched by whatever the type, beside its own parameters. */
    private static final Map<String, String> EVERYWHERE = new TreeMap<>(Map.of(
            "_text",
            "string",
            "_content",
            "string",
            "_list",
            "string",
            "_type",
            "token",
            "_has",
            "string",
            "_filter",
            "string"));

    private final ListableBeanFactory beans;

    Capabilities(ListableBeanFactory beans) {
        this.beans = beans;
    }

    /** What the handlers say they serve, in a steady order. */
    private List<Serves> handlers() {
        return Arrays.stream(beans.getBeanNamesForAnnotation(RestController.class))
                .sorted()
                .<Class<?>>map(name -> Objects.requireNonNull(beans.getType(name), name))
                .flatMap(controller ->
                        Arrays.stream(ClassUtils.getUserClass(controller).getDeclaredMethods()))
                .flatMap(method -> Arrays.stream(method.getAnnotationsByType(Serves.class)))
                .sorted(Comparator.comparing(Serves::operation).thenComparing(Serves::on))
                .toList();
    }

    ObjectNode statement(String base, ParameterSet known) {
        Set<String> served = new TreeSet<>();
        List<Serves> handlers = handlers();
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
        security(rest.putObject("security"), base.substring(0, base.length() - "/fhir".length()));
        ArrayNode resources = rest.putArray("resource");
        Map<String, Set<String>> references = references(known);
        for (String type : Structures.resourceTypes()) {
            ObjectNode resource = resources.addObject();
            if (type.equals("Subscription")) {
                topics(resource);
            }
            resource(resource, type, served, handlers, known, references);
        }
        ArrayNode every = rest.putArray("searchParam");
        EVERYWHERE.forEach((code, kind) -> every.addObject().put("name", code).put("type", kind));
        ArrayNode compartments = rest.putArray("compartment");
        Compartments.all()
                .forEach(of ->
                        compartments.add("http://hl7.org/fhir/CompartmentDefinition/" + of.toLowerCase(Locale.ROOT)));
        ArrayNode system = rest.putArray("interaction");
        served.stream().filter(SYSTEM::contains).forEach(code -> system.addObject()
                .put("code", code));
        operations(rest, handlers, "");
        return statement;
    }

    /** What can be subscribed to (Subscriptions R5 Backport 1.1, capabilitystatement-subscriptiontopic-canonical). */
    private void topics(ObjectNode resource) {
        beans.getBeansOfType(SubscriptionTopics.class).values().stream()
                .flatMap(topics -> topics.canonicals().stream())
                .forEach(canonical -> resource.withArray("extension")
                        .addObject()
                        .put("url", SUBSCRIPTIONS + "capabilitystatement-subscriptiontopic-canonical")
                        .put("valueCanonical", canonical));
        if (resource.has("extension")) {
            resource.putArray("supportedProfile").add(SUBSCRIPTIONS + "backport-subscription");
        }
    }

    /** SMART App Launch 2.2, section 2.1.2; the addresses once more, for clients of version 1. */
    private static void security(ObjectNode security, String here) {
        security.put("cors", true);
        security.putArray("service")
                .addObject()
                .putArray("coding")
                .addObject()
                .put("system", "http://terminology.hl7.org/CodeSystem/restful-security-service")
                .put("code", "SMART-on-FHIR");
        security.put(
                "description",
                "Every request but this needs a bearer token: see .well-known/smart-configuration for how an app gets one.");
        ObjectNode uris = security.putArray("extension")
                .addObject()
                .put("url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
        ArrayNode each = uris.putArray("extension");
        Map<String, String> paths = new TreeMap<>(Map.of(
                "authorize",
                "authorize",
                "token",
                "token",
                "register",
                "register",
                "introspect",
                "introspect",
                "revoke",
                "revoke"));
        paths.forEach((url, path) -> each.addObject().put("url", url).put("valueUri", here + "/oauth2/" + path));
        each.addObject().put("url", "manage").put("valueUri", here + "/apps");
    }

    private static void operations(ObjectNode holder, List<Serves> handlers, String on) {
        for (Serves handler : handlers) {
            if (!handler.operation().isEmpty() && handler.on().equals(on)) {
                holder.withArray("operation")
                        .addObject()
                        .put("name", handler.operation())
                        .put(
                                "definition",
                                handler.definition().isEmpty()
                                        ? "http://hl7.org/fhir/OperationDefinition/" + on + "-" + handler.operation()
                                        : handler.definition());
            }
        }
    }

    /** For each type, {@code Type:parameter} of what may refer to it. */
    private static Map<String, Set<String>> references(ParameterSet known) {
        Map<String, Set<String>> to = new HashMap<>();
        for (String source : Structures.resourceTypes()) {
            for (SearchParameter p : known.of(source).values()) {
                for (String target : p.targets()) {
                    to.computeIfAbsent(target, t -> new TreeSet<>()).add(source + ":" + p.code());
                }
            }
        }
        return to;
    }

    private static boolean conditional(List<Serves> handlers, String what) {
        return handlers.stream().anyMatch(h -> h.conditional().equals(what));
    }

    private static void resource(
            ObjectNode resource,
            String type,
            Set<String> served,
            List<Serves> handlers,
            ParameterSet known,
            Map<String, Set<String>> references) {
        resource.put("type", type);
        List<Serves> own = handlers.stream()
                .filter(h -> h.on().equals(type) && h.value().length > 0)
                .toList();
        if (!own.isEmpty()) {
            own(resource, own, known.of(type).values());
            return;
        }
        ArrayNode interactions = resource.putArray("interaction");
        served.stream()
                .filter(code -> !SYSTEM.contains(code))
                .forEach(code -> interactions.addObject().put("code", code));
        resource.put("versioning", "versioned-update");
        resource.put("readHistory", true);
        resource.put("updateCreate", false);
        resource.put("conditionalCreate", conditional(handlers, "create"));
        resource.put("conditionalRead", "full-support");
        resource.put("conditionalUpdate", conditional(handlers, "update"));
        resource.put("conditionalDelete", conditional(handlers, "delete") ? "single" : "not-supported");
        resource.putArray("referencePolicy")
                .add("literal")
                .add("logical")
                .add("enforced")
                .add("local");
        ArrayNode include = resource.putArray("searchInclude");
        ArrayNode reverse = resource.putArray("searchRevInclude");
        ArrayNode parameters = Json.mapper().createArrayNode();
        for (SearchParameter p : known.of(type).values()) {
            if (p.kind() == Kind.REFERENCE) {
                include.add(type + ":" + p.code());
            }
            parameter(parameters.addObject(), p);
        }
        include.add("*");
        references.getOrDefault(type, Set.of()).forEach(reverse::add);
        if (reverse.isEmpty()) {
            resource.remove("searchRevInclude");
        }
        resource.set("searchParam", parameters);
        operations(resource, handlers, type);
        operations(resource, handlers, "Resource");
    }

    /** A type that is served on its own: a view that the store does not hold. */
    private static void own(ObjectNode resource, List<Serves> own, Collection<SearchParameter> known) {
        ArrayNode interactions = resource.putArray("interaction");
        own.stream().flatMap(h -> Arrays.stream(h.value())).sorted().forEach(code -> interactions
                .addObject()
                .put("code", code));
        resource.put("versioning", "no-version");
        Set<String> codes =
                own.stream().flatMap(h -> Arrays.stream(h.parameters())).collect(Collectors.toSet());
        ArrayNode parameters = resource.putArray("searchParam");
        known.stream().filter(p -> codes.contains(p.code())).forEach(p -> parameter(parameters.addObject(), p));
    }

    private static void parameter(ObjectNode parameter, SearchParameter p) {
        parameter
                .put("name", p.code())
                .put("definition", p.url())
                .put("type", p.kind().name().toLowerCase(Locale.ROOT));
    }
}
