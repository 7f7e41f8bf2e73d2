package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compiles value sets (R4, 4.9.5): enumerated, a whole system, filtered, of other sets; each set and system is read once an
 * operation. One that takes in itself is refused.
 */
public final class Composing {
    private static final int DEEPEST = 20;

    private final Definitions definitions;
    private final Pins pins;
    private final Composition.Work work = new Composition.Work();
    private final Map<String, CodeSystem> systems = new LinkedHashMap<>();
    private final Map<String, Composition> sets = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();

    public Composing(Definitions definitions) {
        this(definitions, Pins.NONE);
    }

    Composing(Definitions definitions, Pins pins) {
        this.definitions = definitions;
        this.pins = pins;
    }

    /** A system and a code. */
    public record Code(String system, String code) {}

    /**
     * Every code of a value set.
     *
     * @throws InvalidResource when it cannot be told, or comes to more codes than {@code most}
     */
    public List<Code> codes(ObjectNode valueSet, int most) {
        var members = of(valueSet).all();
        if (members.size() > most) {
            throw Refusal.tooCostly("The value set holds more than " + most + " codes; use a narrower one.");
        }
        return members.stream()
                .map(m -> new Code(m.system().url(), m.concept().code()))
                .toList();
    }

    /** The value set at an address. */
    public ObjectNode named(String canonical) {
        ObjectNode set = definitions.valueSet(canonical);
        if (set == null) {
            throw Refusal.notFound("The value set is not kept here. Store it as a ValueSet, or name one that R4 has.");
        }
        return set;
    }

    private Composition at(String canonical) {
        Composition known = sets.get(canonical);
        if (known == null) {
            known = of(named(canonical));
            sets.put(canonical, known);
        }
        return known;
    }

    Composition of(ObjectNode valueSet) {
        String name = Json.text(valueSet, "url") + "|" + Json.text(valueSet, "version");
        if (name.length() > 1 && open.contains(name)) {
            throw Refusal.invalid("The value set takes in itself: " + String.join(" in ", open) + " in " + name + ".");
        }
        if (open.size() >= DEEPEST) {
            throw Refusal.tooCostly("The value set takes in others, deeper than " + DEEPEST + " levels.");
        }
        open.push(name);
        try {
            JsonNode compose = valueSet.has("compose") ? valueSet.path("compose") : enumerated(valueSet);
            return new Composition(
                    parts(compose.path("include")),
                    parts(compose.path("exclude")),
                    !compose.path("inactive").asBoolean(true));
        } finally {
            open.pop();
        }
    }

    /** A set that only says what it expands to is the list of that. */
    private static ObjectNode enumerated(ObjectNode valueSet) {
        ObjectNode compose = Json.mapper().createObjectNode();
        Map<String, ObjectNode> bySystem = new LinkedHashMap<>();
        expanded(valueSet.path("expansion").path("contains"), bySystem);
        if (bySystem.isEmpty()) {
            throw Refusal.invalid("The value set says neither how it is composed nor what it holds.");
        }
        bySystem.values().forEach(compose.putArray("include")::add);
        return compose;
    }

    private static void expanded(JsonNode contains, Map<String, ObjectNode> into) {
        for (JsonNode one : contains) {
            String system = Json.text(one, "system");
            if (one.has("code") && !one.path("abstract").asBoolean(false)) {
                ObjectNode part = into.computeIfAbsent(
                        system, s -> Json.mapper().createObjectNode().put("system", s));
                part.withArray("concept")
                        .addObject()
                        .put("code", Json.text(one, "code"))
                        .put("display", Json.text(one, "display"));
            }
            expanded(one.path("contains"), into);
        }
    }

    private List<Composition.Part> parts(JsonNode includes) {
        List<Composition.Part> parts = new ArrayList<>();
        for (JsonNode include : includes) {
            parts.add(part(include));
        }
        return parts;
    }

    private Composition.Part part(JsonNode include) {
        List<Composition> imports = new ArrayList<>();
        for (JsonNode other : include.path("valueSet")) {
            imports.add(at(other.asString("")));
        }
        String url = Json.text(include, "system");
        if (url.isEmpty()) {
            return new Composition.Part(null, null, List.of(), imports, work);
        }
        String version = Json.text(include, "version");
        if (include.has("concept")) {
            CodeSystem system = known(url, version);
            Map<String, Concept> listed = new LinkedHashMap<>();
            for (JsonNode concept : include.path("concept")) {
                String code = Json.text(concept, "code");
                listed.put(code, known(system, code).worded(concept));
            }
            return new Composition.Part(system, listed, List.of(), imports, work);
        }
        CodeSystem system = system(url, version);
        List<Predicate<Concept>> filters = new ArrayList<>();
        for (JsonNode filter : include.path("filter")) {
            filters.add(ConceptFilter.of(system, filter));
        }
        return new Composition.Part(system, null, filters, imports, work);
    }

    /** What the system says of a code that a value set lists; a bare one where the system is not here or does not know it. */
    private static Concept known(CodeSystem system, String code) {
        try {
            Concept concept = system.find(code);
            return concept == null ? Concept.bare(code, "") : concept;
        } catch (InvalidResource notLoaded) {
            return Concept.bare(code, "");
        }
    }

    /**
     * A code system.
     *
     * @param version empty for any
     * @throws InvalidResource when it is not here
     */
    CodeSystem system(String url, String version) {
        CodeSystem system = found(pins.canonical(url, version));
        if (system != null) {
            return system;
        }
        CodeSystem other = definitions.codeSystem(url);
        throw other == null || other.version().isEmpty()
                ? CodeSystem.notLoaded(url, "")
                : Refusal.notSupported("The code system " + url + " is here in version " + other.version()
                        + ", not in the one that is asked for.");
    }

    /** As {@link #system}; a system without codes where it is not here. */
    private CodeSystem known(String url, String version) {
        CodeSystem system = found(pins.canonical(url, version));
        return system != null
                ? system
                : CodeSystem.of(Json.object("CodeSystem")
                        .put("url", url)
                        .put("version", version)
                        .put("content", "not-present"));
    }

    private @Nullable CodeSystem found(String canonical) {
        CodeSystem known = systems.get(canonical);
        if (known == null) {
            known = definitions.codeSystem(canonical);
            if (known != null) {
                systems.put(canonical, known);
            }
        }
        return known;
    }

    /** The systems that were looked at. */
    Set<CodeSystem> used() {
        return new LinkedHashSet<>(systems.values());
    }

    Definitions definitions() {
        return definitions;
    }
}
