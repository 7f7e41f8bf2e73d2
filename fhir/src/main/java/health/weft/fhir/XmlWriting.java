package health.weft.fhir;

import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Kind;
import health.weft.fhir.Structures.Shape;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a resource as XML by the structures of R4. */
final class XmlWriting {
    private static final XMLInputFactory FACTORY = XmlReading.factory();
    /** What stands first in every resource, and in every other element (R4, 2.6.1). */
    private static final List<String> FIRST_IN_RESOURCE =
            List.of("id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension");

    /** Entities of XHTML that writers of narratives use (R4, 2.4.0 allows them), as XML knows them without a document type. */
    private static final Map<String, String> ENTITIES = Map.of(
            "&nbsp;",
            "&#160;",
            "&copy;",
            "&#169;",
            "&reg;",
            "&#174;",
            "&deg;",
            "&#176;",
            "&middot;",
            "&#183;",
            "&ndash;",
            "&#8211;",
            "&mdash;",
            "&#8212;",
            "&hellip;",
            "&#8230;",
            "&euro;",
            "&#8364;");

    private static final List<String> FIRST_IN_ELEMENT = List.of("extension", "modifierExtension");

    private final StringBuilder out = new StringBuilder(4096);
    private final boolean pretty;

    XmlWriting(boolean pretty) {
        this.pretty = pretty;
    }

    String document(ObjectNode resource) {
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        resource(resource, Json.text(resource, "resourceType"), 0);
        return out.toString();
    }

    private static InvalidResource error(String what, String path) {
        return new InvalidResource(Issue.error("structure", what, path));
    }

    private void line(int level) {
        if (pretty) {
            out.append('\n').repeat("  ", level);
        }
    }

    private void resource(JsonNode resource, String path, int level) {
        String type = Json.text(resource, "resourceType");
        Shape shape = Structures.isResource(type) ? Structures.shape(type) : null;
        if (shape == null || !(resource instanceof ObjectNode node)) {
            throw error("A resource must name its type in resourceType.", path);
        }
        line(level);
        out.append('<').append(type);
        if (level == 0) {
            out.append(" xmlns=\"").append(Xml.FHIR).append('"');
        }
        body(type, node, shape, path, level);
    }

    /** From inside the start tag to the end of the element. */
    private void body(String name, ObjectNode node, Shape shape, String path, int level) {
        Set<String> left = new HashSet<>(node.propertyNames());
        left.remove("resourceType");
        int start = out.append('>').length();
        for (String element : order(shape)) {
            for (Child child : shape.element(element)) {
                boolean there = left.remove(child.json()) | left.remove(child.extra());
                if (there && !XmlReading.attribute(shape, child.json())) {
                    element(node, child, path + "." + child.element(), level + 1);
                }
            }
        }
        if (!left.isEmpty()) {
            throw error("What R4 does not define has no XML.", path);
        }
        if (out.length() == start) {
            out.insert(start - 1, '/');
            return;
        }
        line(level);
        out.append("</").append(name).append('>');
    }

    private static Set<String> order(Shape shape) {
        boolean resource = shape.kind() == Kind.RESOURCE && shape.name().indexOf('.') < 0;
        Set<String> order = new LinkedHashSet<>(resource ? FIRST_IN_RESOURCE : FIRST_IN_ELEMENT);
        order.addAll(shape.elements().keySet());
        return order;
    }

    private void element(ObjectNode node, Child child, String path, int level) {
        JsonNode value = node.get(child.json());
        JsonNode extra = node.get(child.extra());
        if ((value != null && value.isArray() != child.many()) || (extra != null && extra.isArray() != child.many())) {
            throw error("'" + child.json() + "' stands " + (child.many() ? "in an array." : "once."), path);
        }
        List<@Nullable JsonNode> values = value == null ? new ArrayList<>() : all(value);
        List<@Nullable JsonNode> extras = extra == null ? new ArrayList<>() : all(extra);
        for (int i = 0; i < Math.max(values.size(), extras.size()); i++) {
            one(
                    i < values.size() ? values.get(i) : null,
                    i < extras.size() && extras.get(i) instanceof ObjectNode object ? object : null,
                    child,
                    child.many() ? path + "[" + i + "]" : path,
                    level);
        }
    }

    private static List<@Nullable JsonNode> all(JsonNode value) {
        List<@Nullable JsonNode> all = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(all::add);
        } else {
            all.add(value);
        }
        return all;
    }

    private void one(@Nullable JsonNode value, @Nullable ObjectNode extra, Child child, String path, int level) {
        line(level);
        if (child.type().equals("xhtml")) {
            out.append(narrative(value == null ? "" : value.asString(""), path));
            return;
        }
        out.append('<').append(child.json());
        if (child.primitive()) {
            attribute("id", extra == null ? null : extra.get("id"));
            attribute("value", value);
            body(
                    child.json(),
                    extra == null ? Items.NODES.objectNode() : extra,
                    Objects.requireNonNull(Structures.shape("Element")),
                    path,
                    level);
        } else if (!(value instanceof ObjectNode object)) {
            throw error("'" + child.json() + "' must be an object (" + child.type() + ").", path);
        } else if (child.type().equals("Resource")) {
            out.append('>');
            resource(object, path, level + 1);
            line(level);
            out.append("</").append(child.json()).append('>');
        } else {
            Shape shape = Objects.requireNonNull(child.shape(), child.path());
            attribute("id", object.get("id"));
            if (XmlReading.attribute(shape, "url")) {
                attribute("url", object.get("url"));
            }
            body(child.json(), object, shape, path, level);
        }
    }

    private void attribute(String name, @Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            return;
        }
        out.append(' ').append(name).append("=\"");
        escape(out, value.isString() ? value.stringValue() : number(value), true);
        out.append('"');
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? value.decimalValue().toString() : value.asString("");
    }

    /** The div read again, so that what is written stays well-formed whatever the text holds. */
    private static String narrative(String written, String path) {
        String div = written;
        for (Map.Entry<String, String> entity : ENTITIES.entrySet()) {
            div = div.replace(entity.getKey(), entity.getValue());
        }
        InvalidResource refusal = error("The narrative is no well-formed <div> of XHTML.", path);
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new StringReader(div));
            reader.nextTag();
            if (!reader.getLocalName().equals("div")) {
                throw refusal;
            }
            boolean undeclared = reader.getNamespaceURI() == null;
            if (undeclared) {
                String declared = div.replaceFirst("<div", "<div xmlns=\"" + Xml.XHTML + "\"");
                reader = FACTORY.createXMLStreamReader(new StringReader(declared));
                reader.nextTag();
            }
            return new XmlNarrative(reader, () -> refusal).text();
        } catch (XMLStreamException e) {
            throw refusal;
        }
    }

    /** What XML reads as markup, and in an attribute what it would turn into spaces. */
    static void escape(StringBuilder out, String text, boolean attribute) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append(attribute ? "&quot;" : "\"");
                case '\r' -> out.append("&#13;");
                case '\n', '\t' -> {
                    if (attribute) {
                        out.append("&#").append((int) c).append(';');
                    } else {
                        out.append(c);
                    }
                }
                default -> out.append(c);
            }
        }
    }
}
