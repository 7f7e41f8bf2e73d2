package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final int LEAST = 657;

    private final Map<String, ObjectNode> inputs = new HashMap<>();
    private final List<String> failed = new ArrayList<>();

    @Test
    void the_official_suite_scores_no_less_than_before() throws Exception {
        String folder = System.getenv("WEFT_FHIRPATH_SUITE");
        Assumptions.assumeTrue(folder != null && Files.isDirectory(Path.of(folder)), "WEFT_FHIRPATH_SUITE is not set");
        Path root = Path.of(folder);
        var tests = xml(root.resolve("r4/fhirpath/tests-fhir-r4.xml")).getElementsByTagName("test");
        int passed = 0;
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            if (passes(root, test)) {
                passed++;
            } else {
                failed.add(test.getAttribute("name"));
            }
        }
        System.out.println("FHIRPath suite: " + passed + " of " + tests.getLength() + " pass; not: " + failed);
        assertThat(passed).isGreaterThanOrEqualTo(LEAST);
    }

    private boolean passes(Path root, Element test) throws Exception {
        Element expression = (Element) test.getElementsByTagName("expression").item(0);
        boolean invalid = !expression.getAttribute("invalid").isEmpty();
        try {
            String file = test.getAttribute("inputfile");
            ObjectNode resource = file.isEmpty()
                    ? Json.object("Patient")
                    : input(root.resolve("inputs").resolve(file));
            List<Item> result = FhirPath.compile(expression.getTextContent()).evaluate(resource);
            if (invalid) {
                return false;
            }
            var outputs = test.getElementsByTagName("output");
            if (test.getAttribute("predicate").equals("true")) {
                boolean holds = result.size() == 1 && result.getFirst().json().isBoolean()
                        ? result.getFirst().json().booleanValue()
                        : !result.isEmpty();
                return outputs.getLength() == 1
                        && outputs.item(0).getTextContent().equals(String.valueOf(holds));
            }
            if (outputs.getLength() != result.size()) {
                return false;
            }
            for (int i = 0; i < result.size(); i++) {
                String wanted = outputs.item(i).getTextContent();
                Item item = result.get(i);
                if (item.json().isObject()) {
                    continue;
                }
                String plain = wanted.startsWith("@") ? wanted.substring(wanted.startsWith("@T") ? 2 : 1) : wanted;
                boolean same = item.number()
                        ? item.decimal().compareTo(new java.math.BigDecimal(plain)) == 0
                        : item.text().equals(plain);
                if (!same) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException | ArithmeticException | NullPointerException | IndexOutOfBoundsException e) {
            return invalid;
        }
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
                case "decimal" -> nodes.numberNode(new java.math.BigDecimal(text));
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
