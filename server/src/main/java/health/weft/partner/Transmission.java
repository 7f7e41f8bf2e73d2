package health.weft.partner;

import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings a referral to a partner's server: the Task alone, which names what stands here, or with copies of what it refers to, all or
 * nothing. What is sent is read as the partner's own account, so that it is what the referral opens to it. Sent again after a lost answer
 * it is there once: everything is created under an identifier of ours.
 */
@Component
class Transmission {
    private final PartnerRequests requests;
    private final Records records;
    private final String fhir;

    Transmission(PartnerRequests requests, Records records, @Value("${weft.base-url:}") String address) {
        this.requests = requests;
        this.records = records;
        this.fhir = address.replaceAll("/$", "") + "/fhir";
    }

    /**
     * Sends it.
     *
     * @return {@code Task/<id>} there
     * @throws IOException when the server did not take it, in words for the convener
     */
    String send(PartnerServer server, Caller account, String taskId) throws IOException {
        ObjectNode task = records.read(account, "Task", taskId).json();
        Answer answer = server.copies()
                ? requests.send(server, "POST", "", bundle(server, account, task), Map.of())
                : requests.send(
                        server,
                        "POST",
                        "Task",
                        named(server, task),
                        Map.of("If-None-Exist", "identifier=" + system(server) + "|" + taskId));
        answer.good("The referral");
        JsonNode entries = answer.json().path("entry");
        String location = server.copies()
                ? entries.path(entries.size() - 1)
                        .path("response")
                        .path("location")
                        .asString("")
                : answer.header("Location")
                        .orElse("Task/" + answer.json().path("id").asString(""));
        return server.within(location)
                .filter(reference -> reference.startsWith("Task/"))
                .orElseThrow(() -> new IOException("The server did not say where it keeps the Task."));
    }

    /** Where it stands there, when it was taken and the answer was lost. */
    Optional<String> find(PartnerServer server, String taskId) throws IOException {
        JsonNode found = requests.get(server, "Task?identifier=" + query(system(server) + "|" + taskId))
                .good("A search")
                .json();
        return found.path("entry")
                .valueStream()
                .map(entry -> "Task/" + entry.path("resource").path("id").asString(""))
                .flatMap(reference -> server.within(reference).stream())
                .findFirst();
    }

    private ObjectNode bundle(PartnerServer server, Caller account, ObjectNode task) {
        String focus = target(task.path("focus"));
        ObjectNode request = read(account, focus);
        Map<String, ObjectNode> all = new LinkedHashMap<>();
        String patient = target(task.path("for"));
        all.put(patient, read(account, patient));
        request.path("reasonReference").valueStream().map(Elements::target).forEach(reason -> {
            if (reason.startsWith("Condition/")) {
                all.put(reason, read(account, reason));
            }
        });
        request.path("supportingInfo").valueStream().map(Elements::target).forEach(info -> {
            if (info.startsWith("Consent/")) {
                all.put(info, forPartnerAlone(server, read(account, info)));
            }
        });
        request.putArray("performer").add(Elements.reference(server.party()));
        all.put(focus, request);
        all.put("Task/" + Json.text(task, "id"), task);

        Map<String, String> names = new LinkedHashMap<>();
        all.keySet().forEach(reference -> names.put(reference, "urn:uuid:" + UUID.randomUUID()));
        names.put(server.party(), server.asked());
        names.put(target(task.path("requester")), server.asker());
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        all.forEach((reference, resource) -> {
            ObjectNode copy = identified(server, resource);
            rename(copy, names);
            String condition = "identifier=" + system(server) + "|" + Json.text(resource, "id");
            String type = Json.text(resource, "resourceType");
            ObjectNode entry = bundle.withArray("entry").addObject().put("fullUrl", names.get(reference));
            entry.set("resource", copy);
            ObjectNode how = entry.putObject("request");
            if (type.equals("Patient")) {
                how.put("method", "PUT")
                        .put("url", "Patient?" + condition); // a new address comes with the next referral
            } else {
                how.put("method", "POST").put("url", type).put("ifNoneExist", condition);
            }
        });
        return bundle;
    }

    /** What the consent allows others is not for this one to read. */
    private static ObjectNode forPartnerAlone(PartnerServer server, ObjectNode consent) {
        if (consent.path("provision").path("actor") instanceof ArrayNode actors) {
            actors.removeIf(actor -> !target(actor.path("reference")).equals(server.party()));
        }
        return consent;
    }

    /** The Task alone: what it refers to is read here. */
    private ObjectNode named(PartnerServer server, ObjectNode task) {
        ObjectNode copy = identified(server, task);
        Map<String, String> names = new LinkedHashMap<>();
        for (String field : new String[] {"focus", "for"}) {
            names.put(target(task.path(field)), fhir + "/" + target(task.path(field)));
        }
        names.put(server.party(), server.asked());
        names.put(target(task.path("requester")), server.asker());
        rename(copy, names);
        return copy;
    }

    private static ObjectNode identified(PartnerServer server, ObjectNode resource) {
        ObjectNode copy = resource.deepCopy();
        copy.remove("id");
        if (copy.get("meta") instanceof ObjectNode meta) {
            meta.retain("profile", "security");
            if (meta.isEmpty()) {
                copy.remove("meta");
            }
        }
        ObjectNode identifier = Json.mapper().createObjectNode();
        identifier.put("system", system(server)).put("value", Json.text(resource, "id"));
        copy.withArray("identifier").insert(0, identifier);
        return copy;
    }

    /** Every reference by the name it has there; of what is not sent along nothing but its display stays. */
    private static void rename(JsonNode node, Map<String, String> names) {
        if (node instanceof ObjectNode object && object.path("reference").isString()) {
            String name = names.get(Json.text(object, "reference"));
            if (name != null) {
                object.put("reference", name);
            } else {
                object.remove("reference");
                if (object.isEmpty()) {
                    object.put("display", "Not sent along");
                }
            }
        }
        node.forEach(child -> rename(child, names));
    }

    private ObjectNode read(Caller account, String reference) {
        String[] parts = reference.split("/");
        return records.read(account, parts[0], parts[1]).json();
    }

    private static String system(PartnerServer server) {
        return "urn:uuid:" + server.id();
    }

    private static String query(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
