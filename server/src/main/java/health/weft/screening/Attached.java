package health.weft.screening;

import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.Value;
import health.weft.record.ReceivedFile;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file that answers a question: {@code valueAttachment}. In a draft it holds its bytes, in the record it leads to a Binary.
 *
 * @param binary id of the Binary
 * @param name as whoever sent it calls it
 */
public record Attached(String binary, String name, String contentType, long size) {
    private static final String BINARY = "Binary/";
    private static final String VALUE = "valueAttachment";

    /** Whether this asks for a file now. */
    static boolean isAsked(Filled filled) {
        return filled.item().type().equals("attachment")
                && filled.isEnabled()
                && !filled.item().hidden()
                && !filled.item().readOnly();
    }

    /** Kinds of files as people call them: {@code image/png, application/pdf} becomes PNG, PDF. */
    static String kinds(String types) {
        return types.contains("*")
                ? types
                : types.replaceAll("\\b(image|application|text)/", "").toUpperCase(Locale.ROOT);
    }

    static ObjectNode answer(ReceivedFile file) {
        ObjectNode attachment = Json.mapper().createObjectNode();
        attachment
                .put("contentType", file.contentType())
                .put("data", Base64.getEncoder().encodeToString(file.bytes()))
                .put("size", file.bytes().length)
                .put("hash", Base64.getEncoder().encodeToString(file.sha1()))
                .put("title", file.name());
        return Value.of(VALUE, attachment);
    }

    static boolean isSame(JsonNode one, JsonNode other) {
        return one.at("/" + VALUE + "/hash").equals(other.at("/" + VALUE + "/hash"));
    }

    /** How many bytes all files of a draft have. */
    static long bytes(Filling filling) {
        return filling.all()
                .flatMap(Filled::all)
                .flatMap(filled -> filled.answers().stream())
                .mapToLong(answer -> answer.at("/" + VALUE + "/size").asLong(0))
                .sum();
    }

    /**
     * Takes the bytes out of a response.
     *
     * @param kept makes a Binary of an attachment with its data; what leads to it
     */
    static void keep(JsonNode response, UnaryOperator<ObjectNode> kept) {
        for (JsonNode parent : response.findParents(VALUE)) {
            if (parent.path(VALUE) instanceof ObjectNode attachment && attachment.has("data")) {
                ((ObjectNode) parent).set(VALUE, kept.apply(attachment));
            }
        }
    }

    /** An attachment that leads to a Binary in place of holding its bytes. */
    static ObjectNode leading(ObjectNode attachment, String binary) {
        ObjectNode leads = attachment.deepCopy();
        leads.remove("data");
        return leads.put("url", BINARY + binary);
    }

    /** The files of a response of the record. */
    static List<Attached> of(JsonNode response) {
        List<Attached> all = new ArrayList<>();
        for (JsonNode attachment : response.findValues(VALUE)) {
            String url = Json.text(attachment, "url");
            if (url.startsWith(BINARY)) {
                all.add(new Attached(
                        url.substring(BINARY.length()),
                        Json.text(attachment, "title"),
                        Json.text(attachment, "contentType"),
                        attachment.path("size").asLong(0)));
            }
        }
        return all;
    }
}
