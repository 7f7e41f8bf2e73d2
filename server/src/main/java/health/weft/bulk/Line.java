package health.weft.bulk;

import health.weft.fhir.Hash;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.fhir.References;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameters;
import health.weft.fhir.Structures;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A line of an import.
 *
 * @param input number of the file
 * @param n number of the line in it, from 1
 * @param whose {@code Patient/<id>} of the source; empty when it stands in nobody's record
 * @param sid the source's id; of a line without one, a hash of what it says
 * @param body the JSON; empty once it was refused
 */
record Line(int input, long n, String whose, String rtype, String sid, byte[] body) {

    /** A line just received, and why it cannot be taken when it cannot. */
    record Received(Line line, @Nullable String outcome) {}

    static Received received(int input, String name, long n, byte[] body, boolean overlong, int longest) {
        Line unread = new Line(input, n, "", "", "", new byte[0]);
        if (overlong) {
            return refused(unread, name, Issue.error("too-long", "The line is longer than " + longest + " bytes."));
        }
        try {
            ObjectNode json = Json.parse(body);
            String type = Json.text(json, "resourceType");
            if (!Structures.isResource(type)) {
                return refused(
                        unread,
                        name,
                        Issue.error("structure", "The line must be one resource of FHIR R4.", "resourceType"));
            }
            String id = Json.text(json, "id");
            if (json.has("id") && !id.matches("[A-Za-z0-9.-]{1,64}")) {
                return refused(
                        unread, name, Issue.error("value", "An id is 1 to 64 letters, digits, - and .", type + ".id"));
            }
            String sid = id.isEmpty() ? "#" + hash(body) : id;
            return new Received(
                    new Line(input, n, type.equals("Patient") ? "Patient/" + sid : whose(json, type), type, sid, body),
                    null);
        } catch (InvalidResource e) {
            return new Received(unread, outcome(name, n, "", e.issues()));
        }
    }

    private static String hash(byte[] body) {
        String text = new String(body, java.nio.charset.StandardCharsets.UTF_8);
        return Long.toHexString(Hash.of("line", text)) + Long.toHexString(Hash.of("again", text));
    }

    private static Received refused(Line line, String name, Issue issue) {
        return new Received(line, outcome(name, line.n(), "", List.of(issue)));
    }

    private static String whose(ObjectNode json, String type) {
        for (SearchParameter p : SearchParameters.patientParameters(type)) {
            for (Item item : p.path().evaluate(json)) {
                String local = local(Json.text(item.json(), "reference"));
                if (local != null && local.startsWith("Patient/")) {
                    return local;
                }
            }
        }
        return "";
    }

    /** {@code Type/id} of a relative reference; null for any other. */
    static @Nullable String local(String reference) {
        References.Literal literal = References.parse(reference);
        return literal != null && literal.base() == null ? literal.relative() : null;
    }

    String key() {
        return rtype + "/" + sid;
    }

    /** What a source would call it in a transaction: no reference of the file can look like it by chance. */
    String urn() {
        return "urn:weft:line:" + input + ":" + n;
    }

    /** Every relative literal reference below a node, with the object that holds it. */
    static void references(JsonNode node, Found found) {
        if (node instanceof ObjectNode object) {
            JsonNode reference = object.get("reference");
            if (reference != null && reference.isString()) {
                String local = local(reference.stringValue());
                if (local != null) {
                    found.at(object, local);
                }
            }
            for (var e : object.properties()) {
                if (e.getValue().isContainer()) {
                    references(e.getValue(), found);
                }
            }
        } else if (node.isArray()) {
            node.forEach(each -> references(each, found));
        }
    }

    interface Found {
        void at(ObjectNode holder, String local);
    }

    /** What is wrong with a line, as it goes into the outcome file: each issue with file, line and place. */
    static String outcome(String name, long n, String type, List<Issue> issues) {
        List<Issue> placed = new ArrayList<>();
        for (Issue issue : issues) {
            String at = issue.expression();
            placed.add(new Issue(
                    issue.severity(),
                    issue.code(),
                    issue.diagnostics(),
                    at == null ? null : at.replaceFirst("^Bundle\\.entry\\[\\d+](\\.resource)?", type)));
        }
        ObjectNode outcome = OperationOutcome.of(placed);
        outcome.path("issue")
                .forEach(issue -> ((ObjectNode) issue).putArray("location").add(name + " line " + n));
        return outcome.toString();
    }
}
