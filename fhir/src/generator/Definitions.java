import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
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

    /** A line "!name kind base" opens a type; then one line an element of its own: path, min, max, types. */
    private static void structures(ZipFile zip, Path file) throws IOException {
        try (PrintWriter out = writer(file)) {
            out.println("# FHIR R4 4.0.1 structures (HL7, CC0). Written by src/generator/Definitions.java.");
            out.println("# !type\tkind\tbase, then path\tmin\tmax\ttypes; a type Reference(A|B) names its targets");
            for (JsonNode d : all(zip, "StructureDefinition-")) {
                String kind = d.path("kind").asString("");
                if (kind.equals("logical") || d.path("derivation").asString("").equals("constraint")) continue;
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
                            types(e)));
                }
            }
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
