package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.text.Normalizer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ValueSet/$expand} (R4, OperationDefinition/ValueSet-expand). */
public final class Expansion {
    /** What {@code $expand} takes. */
    public static final List<String> PARAMETERS = List.of(
            "url",
            "valueSet",
            "valueSetVersion",
            "filter",
            "date",
            "offset",
            "count",
            "includeDesignations",
            "designation",
            "includeDefinition",
            "activeOnly",
            "excludeNested",
            "excludeNotForUI",
            "excludePostCoordinated",
            "displayLanguage",
            "exclude-system",
            "system-version",
            "check-system-version",
            "force-system-version");

    private static final Set<String> HEAD = Set.of("url", "version", "name", "title", "status", "experimental", "date");

    private final Arguments arguments;
    private final ObjectNode valueSet;
    private final Composing composing;
    private final int largest;
    private final List<String> words;
    private final boolean activeOnly;
    private final boolean excludeNotForUI;
    private final List<String> excludedSystems;

    private Expansion(Arguments arguments, ObjectNode valueSet, Composing composing, int largest) {
        this.arguments = arguments;
        this.valueSet = valueSet;
        this.composing = composing;
        this.largest = largest;
        this.words = words(arguments.text("filter"));
        this.activeOnly = arguments.is("activeOnly");
        this.excludeNotForUI = arguments.is("excludeNotForUI");
        this.excludedSystems = arguments.texts("exclude-system");
    }

    /**
     * Expands a value set.
     *
     * @param of the value set of an instance; null when the arguments name or bring one
     * @param largest codes told at most in one answer
     * @throws InvalidResource when it is not here, cannot be told, or is too large to be told at once
     */
    public static ObjectNode of(Definitions definitions, Arguments arguments, @Nullable ObjectNode of, int largest) {
        arguments.only(PARAMETERS.toArray(String[]::new));
        arguments.ofToday();
        Pins pins = new Pins(
                Pins.read(arguments.texts("system-version")),
                Pins.read(arguments.texts("check-system-version")),
                Pins.read(arguments.texts("force-system-version")));
        Composing composing = new Composing(definitions, pins);
        return new Expansion(arguments, valueSet(composing, arguments, of), composing, largest).expanded();
    }

    /** The value set that is asked about: by its address, sent along, or the instance itself. */
    static ObjectNode valueSet(Composing composing, Arguments arguments, @Nullable ObjectNode of) {
        ObjectNode sent = arguments.resource("valueSet", "ValueSet");
        String url = arguments.text("url");
        if (Stream.of(of != null, sent != null, !url.isEmpty()).filter(x -> x).count() != 1) {
            throw Refusal.invalid("Name one value set: by url, sent as valueSet, or by its id: /ValueSet/ID/$...");
        }
        if (of != null) {
            return of;
        }
        if (sent != null) {
            return sent;
        }
        String version = arguments.text("valueSetVersion");
        return composing.named(version.isEmpty() ? url : url + "|" + version);
    }

    private ObjectNode expanded() {
        Composition composition = composing.of(valueSet);
        List<Member> members = composition.all().stream().filter(this::wanted).toList();
        int offset = whole("offset", 0);
        boolean paged = arguments.whole("count") != null || offset > 0;
        int count = whole("count", paged ? largest : Integer.MAX_VALUE);
        int told = Math.clamp(members.size() - (long) offset, 0, count);
        if (told > largest) {
            throw Refusal.tooCostly("The expansion holds " + members.size() + " codes; at most " + largest
                    + " are told at once. Ask for a part of it by offset and count, or narrow it by filter.");
        }
        ObjectNode answer = Json.object("ValueSet");
        valueSet.properties().stream()
                .filter(p -> HEAD.contains(p.getKey()))
                .forEach(p -> answer.set(p.getKey(), p.getValue()));
        if (!answer.has("status")) {
            answer.put("status", "active");
        }
        if (arguments.is("includeDefinition") && valueSet.has("compose")) {
            answer.set("compose", valueSet.path("compose"));
        }
        ObjectNode expansion = answer.putObject("expansion");
        expansion.put("identifier", "urn:uuid:" + UUID.randomUUID());
        expansion.put("timestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        expansion.put("total", members.size());
        if (paged) {
            expansion.put("offset", offset);
        }
        parameters(expansion.putArray("parameter"));
        if (told > 0) {
            List<Member> page = members.subList(offset, offset + told);
            boolean nested = Boolean.FALSE.equals(arguments.flag("excludeNested")) && !paged;
            ArrayNode contains = expansion.putArray("contains");
            if (nested) {
                nest(page, contains);
            } else {
                page.forEach(member -> tell(member, contains.addObject()));
            }
        }
        if (expansion.path("parameter").isEmpty()) {
            expansion.remove("parameter");
        }
        return answer;
    }

    private int whole(String name, int without) {
        Integer given = arguments.whole(name);
        return given == null ? without : given;
    }

    private boolean wanted(Member member) {
        Concept concept = member.concept();
        return !(activeOnly && concept.inactive())
                && !(excludeNotForUI && concept.grouping())
                && !excluded(member.system())
                && spoken(concept);
    }

    private boolean excluded(CodeSystem system) {
        return excludedSystems.stream().anyMatch(x -> x.equals(system.url()) || x.equals(system.canonical()));
    }

    /** Whether each word of the filter begins a word of the code, the display or another wording. */
    private boolean spoken(Concept concept) {
        if (words.isEmpty()) {
            return true;
        }
        StringBuilder text = new StringBuilder();
        plain(concept.code(), text);
        plain(concept.display(), text);
        for (Concept.Designation d : concept.designations()) {
            plain(d.value(), text);
        }
        String all = text.toString();
        for (String word : words) {
            if (!all.contains(word)) {
                return false;
            }
        }
        return true;
    }

    /** Each word of a filter with a space before it. */
    private static List<String> words(String filter) {
        StringBuilder text = new StringBuilder();
        plain(filter, text);
        return text.toString().isBlank()
                ? List.of()
                : Stream.of(text.toString().strip().split(" +"))
                        .map(w -> " " + w)
                        .toList();
    }

    /** Adds a space, then the text in small letters without accents, a space for whatever is neither letter nor digit. */
    private static void plain(String text, StringBuilder into) {
        into.append(' ');
        String parts = text;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                parts = Normalizer.normalize(text, Normalizer.Form.NFD);
                break;
            }
        }
        for (int i = 0; i < parts.length(); i++) {
            char c = parts.charAt(i);
            if (Character.isLetterOrDigit(c)) {
                into.append(Character.toLowerCase(c));
            } else if (Character.getType(c) != Character.NON_SPACING_MARK) {
                into.append(' ');
            }
        }
    }

    private void parameters(ArrayNode parameters) {
        for (String name : List.of("filter", "displayLanguage")) {
            if (!arguments.text(name).isEmpty()) {
                parameters.addObject().put("name", name).put("valueString", arguments.text(name));
            }
        }
        for (String name : List.of("offset", "count")) {
            if (arguments.whole(name) != null) {
                parameters.addObject().put("name", name).put("valueInteger", arguments.whole(name));
            }
        }
        for (String name : List.of("includeDesignations", "activeOnly", "excludeNested", "excludeNotForUI")) {
            if (arguments.flag(name) != null) {
                parameters.addObject().put("name", name).put("valueBoolean", arguments.flag(name));
            }
        }
        for (String name :
                List.of("exclude-system", "system-version", "check-system-version", "force-system-version")) {
            for (String value : arguments.texts(name)) {
                parameters.addObject().put("name", name).put("valueUri", value);
            }
        }
        for (CodeSystem system : composing.used()) {
            parameters.addObject().put("name", "version").put("valueUri", system.canonical());
            if (Set.of("fragment", "example").contains(system.lacking())) {
                parameters.addObject().put("name", system.lacking()).put("valueUri", system.canonical());
            }
        }
    }

    private void tell(Member member, ObjectNode contains) {
        Concept concept = member.concept();
        contains.put("system", member.system().url());
        if (concept.grouping()) {
            contains.put("abstract", true);
        }
        if (concept.inactive()) {
            contains.put("inactive", true);
        }
        if (!member.system().version().isEmpty()) {
            contains.put("version", member.system().version());
        }
        contains.put("code", concept.code());
        String language = arguments.text("displayLanguage");
        String display = concept.display(language.isEmpty() ? null : language);
        contains.put("display", display);
        ArrayNode designations = Json.mapper().createArrayNode();
        for (Concept.Designation d : concept.designations()) {
            if (designated(d)) {
                designation(d, designations.addObject());
            }
        }
        if (!designations.isEmpty()) {
            contains.set("designation", designations);
        }
    }

    private static void designation(Concept.Designation d, ObjectNode into) {
        if (!d.language().isEmpty()) {
            into.put("language", d.language());
        }
        if (d.use() != null) {
            into.set("use", d.use());
        }
        into.put("value", d.value());
    }

    private boolean designated(Concept.Designation d) {
        List<String> asked = arguments.texts("designation");
        if (asked.isEmpty()) {
            return arguments.is("includeDesignations");
        }
        String use = d.use() == null ? "" : Json.text(d.use(), "system") + "|" + Json.text(d.use(), "code");
        return asked.stream()
                .anyMatch(a -> a.equals(use) || a.equals("urn:ietf:bcp:47|" + d.language()) || a.equals(d.language()));
    }

    /** Each below the first member that stands directly above it in its system. */
    private void nest(List<Member> members, ArrayNode top) {
        Map<Member.Key, ObjectNode> told = new LinkedHashMap<>();
        members.forEach(m -> {
            ObjectNode node = Json.mapper().createObjectNode();
            tell(m, node);
            told.put(m.key(), node);
        });
        Map<Member.Key, Member.Key> above = new HashMap<>();
        for (Member m : members) {
            m.system().parents(m.concept().code()).stream()
                    .map(parent -> new Member.Key(m.system().url(), parent))
                    .filter(told::containsKey)
                    .filter(parent -> !circle(above, m.key(), parent))
                    .findFirst()
                    .ifPresent(parent -> above.put(m.key(), parent));
        }
        told.forEach((key, node) -> {
            Member.Key up = above.get(key);
            ObjectNode parent = up == null ? null : told.get(up);
            (parent == null ? top : parent.withArray("contains")).add(node);
        });
    }

    private static boolean circle(Map<Member.Key, Member.Key> above, Member.Key from, Member.Key to) {
        for (Member.Key at = to; at != null; at = above.get(at)) {
            if (at.equals(from)) {
                return true;
            }
        }
        return false;
    }
}
