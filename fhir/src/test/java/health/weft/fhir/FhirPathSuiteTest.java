package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs the official FHIRPath suite for R4 (github.com/FHIR/fhir-test-cases, r4/fhirpath) where the folder that
 * WEFT_FHIRPATH_SUITE names holds it, and keeps the score from falling.
 */
class FhirPathSuiteTest {
    /** Tests that passed when this was last looked at. */
    private static final int LEAST = 935;

    /** How one group of the suite went: how many passed, and what did not. */
    private static final class Group {
        private int passed;
        private final List<String> failed = new ArrayList<>();
    }

    private final Map<String, ObjectNode> inputs = new HashMap<>();

    @Test
    void the_official_suite_scores_no_less_than_before() throws Exception {
        String folder = System.getenv("WEFT_FHIRPATH_SUITE");
        Assumptions.assumeTrue(folder != null && Files.isDirectory(Path.of(folder)), "WEFT_FHIRPATH_SUITE is not set");
        Path root = Path.of(folder);
        Map<String, Group> groups = new LinkedHashMap<>();
        var tests = xml(root.resolve("r4/fhirpath/tests-fhir-r4.xml")).getElementsByTagName("test");
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            String name = ((Element) test.getParentNode()).getAttribute("name").replace("()", "");
            Group group = groups.computeIfAbsent(name, g -> new Group());
            Optional<String> wrong = wrong(root, test);
            if (wrong.isEmpty()) {
                group.passed++;
            } else {
                group.failed.add(test.getAttribute("name") + ": " + wrong.get());
            }
        }
        int passed = groups.values().stream().mapToInt(g -> g.passed).sum();
        Conformance.section("fhirpath", report(groups, passed, tests.getLength()));
        assertThat(passed)
                .as(() -> groups.values().stream()
                        .flatMap(g -> g.failed.stream())
                        .toList()
                        .toString())
                .isGreaterThanOrEqualTo(LEAST);
    }

    private static String report(Map<String, Group> groups, int passed, int all) {
        StringBuilder text = new StringBuilder();
        text.append(passed)
                .append(" of ")
                .append(all)
                .append(" tests pass.\n\n| group | pass | fail | which fail, and why |\n");
        text.append("|---|---:|---:|---|\n");
        groups.forEach((name, group) -> text.append("| ")
                .append(name)
                .append(" | ")
                .append(group.passed)
                .append(" | ")
                .append(group.failed.size())
                .append(" | ")
                .append(String.join("; ", group.failed).replace("|", "\\|"))
                .append(" |\n"));
        return text.toString();
    }

    /** What is wrong with what came out; empty when the test passes. */
    private Optional<String> wrong(Path root, Element test) throws Exception {
        Element expression = (Element) test.getElementsByTagName("expression").item(0);
        boolean invalid = !expression.getAttribute("invalid").isEmpty();
        try {
            String file = test.getAttribute("inputfile");
            ObjectNode resource = file.isEmpty()
                    ? Json.object("Patient")
                    : input(root.resolve("inputs").resolve(file));
            List<Item> result = FhirPath.compile(expression.getTextContent(), Json.text(resource, "resourceType"))
                    .evaluate(resource);
            return invalid ? Optional.of("an error is expected") : wrong(test, result);
        } catch (FhirPathException e) {
            return invalid ? Optional.empty() : Optional.of(e.getMessage());
        }
    }

    private static Optional<String> wrong(Element test, List<Item> result) {
        List<String> wanted = new ArrayList<>();
        List<String> found = new ArrayList<>();
        var outputs = test.getElementsByTagName("output");
        for (int i = 0; i < outputs.getLength(); i++) {
            String type = ((Element) outputs.item(i)).getAttribute("type");
            wanted.add(shown(type, outputs.item(i).getTextContent()));
        }
        if (test.getAttribute("predicate").equals("true")) {
            found.add(shown("boolean", String.valueOf(Items.truth(result).orElse(false))));
        } else {
            for (int i = 0; i < result.size(); i++) {
                boolean typed = i < outputs.getLength()
                        && !((Element) outputs.item(i)).getAttribute("type").isEmpty();
                found.add(shown(typed ? result.get(i).type().replace("System.", "") : "", text(result.get(i))));
            }
        }
        return wanted.equals(found) ? Optional.empty() : Optional.of("expected " + wanted + ", found " + found);
    }

    private static String text(Item item) {
        return FhirPathTypes.isTemporal(item)
                ? "@" + (item.type().equals("System.Time") ? "T" : "") + item.text()
                : item.json().isObject()
                        ? FhirPathQuantity.of(item)
                                .map(FhirPathQuantity::toString)
                                .orElse("?")
                        : item.text();
    }

    /** Types are compared by their name in FHIR, numbers by value. */
    private static String shown(String type, String text) {
        String name = type.isEmpty() ? "" : type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1) + " ";
        return name
                + (text.matches("-?\\d+(\\.\\d+)?")
                        ? new BigDecimal(text)
                                .add(BigDecimal.ZERO)
                                .stripTrailingZeros()
                                .toPlainString()
                        : text);
    }

    private static org.w3c.dom.Document xml(Path file) throws ParserConfigurationException, SAXException, IOException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(file.toFile());
    }

    private ObjectNode input(Path file) throws Exception {
        ObjectNode known = inputs.get(file.toString());
        if (known == null) {
            known = file.toString().endsWith(".json")
                    ? Json.parse(Files.readAllBytes(file))
                    : resource(xml(file).getDocumentElement());
            inputs.put(file.toString(), known);
        }
        return known;
    }

    private static ObjectNode resource(Element element) {
        ObjectNode node = Json.object(element.getTagName());
        children(element, Structures.shape(element.getTagName()), node);
        return node;
    }

    private static void children(Element element, Structures.Shape shape, ObjectNode node) {
        for (Node n = element.getFirstChild(); n != null; n = n.getNextSibling()) {
            Structures.Child child = n instanceof Element e && shape != null ? shape.child(e.getTagName()) : null;
            if (child == null) {
                continue;
            }
            Element e = (Element) n;
            JsonNode value = value(e, child);
            ObjectNode extra = JsonNodeFactory.instance.objectNode();
            if (Structures.isPrimitive(child.type())) {
                children(e, Structures.shape("Element"), extra);
            }
            if (child.many()) {
                ArrayNode array = node.withArrayProperty(child.json());
                array.add(value);
                if (!extra.isEmpty()) {
                    ArrayNode extras = node.withArrayProperty("_" + child.json());
                    while (extras.size() < array.size() - 1) {
                        extras.addNull();
                    }
                    extras.add(extra);
                }
            } else {
                if (!value.isNull()) {
                    node.set(child.json(), value);
                }
                if (!extra.isEmpty()) {
                    node.set("_" + child.json(), extra);
                }
            }
        }
    }

    private static JsonNode value(Element e, Structures.Child child) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (child.type().equals("xhtml")) {
            return nodes.stringNode("<div>" + e.getTextContent() + "</div>");
        }
        if (child.type().equals("Resource")) {
            Node inner = e.getFirstChild();
            while (!(inner instanceof Element)) {
                inner = inner.getNextSibling();
            }
            return resource((Element) inner);
        }
        if (Structures.isPrimitive(child.type())) {
            String text = e.getAttribute("value");
            if (text.isEmpty()) {
                return nodes.nullNode();
            }
            return switch (child.type()) {
                case "boolean" -> nodes.booleanNode(text.equals("true"));
                case "integer", "positiveInt", "unsignedInt" -> nodes.numberNode(Integer.parseInt(text));
                case "decimal" -> nodes.numberNode(new BigDecimal(text));
                default -> nodes.stringNode(text);
            };
        }
        ObjectNode object = nodes.objectNode();
        if (e.hasAttribute("url")) {
            object.put("url", e.getAttribute("url"));
        }
        children(e, child.shape(), object);
        return object;
    }
}
