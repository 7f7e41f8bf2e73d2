import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the code systems, value sets and concept maps of R4 (those of HL7 v2 and v3 that it brings too), from where {@code
 * Definitions} takes the rest; run the same way. {@code terminology.ndjson} holds a resource a line, without what no terminology
 * operation tells; {@code terminology.tsv} says where in it each begins.
 *
 * <p>Of systems that the package does not define (LOINC, SNOMED CT), the codes that value sets list are gathered as a CodeSystem
 * whose content is {@code not-present}: known one by one, never as a whole.
 */
public final class Vocabularies {
    private static final String FOLDER = "hl7/fhir/core/package/";
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Set<String> DROPPED = Set.of(
            "text", "meta", "extension", "contained", "publisher", "contact", "description", "copyright", "identifier",
            "experimental", "purpose", "useContext", "jurisdiction", "immutable", "implicitRules", "count");

    public static void main(String[] args) throws IOException {
        Path out = Path.of(args[1]);
        List<ObjectNode> all = new ArrayList<>();
        try (ZipFile zip = new ZipFile(args[0])) {
            for (String type : List.of("CodeSystem", "ConceptMap", "ValueSet")) {
                all.addAll(read(zip, type));
            }
        }
        all.addAll(gathered(all));
        try (OutputStream lines = Files.newOutputStream(out.resolve("terminology.ndjson"));
                OutputStream index = Files.newOutputStream(out.resolve("terminology.tsv"))) {
            write(index, "# FHIR R4 4.0.1 terminology (HL7, CC0). Written by src/generator/Vocabularies.java.\n");
            write(index, "# type\turl\tversion\tbytes of its line in terminology.ndjson, in this order\n");
            for (ObjectNode resource : all) {
                byte[] line = (MAPPER.writeValueAsString(resource) + "\n").getBytes(StandardCharsets.UTF_8);
                lines.write(line);
                write(index, String.join("\t", text(resource, "resourceType"), text(resource, "url"), text(resource, "version"), "" + line.length) + "\n");
            }
        }
    }

    private static List<ObjectNode> read(ZipFile zip, String type) throws IOException {
        Map<String, ObjectNode> byUrl = new TreeMap<>();
        for (var entry : zip.stream().filter(e -> e.getName().startsWith(FOLDER + type + "-")).toList()) {
            try (var in = zip.getInputStream(entry)) {
                ObjectNode resource = (ObjectNode) MAPPER.readTree(in.readAllBytes());
                String content = text(resource, "content");
                boolean example = text(resource, "url").contains("/example") || text(resource, "url").contains("hacked");
                if (!example && !content.equals("supplement") && !content.equals("not-present")) {
                    byUrl.put(text(resource, "url"), (ObjectNode) stripped(resource));
                }
            }
        }
        return new ArrayList<>(byUrl.values());
    }

    private static JsonNode stripped(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode kept = MAPPER.createObjectNode();
            boolean top = object.has("resourceType");
            for (String name : object.propertyNames()) {
                boolean dropped = name.startsWith("_") || name.equals("extension") || (top && DROPPED.contains(name));
                if (!dropped) kept.set(name, stripped(object.get(name)));
            }
            return kept;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode kept = MAPPER.createArrayNode();
            array.forEach(n -> kept.add(stripped(n)));
            return kept;
        }
        return node.isString() ? MAPPER.getNodeFactory().stringNode(node.stringValue().strip()) : node;
    }

    private static List<ObjectNode> gathered(List<ObjectNode> all) {
        Set<String> defined = new java.util.HashSet<>();
        all.stream().filter(r -> text(r, "resourceType").equals("CodeSystem")).forEach(r -> defined.add(text(r, "url")));
        Map<String, Map<String, String>> found = new TreeMap<>();
        for (ObjectNode set : all) {
            for (JsonNode include : set.path("compose").path("include")) {
                String system = text(include, "system");
                if (defined.contains(system) || system.isEmpty() || system.contains("example.")) continue;
                for (JsonNode concept : include.path("concept")) {
                    String display = text(concept, "display");
                    Map<String, String> codes = found.computeIfAbsent(system, s -> new TreeMap<>());
                    codes.merge(text(concept, "code"), display, (known, other) -> known.isEmpty() ? other : known);
                }
            }
        }
        List<ObjectNode> systems = new ArrayList<>();
        found.forEach((system, codes) -> {
            ObjectNode resource = MAPPER.createObjectNode();
            resource.put("resourceType", "CodeSystem").put("url", system).put("name", system);
            resource.put("status", "active").put("content", "not-present");
            ArrayNode concepts = resource.putArray("concept");
            codes.forEach((code, display) -> {
                ObjectNode concept = concepts.addObject().put("code", code);
                if (!display.isEmpty()) concept.put("display", display);
            });
            systems.add(resource);
        });
        return systems;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
