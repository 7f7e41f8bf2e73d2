package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ConceptMap/$translate} (R4, OperationDefinition/ConceptMap-translate). */
public final class Translation {
    private static final Set<String> NO_MATCH = Set.of("unmatched", "disjoint");

    private final Definitions definitions;
    private final Arguments arguments;
    private final boolean reverse;
    private final Set<Match> matches = new LinkedHashSet<>();
    private final Set<String> lacking = new LinkedHashSet<>();

    private Translation(Definitions definitions, Arguments arguments) {
        this.definitions = definitions;
        this.arguments = arguments;
        this.reverse = arguments.is("reverse");
    }

    /** @param products further codes that come with it, as they stand in the map */
    private record Match(String equivalence, Coded concept, List<JsonNode> products, String source) {}

    /**
     * Translates a code by a map, or by all that fit.
     *
     * @param of the map of an instance; null when the arguments name or bring one, or none
     * @throws InvalidResource when the map is not here
     */
    public static ObjectNode of(Definitions definitions, Arguments arguments, @Nullable ObjectNode of) {
        arguments.only(
                "url",
                "conceptMap",
                "conceptMapVersion",
                "code",
                "system",
                "version",
                "source",
                "coding",
                "codeableConcept",
                "target",
                "targetsystem",
                "dependency",
                "reverse");
        Translation translation = new Translation(definitions, arguments);
        for (Coded code : Coded.of(arguments, arguments.text("system"), arguments.text("version"))) {
            if (code.system().isEmpty()) {
                throw Refusal.invalid("Name the system of the code.");
            }
            for (ObjectNode map : translation.maps(of, code)) {
                translation.by(map, code, new HashSet<>());
            }
        }
        return translation.told();
    }

    private List<ObjectNode> maps(@Nullable ObjectNode of, Coded code) {
        ObjectNode sent = of == null ? arguments.resource("conceptMap", "ConceptMap") : of;
        if (sent != null) {
            return List.of(sent);
        }
        String url = arguments.text("url");
        if (!url.isEmpty()) {
            String version = arguments.text("conceptMapVersion");
            return List.of(named(version.isEmpty() ? url : url + "|" + version));
        }
        String from = arguments.text(reverse ? "target" : "source");
        String to = arguments.text(reverse ? "source" : "target");
        return definitions.conceptMaps(code.system(), reverse).stream()
                .filter(map -> (from.isEmpty() || from.equals(scope(map, "source")))
                        && (to.isEmpty() || to.equals(scope(map, "target"))))
                .toList();
    }

    private ObjectNode named(String canonical) {
        ObjectNode map = definitions.conceptMap(canonical);
        if (map == null) {
            throw Refusal.notFound("The concept map is not kept here. Store it as a ConceptMap, or send it along.");
        }
        return map;
    }

    private static String scope(ObjectNode map, String end) {
        String uri = Json.text(map, end + "Uri");
        String canonical = uri.isEmpty() ? Json.text(map, end + "Canonical") : uri;
        int bar = canonical.indexOf('|');
        return bar < 0 ? canonical : canonical.substring(0, bar);
    }

    private void by(ObjectNode map, Coded code, Set<String> through) {
        String url = Json.text(map, "url");
        if (!through.add(url)) {
            throw Refusal.invalid("The concept maps lead to each other in a circle.");
        }
        String wanted = arguments.text("targetsystem");
        for (JsonNode group : map.path("group")) {
            String from = Json.text(group, reverse ? "target" : "source");
            String to = Json.text(group, reverse ? "source" : "target");
            if (!from.equals(code.system()) || !(wanted.isEmpty() || wanted.equals(to))) {
                continue;
            }
            boolean mapped = reverse ? backward(group, code, to, url) : forward(group, code, to, url);
            if (!mapped && !reverse) {
                unmapped(group.path("unmapped"), code, to, url, through);
            }
        }
        through.remove(url);
    }

    private boolean forward(JsonNode group, Coded code, String to, String url) {
        boolean mapped = false;
        for (JsonNode element : group.path("element")) {
            if (!Json.text(element, "code").equals(code.code())) {
                continue;
            }
            mapped = true;
            for (JsonNode target : element.path("target")) {
                if (fits(target)) {
                    String version = Json.text(group, "targetVersion");
                    Coded concept = new Coded(to, version, Json.text(target, "code"), Json.text(target, "display"));
                    matches.add(new Match(
                            Json.text(target, "equivalence"),
                            concept,
                            target.path("product").valueStream().toList(),
                            url));
                }
            }
        }
        return mapped;
    }

    private boolean backward(JsonNode group, Coded code, String to, String url) {
        for (JsonNode element : group.path("element")) {
            for (JsonNode target : element.path("target")) {
                if (Json.text(target, "code").equals(code.code())) {
                    String version = Json.text(group, "sourceVersion");
                    Coded concept = new Coded(to, version, Json.text(element, "code"), Json.text(element, "display"));
                    matches.add(new Match(turned(Json.text(target, "equivalence")), concept, List.of(), url));
                }
            }
        }
        return true;
    }

    /** Seen from the other end: what is wider there is narrower here. */
    private static String turned(String equivalence) {
        return switch (equivalence) {
            case "wider" -> "narrower";
            case "narrower" -> "wider";
            case "subsumes" -> "specializes";
            case "specializes" -> "subsumes";
            default -> equivalence;
        };
    }

    /** Whether what a target depends on is given (R4, ConceptMap.group.element.target.dependsOn). */
    private boolean fits(JsonNode target) {
        boolean fits = true;
        for (JsonNode needed : target.path("dependsOn")) {
            String property = Json.text(needed, "property");
            boolean given = false;
            for (JsonNode dependency : arguments.parts("dependency")) {
                given |= says(dependency, property, Json.text(needed, "system"), Json.text(needed, "value"));
            }
            if (!given) {
                lacking.add(property);
                fits = false;
            }
        }
        return fits;
    }

    private static boolean says(JsonNode parts, String property, String system, String value) {
        String element = "";
        boolean has = false;
        for (JsonNode part : parts) {
            if (Json.text(part, "name").equals("element")) {
                element = Json.text(part, "valueUri");
            } else {
                JsonNode concept = part.path("valueCodeableConcept");
                has |= Json.text(concept, "text").equals(value);
                for (JsonNode coding : concept.path("coding")) {
                    has |= Json.text(coding, "code").equals(value)
                            && (system.isEmpty() || Json.text(coding, "system").equals(system));
                }
            }
        }
        return has && element.equals(property);
    }

    /** What a group says of codes that it does not name (R4, ConceptMap.group.unmapped). */
    private void unmapped(JsonNode rule, Coded code, String to, String url, Set<String> through) {
        switch (Json.text(rule, "mode")) {
            case "provided" ->
                matches.add(new Match("equal", new Coded(to, "", code.code(), code.display()), List.of(), url));
            case "fixed" ->
                matches.add(new Match(
                        "inexact",
                        new Coded(to, "", Json.text(rule, "code"), Json.text(rule, "display")),
                        List.of(),
                        url));
            case "other-map" -> by(named(Json.text(rule, "url")), code, through);
            default -> {}
        }
    }

    private ObjectNode told() {
        boolean result = matches.stream().anyMatch(m -> !NO_MATCH.contains(m.equivalence()));
        List<String> messages = new ArrayList<>();
        if (!lacking.isEmpty()) {
            messages.add("A match depends on more: give a dependency for " + String.join(", ", lacking) + ".");
        }
        if (!result) {
            messages.add("No map that is kept here leads from this code to another.");
        }
        Answer answer = new Answer().flag("result", result).text("message", "valueString", String.join(" ", messages));
        for (Match m : matches) {
            Answer match = answer.parts("match").text("equivalence", "valueCode", m.equivalence());
            match.value("concept", "valueCoding", coding(m.concept()));
            for (JsonNode product : m.products()) {
                Coded of = new Coded(
                        Json.text(product, "system"), "", Json.text(product, "value"), Json.text(product, "display"));
                match.parts("product")
                        .text("element", "valueUri", Json.text(product, "property"))
                        .value("concept", "valueCoding", coding(of));
            }
            match.text("source", "valueUri", m.source());
        }
        return answer.resource();
    }

    private static ObjectNode coding(Coded concept) {
        ObjectNode coding = Json.mapper().createObjectNode();
        String[][] fields = {
            {"system", concept.system()},
            {"version", concept.version()},
            {"code", concept.code()},
            {"display", concept.display()}
        };
        for (String[] field : fields) {
            if (!field[1].isEmpty()) {
                coding.put(field[0], field[1]);
            }
        }
        return coding;
    }
}
