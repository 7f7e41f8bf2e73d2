package health.weft.store;

import health.weft.fhir.Json;
import health.weft.fhir.Structures;
import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The smallest valid resource that holds a value at the place a FHIRPath leads to: that place, and around it what R4 requires. */
final class SmallestResource {
    private static final String ELSEWHERE = "http://elsewhere.example/fhir/";

    private SmallestResource() {}

    /** A code of a value set that an element must come from. */
    record Bound(String system, String code) {}

    /** By the path of an element, {@code Patient.gender}: what R4 requires it to hold; elements of other bindings are not in it. */
    private static final Map<String, List<Bound>> BOUND = bound();

    /** What some resources need beside their required elements, so that no rule of R4 is broken. */
    private static final Map<String, String> RULES = Map.ofEntries(
            Map.entry(
                    "AllergyIntolerance",
                    "{'clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical','code':'resolved'}]}}"),
            Map.entry("Appointment.participant", "{'type':[{'text':'x'}]}"),
            Map.entry("AppointmentResponse", "{'participantType':[{'text':'x'}]}"),
            Map.entry("Bundle", "{'type':'collection'}"),
            Map.entry(
                    "Composition.section",
                    "{'text':{'status':'generated','div':'<div xmlns=\\'http://www.w3.org/1999/xhtml\\'>x</div>'}}"),
            Map.entry("ConceptMap.group.element", "{'code':'x'}"),
            Map.entry(
                    "Condition",
                    "{'clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'resolved'}]}}"),
            Map.entry("Consent", "{'policyRule':{'text':'x'}}"),
            Map.entry("TriggerDefinition", "{'type':'named-event','name':'x'}"),
            Map.entry("Group", "{'actual':true}"),
            Map.entry("ImmunizationRecommendation.recommendation", "{'vaccineCode':[{'text':'x'}]}"),
            Map.entry("InsurancePlan", "{'name':'x'}"),
            Map.entry("Organization", "{'name':'x'}"),
            Map.entry("Linkage", "{'item':[{},{}]}"),
            Map.entry("MessageDefinition.focus", "{'max':'*'}"),
            Map.entry("RequestGroup.action", "{'resource':{'reference':'" + ELSEWHERE + "Task/x'}}"),
            Map.entry(
                    "StructureDefinition",
                    "{'type':'x','baseDefinition':'" + ELSEWHERE
                            + "x','differential':{'element':[{'id':'x','path':'x'}]}}"),
            Map.entry(
                    "ElementDefinition",
                    "{'id':'x','definition':'x','min':0,'max':'*','base':{'path':'x','min':0,'max':'*'}}"),
            Map.entry(
                    "CapabilityStatement",
                    "{'kind':'instance','implementation':{'description':'x'},'rest':[{'mode':'server'}]}"),
            Map.entry("ValueSet.compose.include", "{'system':'" + ELSEWHERE + "x'}"),
            Map.entry("TerminologyCapabilities", "{'description':'x'}"),
            Map.entry("ValueSet.expansion.contains", "{'system':'" + ELSEWHERE + "x'}"));

    /**
     * One element on the way of a search parameter's expression.
     *
     * @param as the type that it must have; null for any
     * @param field of the element that must hold {@code constant}; null when nothing must
     * @param target the type that it must refer to; null for any
     */
    record Step(
            String element,
            @Nullable String as,
            @Nullable String field,
            @Nullable String constant,
            @Nullable String target) {}

    /** Reads one alternative of an expression: {@code (Observation.value as Quantity)}, {@code Patient.telecom.where(system='phone')}. */
    static List<Step> steps(String alternative) {
        String text = alternative.strip();
        String as = null;
        String rest = "";
        if (text.startsWith("(")) {
            int close = text.indexOf(')');
            rest = text.substring(close + 1);
            String[] part = text.substring(1, close).split(" as ");
            text = part[0];
            as = part[1];
        }
        List<Step> steps = new ArrayList<>();
        for (String one : text.split("\\.(?![^(]*\\))")) {
            step(steps, one);
        }
        if (as != null) {
            step(steps, "as(" + as + ")");
        }
        for (String one : rest.isEmpty() ? new String[0] : rest.substring(1).split("\\.")) {
            step(steps, one);
        }
        return steps.subList(1, steps.size());
    }

    private static void step(List<Step> steps, String text) {
        if (text.startsWith("as(")) {
            Step s = steps.removeLast();
            steps.add(new Step(s.element(), text.substring(3, text.length() - 1), null, null, null));
        } else if (text.startsWith("where(resolve() is ")) {
            Step s = steps.removeLast();
            steps.add(new Step(s.element(), s.as(), null, null, text.substring(19, text.length() - 1)));
        } else if (text.startsWith("where(")) {
            Step s = steps.removeLast();
            String[] equal = text.substring(6, text.length() - 1).split("=");
            steps.add(new Step(s.element(), s.as(), equal[0], equal[1].replace("'", ""), null));
        } else if (text.matches("[A-Za-z]+")) {
            steps.add(new Step(text, null, null, null, null));
        } else {
            throw new IllegalArgumentException(text);
        }
    }

    /** The ways in JSON that the steps may take, an element a step; several where the last has a choice of types. */
    static List<List<Child>> ways(String type, List<Step> steps) {
        List<List<Child>> ways = new ArrayList<>(List.of(List.of()));
        for (Step step : steps) {
            List<List<Child>> further = new ArrayList<>();
            for (List<Child> way : ways) {
                Shape in =
                        way.isEmpty() ? Structures.shape(type) : way.getLast().shape();
                for (Child child : in == null ? List.<Child>of() : in.element(step.element())) {
                    // R4's official suite of FHIRPath takes "as" exactly: a code is no string, a canonical no uri.
                    if (step.as() == null || child.type().equals(step.as())) {
                        List<Child> one = new ArrayList<>(way);
                        one.add(child);
                        further.add(one);
                    }
                }
            }
            ways = further;
        }
        return ways;
    }

    /** What an element of a shape must come from; empty when it may come from elsewhere. */
    static List<Bound> bound(String type, List<Child> way) {
        String owner = way.size() < 2
                ? type
                : Objects.requireNonNull(way.get(way.size() - 2).shape()).name();
        return BOUND.getOrDefault(owner + "." + way.getLast().element(), List.of());
    }

    /** With nothing but what R4 requires. */
    static ObjectNode of(String type) {
        ObjectNode resource = Json.mapper().createObjectNode().put("resourceType", type);
        fill(resource, Objects.requireNonNull(Structures.shape(type)));
        return resource;
    }

    /** With what R4 requires beside what is there. */
    static ObjectNode filled(ObjectNode resource) {
        fill(resource, Objects.requireNonNull(Structures.shape(Json.text(resource, "resourceType"))));
        return resource;
    }

    /** With these values at the end of the way; the last element is an array with all of them, or holds the first. */
    static ObjectNode of(String type, List<Step> steps, List<Child> way, List<JsonNode> values) {
        ObjectNode resource = Json.mapper().createObjectNode().put("resourceType", type);
        ObjectNode at = resource;
        for (int i = 0; i < way.size(); i++) {
            Child child = way.get(i);
            Step step = steps.get(i);
            if (i == way.size() - 1) {
                if (child.many()) {
                    values.forEach(at.putArray(child.json())::add);
                } else {
                    at.set(child.json(), values.getFirst());
                }
            } else {
                at = child.many() ? at.putArray(child.json()).addObject() : at.putObject(child.json());
            }
            if (step.field() != null) {
                ObjectNode held = i == way.size() - 1 ? (ObjectNode) values.getFirst() : at;
                held.put(step.field(), step.constant());
            }
        }
        fill(resource, Objects.requireNonNull(Structures.shape(type)));
        return resource;
    }

    private static void fill(ObjectNode node, Shape shape) {
        rules(node, shape);
        shape.elements().forEach((element, children) -> {
            Child first = children.getFirst();
            if (first.min() > 0 && children.stream().noneMatch(c -> node.has(c.json()))) {
                JsonNode value = required(first, shape);
                node.set(
                        first.json(),
                        first.many() ? Json.mapper().createArrayNode().add(value) : value);
            }
            for (Child child : children) {
                JsonNode value = node.get(child.json());
                Shape inner = Structures.isPrimitive(child.type()) ? null : child.shape();
                if (value instanceof ObjectNode one && inner != null) {
                    fill(one, inner);
                } else if (value instanceof ArrayNode several && inner != null) {
                    several.forEach(one -> fill((ObjectNode) one, inner));
                }
            }
        });
    }

    private static void rules(ObjectNode node, Shape shape) {
        String members = RULES.getOrDefault(shape.name(), "{}")
                .replace("\\'", "~")
                .replace('\'', '"')
                .replace("~", "'");
        for (Map.Entry<String, JsonNode> e : Json.parse(members).properties()) {
            if (!there(node, shape, e.getKey())) {
                node.set(e.getKey(), e.getValue());
            } else if (node.get(e.getKey()) instanceof ArrayNode some) {
                for (int i = some.size(); i < e.getValue().size(); i++) {
                    some.add(e.getValue().get(i));
                }
            }
        }
        if (shape.name().equals("Appointment") && node.has("start")) {
            node.set("end", node.get("start"));
        }
        if (shape.name().equals("MolecularSequence.referenceSeq")) {
            // Which of the four says what the sequence is; and a chromosome wants its genome.
            if (node.has("chromosome")) {
                node.put("genomeBuild", "x");
            } else if (!node.has("referenceSeqId")) {
                node.put("referenceSeqString", "x");
            }
        }
    }

    private static boolean there(ObjectNode node, Shape shape, String json) {
        return shape.element(Objects.requireNonNull(shape.child(json)).element()).stream()
                .anyMatch(c -> node.has(c.json()));
    }

    /** A value of an element that R4 requires: of codes the last, so that the others stay for what is tried. */
    private static JsonNode required(Child child, Shape owner) {
        List<Bound> bound = BOUND.getOrDefault(owner.name() + "." + child.element(), List.of());
        Bound last = bound.isEmpty() ? null : bound.getLast();
        String target = child.targets().isEmpty() ? "Patient" : child.targets().getFirst();
        return Json.mapper()
                .readTree(
                        switch (child.type()) {
                            case "code" -> '"' + (last == null ? "x" : last.code()) + '"';
                            case "boolean" -> "false";
                            case "integer", "positiveInt", "unsignedInt" -> "1";
                            case "decimal" -> "1.5";
                            case "date" -> "\"2001-02-03\"";
                            case "dateTime", "instant" -> "\"2001-02-03T04:05:06Z\"";
                            case "time" -> "\"04:05:06\"";
                            case "uri", "url", "canonical" -> '"' + ELSEWHERE + "Basic/x\"";
                            case "oid" -> "\"urn:oid:2.16.1\"";
                            case "base64Binary" -> "\"AAAA\"";
                            case "id", "string", "markdown" -> "\"x\"";
                            case "CodeableConcept" ->
                                last == null
                                        ? "{\"text\":\"x\"}"
                                        : "{\"coding\":[{\"system\":\"" + last.system() + "\",\"code\":\"" + last.code()
                                                + "\"}]}";
                            case "Coding" ->
                                last == null
                                        ? "{\"display\":\"x\"}"
                                        : "{\"system\":\"" + last.system() + "\",\"code\":\"" + last.code() + "\"}";
                            case "Reference" -> "{\"reference\":\"" + ELSEWHERE + target + "/x\"}";
                            case "Identifier", "Quantity", "Money" ->
                                child.type().equals("Identifier") ? "{\"value\":\"x\"}" : "{\"value\":1}";
                            case "Attachment" -> "{\"title\":\"x\"}";
                            case "Period" -> "{\"start\":\"2001\"}";
                            case "HumanName" -> "{\"text\":\"x\"}";
                            case "Resource" -> "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}";
                            default -> "{}";
                        });
    }

    private static Map<String, List<Bound>> bound() {
        Map<String, List<Bound>> sets = new HashMap<>();
        table("value-sets.tsv", f -> {
            for (String code : f[2].split(",")) {
                sets.computeIfAbsent(f[0], u -> new ArrayList<>()).add(new Bound(f[1], code));
            }
        });
        sets.put(
                "http://hl7.org/fhir/ValueSet/mimetypes",
                List.of(new Bound("urn:ietf:bcp:13", "text/html"), new Bound("urn:ietf:bcp:13", "text/plain")));
        Map<String, List<Bound>> bound = new HashMap<>();
        String[] type = {""};
        table("structures.tsv", f -> {
            if (f[0].startsWith("!")) {
                type[0] = f[0].substring(1);
            } else if (f.length > 4 && sets.containsKey(f[4])) {
                bound.put(type[0] + "." + f[0].replace("[x]", ""), sets.get(f[4]));
            }
        });
        // A document needs much else, and no organisation is at home.
        bound.put("Bundle.type", List.of(new Bound("", "searchset"), new Bound("", "collection")));
        bound.put("Address.use", List.of(new Bound("", "billing"), new Bound("", "work")));
        return bound;
    }

    private interface Line {
        void read(String[] fields);
    }

    private static void table(String name, Line each) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Structures.class.getResourceAsStream(name)), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> !line.startsWith("#")).forEach(line -> each.read(line.split("\t", -1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
