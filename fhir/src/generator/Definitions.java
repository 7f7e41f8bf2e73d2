import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the compact FHIR R4 definitions the library reads, from the HL7 FHIR R4 4.0.1 package inside the Maven artefact
 * {@code com.ibm.fhir:fhir-registry:4.11.1} (folder {@code hl7/fhir/core/package}; the specification is CC0).
 *
 * <p>Run by hand when the source changes, from the {@code fhir} folder, with Jackson 3 on the class path:
 *
 * <pre>{@code
 * mvn dependency:get -Dartifact=com.ibm.fhir:fhir-registry:4.11.1
 * java -cp "$(mvn -q dependency:build-classpath -Dmdep.outputFile=/dev/stdout)" src/generator/Definitions.java \
 *     ~/.m2/repository/com/ibm/fhir/fhir-registry/4.11.1/fhir-registry-4.11.1.jar src/main/resources/health/weft/fhir
 * }</pre>
 */
public final class Definitions {
    private static final String FOLDER = "hl7/fhir/core/package/";
    private static final JsonMapper MAPPER = new JsonMapper();

    public static void main(String[] args) throws IOException {
        Path out = Path.of(args[1]);
        try (ZipFile zip = new ZipFile(args[0])) {
            searchParameters(zip, out.resolve("search-parameters.tsv"));
            structures(zip, out.resolve("structures.tsv"));
            invariants(zip, out.resolve("invariants.tsv"));
            valueSets(zip, out.resolve("value-sets.tsv"));
            compartments(zip, out.resolve("compartments.tsv"));
            summaries(zip, out.resolve("summary.tsv"));
        }
    }

    private static List<JsonNode> all(ZipFile zip, String prefix) throws IOException {
        TreeMap<String, JsonNode> found = new TreeMap<>();
        for (var entry : zip.stream().filter(e -> e.getName().startsWith(FOLDER + prefix)).toList()) {
            if (entry.getName().contains("StructureDefinition-de-")) continue;
            try (var in = zip.getInputStream(entry)) {
                found.put(entry.getName(), MAPPER.readTree(in.readAllBytes()));
            }
        }
        return new ArrayList<>(found.values());
    }

    private static PrintWriter writer(Path file) throws IOException {
        return new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            @Override
            public void println(String line) {
                print(line + "\n");
            }
        };
    }

    /** code, type, bases, targets, expression, components "definition code=expression;..." */
    private static void searchParameters(ZipFile zip, Path file) throws IOException {
        try (PrintWriter out = writer(file)) {
            out.println("# FHIR R4 4.0.1 search parameters (HL7, CC0). Written by src/generator/Definitions.java.");
            out.println("# code\ttype\tbase\ttarget\texpression\tcomponents\turl");
            for (JsonNode p : all(zip, "SearchParameter-")) {
                StringJoiner components = new StringJoiner(";");
                for (JsonNode c : p.path("component")) {
                    components.add(c.path("definition").asString("") + " " + c.path("expression").asString(""));
                }
                out.println(String.join(
                        "\t",
                        p.path("code").asString(""),
                        p.path("type").asString(""),
                        join(p.path("base")),
                        join(p.path("target")),
                        p.path("expression").asString("").replaceAll("\\s+", " "),
                        components.toString(),
                        p.path("url").asString("")));
            }
        }
    }

    private static String join(JsonNode array) {
        StringJoiner joined = new StringJoiner(",");
        for (JsonNode n : array) joined.add(n.asString());
        return joined.toString();
    }

    /**
     * A line "!name kind base" opens a type; then one line an element of its own: path, min, max, types, and the value set a
     * code must come from.
     */
    private static void structures(ZipFile zip, Path file) throws IOException {
        try (PrintWriter out = writer(file)) {
            out.println("# FHIR R4 4.0.1 structures (HL7, CC0). Written by src/generator/Definitions.java.");
            out.println("# !type\tkind\tbase, then path\tmin\tmax\ttypes\trequired value set if any; a type Reference(A|B) names its targets");
            for (JsonNode d : types(zip)) {
                String kind = d.path("kind").asString("");
                String type = d.path("type").asString("");
                String base = d.path("baseDefinition").asString("");
                out.println("!" + type + "\t" + kind + "\t" + base.substring(base.lastIndexOf('/') + 1));
                for (JsonNode e : d.path("snapshot").path("element")) {
                    String path = e.path("path").asString("");
                    if (path.equals(type)) continue;
                    String from = e.path("base").path("path").asString("");
                    if (inherited(type, from)) continue;
                    out.println(String.join(
                            "\t",
                            path.substring(type.length() + 1),
                            e.path("min").asString("0"),
                            e.path("max").asString("*"),
                            required(e).isEmpty() ? types(e) : types(e) + "\t" + required(e)));
                }
            }
        }
    }

    /** Every type of R4: no profiles, no logical models. */
    private static List<JsonNode> types(ZipFile zip) throws IOException {
        return all(zip, "StructureDefinition-").stream()
                .filter(d -> !d.path("kind").asString("").equals("logical")
                        && !d.path("derivation").asString("").equals("constraint"))
                .toList();
    }

    private static String required(JsonNode element) {
        JsonNode binding = element.path("binding");
        return binding.path("strength").asString("").equals("required")
                ? withoutVersion(binding.path("valueSet").asString(""))
                : "";
    }

    private static String withoutVersion(String url) {
        int bar = url.indexOf('|');
        return bar < 0 ? url : url.substring(0, bar);
    }

    /**
     * Path, key, what it demands, expression: the constraints of severity error, each where it is defined. Left out is ele-1,
     * which stands on every element and is a rule of structure.
     */
    private static void invariants(ZipFile zip, Path file) throws IOException {
        try (PrintWriter out = writer(file)) {
            out.println("# FHIR R4 4.0.1 invariants (HL7, CC0). Written by src/generator/Definitions.java.");
            out.println("# path\tkey\thuman\texpression");
            for (JsonNode d : types(zip)) {
                String type = d.path("type").asString("");
                String base = d.path("baseDefinition").asString("");
                for (JsonNode e : d.path("snapshot").path("element")) {
                    String path = e.path("path").asString("");
                    if (!path.equals(type) && inherited(type, e.path("base").path("path").asString(""))) continue;
                    for (JsonNode c : e.path("constraint")) {
                        String key = c.path("key").asString("");
                        boolean elsewhere = key.equals("ele-1")
                                || (key.startsWith("dom-") && !type.equals("DomainResource"))
                                || (key.equals("ext-1") && !path.equals("Extension"))
                                || (key.equals("qty-3") && base.endsWith("/Quantity"));
                        if (elsewhere || !c.path("severity").asString("").equals("error")) continue;
                        out.println(String.join(
                                "\t",
                                path.replace("[x]", ""),
                                key,
                                c.path("human").asString("").replaceAll("\\s+", " "),
                                expression(key, c.path("expression").asString(""))));
                    }
                }
            }
        }
    }

    /** R4 writes Boolean in que-7, which is a type of FHIRPath, and means boolean, that of FHIR. */
    private static String expression(String key, String expression) {
        return (key.equals("que-7") ? expression.replace("is Boolean", "is boolean") : expression)
                .replaceAll("\\s+", " ");
    }

    /** Address, system, codes by comma: every value set that a code must come from, spelled out; those without end are left out. */
    private static void valueSets(ZipFile zip, Path file) throws IOException {
        Map<String, JsonNode> sets = byUrl(all(zip, "ValueSet-"));
        Map<String, JsonNode> systems = byUrl(all(zip, "CodeSystem-"));
        Set<String> wanted = new TreeSet<>();
        for (JsonNode d : types(zip)) {
            for (JsonNode e : d.path("snapshot").path("element")) wanted.add(required(e));
        }
        try (PrintWriter out = writer(file)) {
            out.println("# FHIR R4 4.0.1 value sets of required bindings (HL7, CC0). Written by src/generator/Definitions.java.");
            out.println("# url\tsystem\tcodes");
            for (String url : wanted) {
                Map<String, Set<String>> codes = new TreeMap<>();
                if (!url.isEmpty() && expand(url, sets, systems, codes)) {
                    codes.forEach((system, c) -> out.println(url + "\t" + system + "\t" + String.join(",", c)));
                }
            }
        }
    }

    private static Map<String, JsonNode> byUrl(List<JsonNode> resources) {
        Map<String, JsonNode> map = new HashMap<>();
        for (JsonNode r : resources) map.put(r.path("url").asString(""), r);
        return map;
    }

    private static boolean expand(
            String url, Map<String, JsonNode> sets, Map<String, JsonNode> systems, Map<String, Set<String>> codes) {
        JsonNode set = sets.get(url);
        if (set == null || set.path("compose").has("exclude")) return false;
        for (JsonNode include : set.path("compose").path("include")) {
            for (JsonNode other : include.path("valueSet")) {
                if (!expand(withoutVersion(other.asString("")), sets, systems, codes)) return false;
            }
            String system = include.path("system").asString("");
            if (system.isEmpty()) continue;
            Set<String> into = codes.computeIfAbsent(system, s -> new LinkedHashSet<>());
            JsonNode defined = systems.get(system);
            if (include.has("concept")) {
                concepts(include.path("concept"), into);
            } else if (defined != null && defined.path("content").asString("").equals("complete") && !include.has("filter")) {
                concepts(defined.path("concept"), into);
            } else {
                return false;
            }
        }
        return true;
    }

    private static void concepts(JsonNode concepts, Set<String> into) {
        for (JsonNode c : concepts) {
            into.add(c.path("code").asString(""));
            concepts(c.path("concept"), into);
        }
    }

    private static boolean inherited(String type, String from) {
        String owner = from.contains(".") ? from.substring(0, from.indexOf('.')) : from;
        return !owner.equals(type)
                && Set.of("Resource", "DomainResource", "Element", "BackboneElement").contains(owner);
    }

    private static String types(JsonNode element) {
        if (element.has("contentReference")) {
            return element.path("contentReference").asString("");
        }
        Set<String> types = new LinkedHashSet<>();
        for (JsonNode t : element.path("type")) {
            String code = t.path("code").asString("");
            if (code.startsWith("http://hl7.org/fhirpath/System.")) {
                String system = code.substring(code.lastIndexOf('.') + 1);
                code = "System." + system;
            }
            StringJoiner targets = new StringJoiner("|");
            for (JsonNode p : t.path("targetProfile")) {
                String url = p.asString("");
                targets.add(url.substring(url.lastIndexOf('/') + 1));
            }
            types.add(code.equals("Reference") && targets.length() > 0 ? code + "(" + targets + ")" : code);
        }
        return String.join(",", types);
    }

    /** compartment, type, then the parameters that put a resource of the type into the compartment. */
    private static void compartments(ZipFile zip, Path file) throws IOException {
        try (PrintWriter out = writer(file)) {
            out.println("# FHIR R4 4.0.1 compartments (HL7, CC0). Written by src/generator/Definitions.java.");
            for (JsonNode d : all(zip, "CompartmentDefinition-")) {
                if (!d.path("url").asString("").startsWith("http://hl7.org/fhir/CompartmentDefinition/")) continue;
                if (d.path("id").asString("").equals("example")) continue;
                for (JsonNode r : d.path("resource")) {
                    if (r.has("param")) {
                        out.println(d.path("code").asString("") + "\t" + r.path("code").asString("") + "\t"
                                + join(r.path("param")));
                    }
                }
            }
        }
    }

    /** A type, then its own elements that a summary shows, as paths below it. */
    private static void summaries(ZipFile zip, Path file) throws IOException {
        try (PrintWriter out = writer(file)) {
            out.println("# FHIR R4 4.0.1 summary elements (HL7, CC0). Written by src/generator/Definitions.java.");
            for (JsonNode d : all(zip, "StructureDefinition-")) {
                String kind = d.path("kind").asString("");
                if (!kind.equals("resource") && !kind.equals("complex-type")) continue;
                if (d.path("derivation").asString("").equals("constraint")) continue;
                String type = d.path("type").asString("");
                StringJoiner shown = new StringJoiner(",");
                for (JsonNode e : d.path("snapshot").path("element")) {
                    String path = e.path("path").asString("");
                    if (!path.equals(type) && e.path("isSummary").asBoolean(false)) {
                        shown.add(path.substring(type.length() + 1));
                    }
                }
                if (shown.length() > 0) out.println(type + "\t" + shown);
            }
        }
    }
}
