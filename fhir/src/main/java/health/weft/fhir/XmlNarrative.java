package health.weft.fhir;

import java.util.Objects;
import java.util.function.Supplier;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Copies the XHTML of a narrative, from its div to the end of it, as text that is again well-formed XML. */
final class XmlNarrative {
    private final XMLStreamReader reader;
    private final Supplier<InvalidResource> refusal;
    private final StringBuilder text = new StringBuilder();

    /** @param refusal what is thrown where the content is none of a narrative */
    XmlNarrative(XMLStreamReader reader, Supplier<InvalidResource> refusal) {
        this.reader = reader;
        this.refusal = refusal;
    }

    /** From the start of the div that the reader stands on. */
    String text() throws XMLStreamException {
        start(true);
        int depth = 1;
        while (depth > 0) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++depth > Json.MAX_DEPTH || !Xml.XHTML.equals(reader.getNamespaceURI())) {
                        throw refusal.get();
                    }
                    start(false);
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    end();
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    XmlWriting.escape(text, reader.getText(), false);
                case XMLStreamConstants.ENTITY_REFERENCE -> throw refusal.get();
                default -> {}
            }
        }
        return text.toString();
    }

    private void start(boolean outermost) {
        text.append('<').append(reader.getLocalName());
        if (outermost) {
            text.append(" xmlns=\"").append(Xml.XHTML).append('"');
        }
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String prefix = Objects.requireNonNullElse(reader.getAttributePrefix(i), "");
            if (!prefix.isEmpty() && !prefix.equals("xml")) {
                throw refusal.get();
            }
            text.append(' ')
                    .append(prefix.isEmpty() ? "" : "xml:")
                    .append(reader.getAttributeLocalName(i))
                    .append("=\"");
            XmlWriting.escape(text, reader.getAttributeValue(i), true);
            text.append('"');
        }
        text.append('>');
    }

    /** An element without content becomes an empty tag, which some readers of HTML need for {@code <br/>}. */
    private void end() {
        String open = "<" + reader.getLocalName();
        int from = text.lastIndexOf("<");
        boolean empty = text.charAt(text.length() - 1) == '>'
                && text.indexOf(open, from) == from
                && text.charAt(from + 1) != '/'
                && text.charAt(text.length() - 2) != '/';
        if (empty) {
            text.insert(text.length() - 1, '/');
        } else {
            text.append("</").append(reader.getLocalName()).append('>');
        }
    }
}
