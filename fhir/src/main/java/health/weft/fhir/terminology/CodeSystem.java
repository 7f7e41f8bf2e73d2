package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The codes of one system and how they stand to each other, read from a CodeSystem resource. A system whose codes follow a
 * grammar (UCUM, languages) knows each code but cannot list them.
 */
public final class CodeSystem {
    private static final Set<String> EDGES = Set.of("parent", "subsumedBy", "child");

    private final String url;
    private final String version;
    private final String name;
    private final String content;
    private final String meaning;
    private final boolean caseSensitive;
    private final @Nullable Function<String, @Nullable Concept> grammar;
    private final Map<String, Concept> concepts;
    /** What stands directly above a code; nothing for most codes of most systems. */
    private final Map<String, List<String>> parents;

    private final Map<String, List<String>> children;

    private CodeSystem(
            ObjectNode resource,
            @Nullable Function<String, @Nullable Concept> grammar,
            Map<String, Concept> concepts,
            Map<String, List<String>> parents,
            Map<String, List<String>> children) {
        this.url = Json.text(resource, "url");
        this.version = Json.text(resource, "version");
        this.name = Json.text(resource, "name").isEmpty() ? url : Json.text(resource, "name");
        this.content = Json.text(resource, "content");
        this.meaning = Json.text(resource, "hierarchyMeaning");
        this.caseSensitive = resource.path("caseSensitive").asBoolean(true);
        this.grammar = grammar;
        this.concepts = concepts;
        this.parents = parents;
        this.children = children;
    }

    /** Reads a CodeSystem resource of R4. */
    public static CodeSystem of(ObjectNode resource) {
        return of(resource, null);
    }

    /** Codes by a grammar, besides those that the resource lists; the grammar answers null for what is no code. */
    static CodeSystem of(ObjectNode resource, @Nullable Function<String, @Nullable Concept> grammar) {
        CodeSystem system = new CodeSystem(resource, grammar, new LinkedHashMap<>(), new HashMap<>(), new HashMap<>());
        system.read(resource.path("concept"), null);
        return system;
    }

    private void read(JsonNode listed, @Nullable String above) {
        for (JsonNode json : listed) {
            Concept concept = Concept.of(json);
            String code = concept.code();
            concepts.putIfAbsent(key(code), concept);
            if (above != null) {
                edge(above, code);
            }
            for (Concept.Property property : concept.properties()) {
                if (EDGES.contains(property.code()) && !property.text().isEmpty()) {
                    boolean down = property.code().equals("child");
                    edge(down ? code : property.text(), down ? property.text() : code);
                }
            }
            read(json.path("concept"), code);
        }
    }

    private void edge(String above, String below) {
        List<String> known = parents.computeIfAbsent(key(below), c -> new ArrayList<>(1));
        if (!known.contains(above)) {
            known.add(above);
            children.computeIfAbsent(key(above), c -> new ArrayList<>(2)).add(below);
        }
    }

    private String key(String code) {
        return caseSensitive ? code : code.toLowerCase(Locale.ROOT);
    }

    /** The same with the wordings and properties that supplements add; where a code stands and whether it is active stays. */
    public CodeSystem supplemented(List<CodeSystem> supplements) {
        if (supplements.isEmpty()) {
            return this;
        }
        Map<String, Concept> more = new LinkedHashMap<>(concepts);
        for (CodeSystem supplement : supplements) {
            for (Concept added : supplement.concepts.values()) {
                more.computeIfPresent(key(added.code()), (k, concept) -> concept.with(harmless(added)));
            }
        }
        ObjectNode head = Json.object("CodeSystem")
                .put("url", url)
                .put("version", version)
                .put("name", name);
        head.put("content", content).put("hierarchyMeaning", meaning).put("caseSensitive", caseSensitive);
        return new CodeSystem(head, grammar, more, parents, children);
    }

    private static Concept harmless(Concept added) {
        Set<String> ours = Set.of("status", "inactive", "notSelectable", "abstract", "parent", "child", "subsumedBy");
        return new Concept(
                added.code(),
                "",
                "",
                added.designations(),
                added.properties().stream()
                        .filter(p -> !ours.contains(p.code()))
                        .toList());
    }

    public String url() {
        return url;
    }

    /** Empty when it has none. */
    public String version() {
        return version;
    }

    String name() {
        return name;
    }

    /** Codes it lists. */
    public int size() {
        return concepts.size();
    }

    String canonical() {
        return version.isEmpty() ? url : url + "|" + version;
    }

    /** Whether what it does not know is no code of it. */
    public boolean complete() {
        return grammar != null || content.equals("complete");
    }

    /** What is missing of it, {@code fragment} or {@code example}; empty when nothing is. */
    String lacking() {
        return complete() ? "" : content;
    }

    /**
     * A concept by its code; null when the system has none such.
     *
     * @throws InvalidResource when the system is not loaded, so that nobody can tell
     */
    public @Nullable Concept find(String code) {
        Concept known = concepts.get(key(code));
        if (known != null) {
            return known;
        }
        if (grammar != null) {
            return grammar.apply(code);
        }
        if (content.equals("not-present")) {
            throw notLoaded();
        }
        return null;
    }

    private InvalidResource notLoaded() {
        String known = concepts.isEmpty()
                ? ""
                : " Of it only the " + concepts.size() + " codes are known that value sets of R4 list.";
        return notLoaded(url, known);
    }

    /** Says that a system is not here and how it could be. */
    static InvalidResource notLoaded(String url, String more) {
        return Refusal.notSupported("The code system " + url + " is not loaded here." + more
                + " Store it as a CodeSystem with content 'complete', or with the part that is needed and content"
                + " 'fragment': POST /fhir/CodeSystem.");
    }

    /**
     * Every concept in the order of the system.
     *
     * @throws InvalidResource when they cannot be listed
     */
    Collection<Concept> all() {
        if (grammar != null && !content.equals("complete")) {
            throw Refusal.tooCostly("The codes of " + url
                    + " follow a grammar and have no end, so they cannot be listed; $validate-code tells of one.");
        }
        if (content.equals("not-present")) {
            throw notLoaded();
        }
        return Collections.unmodifiableCollection(concepts.values());
    }

    List<String> parents(String code) {
        return parents.getOrDefault(key(code), List.of());
    }

    List<String> children(String code) {
        return children.getOrDefault(key(code), List.of());
    }

    /** The code and all that it subsumes. */
    public Set<String> below(String code) {
        return reach(code, children);
    }

    /** The code and all that subsumes it. */
    public Set<String> above(String code) {
        return reach(code, parents);
    }

    private Set<String> reach(String from, Map<String, List<String>> edges) {
        Concept start = find(from);
        if (start == null) {
            throw Refusal.notFound("The code system, as it is kept here, has no such code: " + url + ".");
        }
        if (!Set.of("", "is-a").contains(meaning)) {
            throw Refusal.notSupported("The hierarchy of " + url + " means '" + meaning
                    + "', not is-a, so it does not say what subsumes what.");
        }
        if (content.equals("not-present")) {
            throw notLoaded();
        }
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(start.code()));
        while (!open.isEmpty()) {
            String code = open.pop();
            if (reached.add(code)) {
                open.addAll(edges.getOrDefault(key(code), List.of()));
            }
        }
        return reached;
    }
}
