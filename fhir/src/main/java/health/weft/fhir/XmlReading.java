package health.weft.fhir;

import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Kind;
import health.weft.fhir.Structures.Shape;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads a resource from XML by the structures of R4. */
final class XmlReading {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final XMLInputFactory FACTORY = factory();
    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d{0,30})");
    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d{1,4})?");
    private static final int LONGEST_NUMBER = 100;
    private static final String SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";

    private final XMLStreamReader reader;

    XmlReading(byte[] bytes) {
        try {
            reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(bytes), "UTF-8");
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("Nothing outside the document is read");
        });
        return factory;
    }

    ObjectNode document() {
        try {
            ObjectNode resource = null;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.DTD) {
                    throw error("structure", "A document type (DTD) is not accepted; leave <!DOCTYPE> out.", null);
                }
                if (event == XMLStreamConstants.START_ELEMENT) {
                    resource = resource(reader.getLocalName(), 1);
                }
            }
            return Objects.requireNonNull(resource);
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    private InvalidResource broken(XMLStreamException e) {
        String where = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNumber() + ", column "
                        + e.getLocation().getColumnNumber();
        return new InvalidResource(Issue.error("structure", "The body is not well-formed XML" + where + "."));
    }

    private InvalidResource error(String code, String what, @Nullable String path) {
        return new InvalidResource(Issue.error(
                code,
                what + " (Line " + reader.getLocation().getLineNumber() + ", column "
                        + reader.getLocation().getColumnNumber() + ".)",
                path));
    }

    /** At the start of a resource's element; ends at its end. */
    private ObjectNode resource(String path, int depth) throws XMLStreamException {
        String type = reader.getLocalName();
        namespace(Xml.FHIR, path);
        Shape shape = Structures.isResource(type) ? Structures.shape(type) : null;
        if (shape == null) {
            throw error("structure", "The element must be a resource type of FHIR R4, such as Patient.", path);
        }
        ObjectNode node = Json.object(type);
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            // xsi:schemaLocation may stand there (R4, 2.6.1) and says nothing to us.
            if (!SCHEMA_INSTANCE.equals(reader.getAttributeNamespace(i))) {
                throw error("structure", "A resource has no attributes; its id is an element.", path);
            }
        }
        children(node, shape, path, depth);
        return node;
    }

    private void namespace(String wanted, String path) {
        if (!wanted.equals(reader.getNamespaceURI())) {
            throw error("structure", "The element must be in the namespace " + wanted + ".", path);
        }
    }

    private void children(ObjectNode node, Shape shape, String path, int depth) throws XMLStreamException {
        if (depth > Json.MAX_DEPTH) {
            throw error("too-costly", "The XML is nested deeper than " + Json.MAX_DEPTH + " levels.", path);
        }
        while (reader.next() != XMLStreamConstants.END_ELEMENT) {
            switch (reader.getEventType()) {
                case XMLStreamConstants.START_ELEMENT -> child(node, shape, path, depth);
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!reader.isWhiteSpace()) {
                        throw error("structure", "Text stands between elements; values stand in attributes.", path);
                    }
                }
                case XMLStreamConstants.ENTITY_REFERENCE ->
                    throw error("structure", "Entities are not accepted.", path);
                default -> {}
            }
        }
    }

    private void child(ObjectNode node, Shape shape, String path, int depth) throws XMLStreamException {
        String name = reader.getLocalName();
        Child child = shape.child(name);
        if (child == null || (attribute(shape, name))) {
            String shown = name.matches("[A-Za-z0-9_.-]{1,40}") ? " '" + name + "'" : "";
            throw error("structure", "Unknown element" + shown + " in " + shape.name() + ".", path);
        }
        boolean narrative = child.type().equals("xhtml");
        namespace(narrative ? Xml.XHTML : Xml.FHIR, path + "." + child.element());
        JsonNode before = node.get(name);
        int index = child.many() ? Math.max(size(before), size(node.get(child.extra()))) : 0;
        String at = path + "." + child.element() + (child.many() ? "[" + index + "]" : "");
        if (!child.many() && (before != null || node.has(child.extra()))) {
            throw error("structure", "'" + name + "' stands once.", at);
        }
        if (narrative) {
            node.put(
                    name,
                    new XmlNarrative(reader, () -> error("structure", "The narrative holds what it may not.", at))
                            .text());
        } else if (child.primitive()) {
            primitive(node, child, index, at, depth);
        } else if (child.type().equals("Resource")) {
            put(node, child, inner(at, depth));
        } else {
            put(node, child, complex(Objects.requireNonNull(child.shape(), child.path()), at, depth));
        }
    }

    /** What JSON holds beside the others and XML in an attribute. */
    static boolean attribute(Shape shape, String name) {
        return (name.equals("id") && shape.kind() != Kind.RESOURCE)
                || (name.equals("url") && shape.name().equals("Extension"));
    }

    private static int size(@Nullable JsonNode array) {
        return array == null ? 0 : array.size();
    }

    private static void put(ObjectNode node, Child child, JsonNode value) {
        if (child.many()) {
            node.withArrayProperty(child.json()).add(value);
        } else {
            node.set(child.json(), value);
        }
    }

    private ObjectNode inner(String path, int depth) throws XMLStreamException {
        if (reader.getAttributeCount() > 0) {
            throw error("structure", "This element holds a resource and has no attributes.", path);
        }
        ObjectNode resource = null;
        while (reader.next() != XMLStreamConstants.END_ELEMENT) {
            if (reader.getEventType() == XMLStreamConstants.START_ELEMENT) {
                if (resource != null) {
                    throw error("structure", "One resource only may stand here.", path);
                }
                resource = resource(path, depth + 1);
            }
        }
        if (resource == null) {
            throw error("structure", "A resource is missing here.", path);
        }
        return resource;
    }

    private ObjectNode complex(Shape shape, String path, int depth) throws XMLStreamException {
        ObjectNode node = NODES.objectNode();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String name = reader.getAttributeLocalName(i);
            if (reader.getAttributeNamespace(i) != null || !attribute(shape, name)) {
                throw error("structure", "An attribute stands here that R4 does not define.", path);
            }
            node.put(name, reader.getAttributeValue(i));
        }
        children(node, shape, path, depth + 1);
        return node;
    }

    private void primitive(ObjectNode node, Child child, int index, String path, int depth) throws XMLStreamException {
        JsonNode value = null;
        ObjectNode extra = NODES.objectNode();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String name = reader.getAttributeLocalName(i);
            if (reader.getAttributeNamespace(i) == null && name.equals("value")) {
                value = value(child.type(), reader.getAttributeValue(i));
            } else if (reader.getAttributeNamespace(i) == null && name.equals("id")) {
                extra.put("id", reader.getAttributeValue(i));
            } else {
                throw error("structure", "An attribute stands here that R4 does not define.", path);
            }
        }
        children(extra, Objects.requireNonNull(Structures.shape("Element")), path, depth + 1);
        if (value == null && extra.isEmpty()) {
            throw error("structure", "'" + child.json() + "' has neither a value nor an extension.", path);
        }
        if (!child.many()) {
            if (value != null) {
                node.set(child.json(), value);
            }
            if (!extra.isEmpty()) {
                node.set(child.extra(), extra);
            }
            return;
        }
        // JSON keeps two arrays side by side, with null where one has nothing (R4, 2.6.2.3).
        if (value != null) {
            padded(node, child.json(), index).add(value);
        }
        if (!extra.isEmpty()) {
            padded(node, child.extra(), index).add(extra);
        }
    }

    private static ArrayNode padded(ObjectNode node, String key, int length) {
        ArrayNode array = node.withArrayProperty(key);
        while (array.size() < length) {
            array.addNull();
        }
        return array;
    }

    /** As JSON has it; a text where it has not the form of its type, for validation to refuse. */
    private static JsonNode value(String type, String text) {
        return switch (type) {
            case "boolean" ->
                text.equals("true") || text.equals("false")
                        ? NODES.booleanNode(text.equals("true"))
                        : NODES.stringNode(text);
            case "integer", "positiveInt", "unsignedInt" ->
                WHOLE.matcher(text).matches() ? whole(new BigInteger(text)) : NODES.stringNode(text);
            case "decimal" ->
                text.length() <= LONGEST_NUMBER && DECIMAL.matcher(text).matches()
                        ? NODES.numberNode(new BigDecimal(text))
                        : NODES.stringNode(text);
            default -> NODES.stringNode(text);
        };
    }

    /** In the smallest form that holds it, as a JSON parser has it. */
    private static JsonNode whole(BigInteger n) {
        return n.bitLength() < 32
                ? NODES.numberNode(n.intValue())
                : n.bitLength() < 64 ? NODES.numberNode(n.longValue()) : NODES.numberNode(n);
    }
}
