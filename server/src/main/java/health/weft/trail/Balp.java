package health.weft.trail;

import health.weft.fhir.Json;
import health.weft.fhir.Structures;
import health.weft.trail.TrailStore.Row;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows a row of the trail as an AuditEvent by IHE Basic Audit Log Patterns 1.1, as the server writes it. A profile is named where
 * the row keeps to it: of the rest (sign-ins, refusals, exports) BALP has no pattern. What the trail does not keep, the network
 * address, is said to be unknown.
 */
final class Balp {
    static final String SUCCESS = "0";
    /** Minor failure, "often equivalent to an HTTP 400 response". */
    static final String REFUSED = "4";

    private static final String PROFILE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";
    private static final Pattern REFERENCE = Pattern.compile("([A-Z][A-Za-z]{1,63})/[A-Za-z0-9.-]{1,64}");
    private static final Code SOURCE = Code.dicom("110153", "Source Role ID");
    private static final Code DESTINATION = Code.dicom("110152", "Destination Role ID");
    private static final Code CUSTODIAN =
            new Code("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "custodian", "Custodian");

    private final Row row;
    private final Act act;
    private final boolean accounts;

    private Balp(Row row, boolean accounts) {
        this.row = row;
        this.act = Act.valueOf(row.action());
        this.accounts = accounts;
    }

    /** @param accounts whether the name of the account is told, beside that of whoever has it */
    static ObjectNode event(Row row, boolean accounts) {
        return new Balp(row, accounts).event();
    }

    private ObjectNode event() {
        ObjectNode event = Json.object("AuditEvent").put("id", String.valueOf(row.id()));
        ObjectNode meta = event.putObject("meta").put("lastUpdated", row.at().toString());
        String profile = profile();
        if (profile != null) {
            meta.putArray("profile").add(PROFILE + profile);
        }
        act.type().into(event.putObject("type"));
        Code subtype = act.subtype();
        if (subtype != null) {
            subtype.into(event.putArray("subtype").addObject());
        }
        event.put("action", act.action());
        event.put("recorded", row.at().toString());
        event.put("outcome", succeeded() ? SUCCESS : REFUSED);
        if (!succeeded()) {
            event.put("outcomeDesc", "Refused");
        }
        ArrayNode agents = event.putArray("agent");
        user(agents.addObject());
        client(agents.addObject());
        server(agents.addObject());
        ObjectNode source = event.putObject("source");
        source.putObject("observer").put("display", "Weft");
        new Code("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")
                .into(source.putArray("type").addObject());
        entities(event.putArray("entity"));
        return event;
    }

    private boolean succeeded() {
        return row.outcome().equals("success");
    }

    private boolean isReference() {
        var matcher = REFERENCE.matcher(row.subject());
        return matcher.matches() && Structures.isResource(matcher.group(1));
    }

    /** The pattern that the row keeps to; null where there is none. */
    private @Nullable String profile() {
        if (!succeeded()) {
            return null;
        }
        String pattern =
                switch (act) {
                    case READ -> "Read";
                    case SEARCH -> "Query";
                    case CREATE -> "Create";
                    case UPDATE -> "Update";
                    case DELETE -> "Delete";
                    default -> null;
                };
        return pattern == null ? null : row.patients().size() == 1 ? "Patient" + pattern : pattern;
    }

    // ------------------------------------------------------------------------------------------------ agents

    private void user(ObjectNode agent) {
        type(
                agent,
                switch (act) {
                    case CREATE, UPDATE -> Code.participation("AUT", "author (originator)");
                    case DELETE -> Code.participation("CST", "custodian");
                    default -> Code.participation("IRCP", "information recipient");
                });
        ObjectNode who = agent.putObject("who");
        if (accounts) {
            who.putObject("identifier").put("value", row.username());
        }
        who.put("display", row.name());
        agent.put("name", row.name());
        agent.put("requestor", true);
        new Code("http://terminology.hl7.org/CodeSystem/v3-ActReason", row.purpose(), purpose())
                .into(agent.putArray("purposeOfUse")
                        .addObject()
                        .putArray("coding")
                        .addObject());
    }

    private String purpose() {
        return switch (row.purpose()) {
            case "TREAT" -> "treatment";
            case "PUBHLTH" -> "public health";
            case "PATRQT" -> "patient requested";
            case "HOPERAT" -> "healthcare operations";
            default -> row.purpose();
        };
    }

    /** What the request came from: the organisation whose people or system sent it. */
    private void client(ObjectNode agent) {
        type(
                agent,
                switch (act) {
                    case READ, HISTORY, EXPORT -> DESTINATION;
                    case SEARCH, CREATE, UPDATE -> SOURCE;
                    default -> Code.dicom("110150", "Application");
                });
        ObjectNode who = agent.putObject("who");
        if (row.party().startsWith("Organization/")) {
            who.put("reference", row.party());
        }
        who.put("display", row.partyName());
        agent.put("requestor", false);
        unknown(agent.putObject("network"));
    }

    private void server(ObjectNode agent) {
        type(
                agent,
                switch (act) {
                    case READ, HISTORY, EXPORT -> SOURCE;
                    case SEARCH, CREATE, UPDATE -> DESTINATION;
                    default -> CUSTODIAN;
                });
        agent.putObject("who").put("display", "Weft");
        agent.put("requestor", false);
        unknown(agent.putObject("network"));
    }

    private static void type(ObjectNode agent, Code type) {
        type.into(agent.putObject("type").putArray("coding").addObject());
    }

    private static void unknown(ObjectNode element) {
        element.putArray("extension")
                .addObject()
                .put("url", "http://hl7.org/fhir/StructureDefinition/data-absent-reason")
                .put("valueCode", "unknown");
    }

    // ------------------------------------------------------------------------------------------------ entities

    private void entities(ArrayNode entities) {
        for (String patient : row.patients()) {
            ObjectNode entity = entities.addObject();
            entity.putObject("what").put("reference", "Patient/" + patient);
            kind(entity, "1", "Person", "1", "Patient");
        }
        ObjectNode entity = entities.addObject();
        if (act == Act.SEARCH) {
            kind(entity, "2", "System Object", "24", "Query");
            entity.put("description", "Names of the parameters; their values are not kept.");
            entity.put("query", Base64.getEncoder().encodeToString(row.subject().getBytes(StandardCharsets.UTF_8)));
            return;
        }
        ObjectNode what = entity.putObject("what");
        if (!isReference()) {
            what.put("display", row.subject());
        } else if (row.alone()) {
            what.put("reference", row.subject());
        } else { // it may be of somebody else's record
            what.put("display", row.subject().substring(0, row.subject().indexOf('/')));
        }
        kind(entity, "2", "System Object", "4", "Domain Resource");
        if (!row.whole() && row.alone()) {
            entity.put("description", "More patients than are named here.");
        }
    }

    private static void kind(ObjectNode entity, String type, String typed, String role, String display) {
        new Code("http://terminology.hl7.org/CodeSystem/audit-entity-type", type, typed).into(entity.putObject("type"));
        new Code("http://terminology.hl7.org/CodeSystem/object-role", role, display).into(entity.putObject("role"));
    }
}
