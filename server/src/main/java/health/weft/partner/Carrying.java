package health.weft.partner;

import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.conversation.Conversations;
import health.weft.conversation.Conversations.Delivery;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.partner.CarryStore.Carried;
import health.weft.partner.CarryStore.State;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes what was written here about a referral to the partner's server, in its order and once: a Communication about the Task there,
 * under an identifier of ours, from this network to the organisation. What is sent is read as the partner's own account, so that a
 * consent that was taken back, and a note of one's own side, keep here what is not for it.
 */
@Component
class Carrying {
    /** Answers that would be the same the next time. */
    private static final Set<Integer> FOR_GOOD = Set.of(400, 404, 405, 409, 410, 412, 413, 415, 422, 501);

    private final CarryStore store;
    private final PartnerRequests requests;
    private final Records records;
    private final Conversations conversations;

    Carrying(CarryStore store, PartnerRequests requests, Records records, Conversations conversations) {
        this.store = store;
        this.requests = requests;
        this.records = records;
        this.conversations = conversations;
    }

    /**
     * Sends what waits.
     *
     * @param there the Task as it stands on the partner's server
     * @throws IOException when the server does not answer; what it refuses for good is kept with what it said
     */
    void send(PartnerServer server, Caller account, String taskId, ObjectNode there) throws IOException {
        for (Carried message : store.all(taskId)) {
            if (message.state() == State.WAITING) {
                send(server, account, there, message);
            } else if (message.state() == State.WITHDRAW) {
                takeBack(server, message);
            }
        }
    }

    /** Whether something was written since. */
    boolean waits(String taskId) {
        return store.waits(taskId);
    }

    private void send(PartnerServer server, Caller account, ObjectNode there, Carried message) throws IOException {
        String here = String.valueOf(message.here());
        try {
            Optional<String> known = find(server, here);
            String reference = known.isPresent() ? known.get() : post(server, account, there, here);
            store.state(message, State.THERE, reference, null);
            conversations.delivered(here, Delivery.THERE);
        } catch (Problem closed) {
            refused(message, "It is not open to them any more.");
        } catch (Refused refused) {
            refused(message, String.valueOf(refused.getMessage()));
        }
    }

    private void refused(Carried message, String problem) {
        store.state(message, State.REFUSED, null, problem);
        conversations.delivered(String.valueOf(message.here()), Delivery.REFUSED);
    }

    private String post(PartnerServer server, Caller account, ObjectNode there, String here) throws IOException {
        ObjectNode said = records.read(account, "Communication", here).json();
        ObjectNode message = Json.object("Communication").put("status", "completed");
        identified(message, server, here);
        message.withArray("about").add(reference("Task/" + Json.text(there, "id")));
        message.set("subject", there.path("for").deepCopy());
        copy(said, message, "sent");
        message.set("sender", reference(server.asker(), Json.text(said.path("sender"), "display")));
        message.withArray("recipient").add(reference(server.asked()));
        for (JsonNode payload : said.path("payload")) {
            String document = target(payload.path("contentReference"));
            if (payload.has("contentString")) {
                message.withArray("payload").addObject().set("contentString", payload.path("contentString"));
            } else if (document.startsWith("DocumentReference/")) {
                message.withArray("payload")
                        .addObject()
                        .set("contentReference", reference(file(server, account, there, document)));
            }
        }
        return create(server, message);
    }

    /** A file goes first: what it holds, then what it is. */
    private String file(PartnerServer server, Caller account, ObjectNode there, String document) throws IOException {
        Stored stored = read(account, document);
        ObjectNode json = stored.json();
        ObjectNode attachment =
                (ObjectNode) json.path("content").path(0).path("attachment").deepCopy();
        ObjectNode binary = read(account, Json.text(attachment, "url")).json();
        ObjectNode bytes = Json.object("Binary");
        copy(binary, bytes, "contentType");
        copy(binary, bytes, "data");
        bytes.set("securityContext", there.path("for").deepCopy());
        ObjectNode kept = Json.object("DocumentReference").put("status", "current");
        identified(kept, server, stored.id());
        copy(json, kept, "type");
        copy(json, kept, "date");
        kept.set("subject", there.path("for").deepCopy());
        kept.withArray("author").add(reference(server.asker()));
        kept.withArray("content").addObject().set("attachment", attachment.put("url", create(server, bytes)));
        kept.putObject("context").withArray("related").add(reference("Task/" + Json.text(there, "id")));
        return create(server, kept);
    }

    private String create(PartnerServer server, ObjectNode resource) throws IOException {
        String type = Json.text(resource, "resourceType");
        Map<String, String> once = resource.has("identifier")
                ? Map.of(
                        "If-None-Exist",
                        "identifier=" + Json.text(resource.at("/identifier/0"), "system") + "|"
                                + Json.text(resource.at("/identifier/0"), "value"))
                : Map.of();
        Answer answer = taken(requests.send(server, "POST", type, resource, once), "A message");
        String said = answer.header("Location").orElse(type + "/" + Json.text(answer.json(), "id"));
        return server.within(said)
                .filter(reference -> reference.startsWith(type + "/"))
                .orElseThrow(() -> new IOException("The server did not say where it keeps the " + type + "."));
    }

    /** It stands there, when it was taken and the answer was lost. */
    private Optional<String> find(PartnerServer server, String here) throws IOException {
        Answer found = requests.get(
                server,
                "Communication?identifier=" + URLEncoder.encode(system(server) + "|" + here, StandardCharsets.UTF_8));
        if (FOR_GOOD.contains(found.status())) {
            return Optional.empty(); // it does not search by this; whether it takes a message is seen when it is sent
        }
        return found.good("A search for messages")
                .json()
                .path("entry")
                .valueStream()
                .map(entry -> "Communication/" + Json.text(entry.path("resource"), "id"))
                .flatMap(reference -> server.within(reference).stream())
                .findFirst();
    }

    /** What was taken back here is taken back there, with the file that came with it. */
    private void takeBack(PartnerServer server, Carried message) throws IOException {
        String there = String.valueOf(message.there());
        try {
            Answer answer = requests.get(server, there);
            if (answer.status() != 404 && answer.status() != 410) {
                ObjectNode said = answer.good("A message").json();
                for (JsonNode payload : said.path("payload")) {
                    Optional<String> document = server.within(target(payload.path("contentReference")));
                    if (document.isPresent()) {
                        takeBackFile(server, document.get());
                    }
                }
                said.remove("payload");
                taken(put(server, there, said), "What is taken back");
            }
            store.state(message, State.WITHDRAWN, null, null);
        } catch (Refused refused) {
            store.state(message, State.REFUSED, null, refused.getMessage());
        }
    }

    private void takeBackFile(PartnerServer server, String document) throws IOException {
        ObjectNode json = requests.get(server, document).good("A file").json();
        Optional<String> binary = server.within(Json.text(json.at("/content/0/attachment"), "url"))
                .filter(reference -> reference.startsWith("Binary/"));
        taken(put(server, document, json), "A file that is taken back");
        if (binary.isPresent()) {
            taken(requests.send(server, "DELETE", binary.get(), null, Map.of()), "A file that is taken back");
        }
    }

    private Answer put(PartnerServer server, String reference, ObjectNode resource) throws IOException {
        return requests.send(server, "PUT", reference, resource.put("status", "entered-in-error"), Map.of());
    }

    // ------------------------------------------------------------------------------------------------

    /** The server says no, and would say it again. */
    @SuppressWarnings("serial")
    private static final class Refused extends IOException {
        Refused(String message) {
            super(message);
        }
    }

    private static Answer taken(Answer answer, String what) throws IOException {
        try {
            return answer.good(what);
        } catch (IOException e) {
            throw FOR_GOOD.contains(answer.status()) ? new Refused(String.valueOf(e.getMessage())) : e;
        }
    }

    private Stored read(Caller account, String reference) {
        String[] parts = reference.split("/", 2);
        return records.read(
                account, parts[0], parts.length < 2 ? UUID.randomUUID().toString() : parts[1]);
    }

    private static void copy(ObjectNode from, ObjectNode to, String field) {
        if (from.has(field)) {
            to.set(field, from.path(field).deepCopy());
        }
    }

    private static void identified(ObjectNode resource, PartnerServer server, String value) {
        resource.withArray("identifier")
                .addObject()
                .put("system", system(server))
                .put("value", value);
    }

    static String system(PartnerServer server) {
        return "urn:uuid:" + server.id();
    }

    /** Whether a reference of a Communication there leads to this, itself or as an absolute address. */
    static boolean leadsTo(PartnerServer server, JsonNode reference, String to) {
        return server.within(Elements.target(reference)).filter(to::equals).isPresent();
    }
}
