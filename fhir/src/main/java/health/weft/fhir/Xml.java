package health.weft.fhir;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/**
 * Resources as XML (R4, 2.6.1), at the edge only: inside they are JSON trees. Decimals, the order of repeated elements, ids,
 * primitive extensions and the XHTML of narratives stay as they are; comments and processing instructions fall away.
 */
public final class Xml {
    static final String FHIR = "http://hl7.org/fhir";
    static final String XHTML = "http://www.w3.org/1999/xhtml";

    private Xml() {}

    /**
     * Reads one resource. Document types and entities are refused, and nesting beyond {@link Json#MAX_DEPTH} levels.
     *
     * @throws InvalidResource with line and column, and the FHIRPath where one can be told
     */
    public static ObjectNode parse(byte[] bytes) {
        Json.requireUtf8(bytes);
        return new XmlReading(bytes).document();
    }

    /**
     * Writes one resource, its elements in the order that R4 wants.
     *
     * @throws InvalidResource when the tree holds what R4 does not define: such a tree has no XML
     */
    public static byte[] bytes(ObjectNode resource) {
        return bytes(resource, false);
    }

    /** As {@link #bytes(ObjectNode)}, with a line an element when {@code pretty}. */
    public static byte[] bytes(ObjectNode resource, boolean pretty) {
        return new XmlWriting(pretty).document(resource).getBytes(StandardCharsets.UTF_8);
    }
}
