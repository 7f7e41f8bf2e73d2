package health.weft.partner;

import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.partner.PartnerStore.Origin;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceArriving;
import health.weft.security.Caller;
import health.weft.store.TransactionResult;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A partner's Task names a ServiceRequest and a person on its own server (SDOHCC, direct referral): they are read there and kept here as
 * its own copies, and the Task is kept with references to those. Nothing is read but below the base of the very partner that sends.
 */
@Component
class ByReference implements RecordListener {
    private static final String URI = "urn:ietf:rfc:3986";

    private final PartnerStore store;
    private final PartnerRequests requests;
    private final Records records;
    private final Duration refresh;

    ByReference(
            PartnerStore store,
            PartnerRequests requests,
            Records records,
            @Value("${weft.partner.refresh:1h}") Duration refresh) {
        this.store = store;
        this.requests = requests;
        this.records = records;
        this.refresh = refresh;
    }

    @Override
    public void arriving(ResourceArriving arriving) {
        ObjectNode task = arriving.resource();
        if (!Json.text(task, "resourceType").equals("Task")
                || !target(task.path("focus")).startsWith("http")) {
            return;
        }
        PartnerServer server = store.server(arriving.by().party())
                .filter(partner -> partner.holds(target(task.path("focus"))))
                .orElse(null);
        if (server == null) {
            return;
        }
        try {
            bring(arriving.by(), server, task);
        } catch (IOException e) {
            throw Problem.unprocessable(
                    "What Task.focus and Task.for name could not be read on your server: " + e.getMessage());
        }
    }

    private void bring(Caller by, PartnerServer server, ObjectNode task) throws IOException {
        String focus = target(task.path("focus"));
        ObjectNode request = read(server, focus);
        Map<String, ObjectNode> all = new LinkedHashMap<>();
        String patient = target(task.path("for"));
        if (!server.holds(patient)) {
            throw new IOException("Task.for must name a Patient there.");
        }
        all.put(patient, read(server, patient));
        for (String field : new String[] {"reasonReference", "supportingInfo"}) {
            for (JsonNode named : request.path(field)) {
                String url = url(server, target(named));
                if (url.contains("/Condition/") || url.contains("/Consent/")) {
                    all.put(url, read(server, url));
                }
            }
        }
        all.put(focus, request);
        Map<String, String> names = new LinkedHashMap<>();
        all.keySet().forEach(url -> names.put(url, "urn:uuid:" + UUID.randomUUID()));
        Map<String, String> versions = new LinkedHashMap<>();
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        all.forEach((url, resource) -> {
            versions.put(url, version(resource));
            ObjectNode entry = bundle.withArray("entry").addObject().put("fullUrl", names.get(url));
            entry.set("resource", own(server, by, target(task.path("owner")), url, resource, names));
            entry.putObject("request")
                    .put("method", "PUT")
                    .put("url", Json.text(resource, "resourceType") + "?identifier=" + URI + "|" + url);
        });
        TransactionResult kept = records.transaction(by, bundle);
        int i = 0;
        for (String url : all.keySet()) {
            String reference =
                    Objects.requireNonNull(kept.entries().get(i++).stored()).reference();
            names.put(url, reference);
            store.came(new Origin(reference, server.party(), url, versions.get(url)), refresh);
        }
        task.withObject("focus").removeAll().put("reference", names.get(focus));
        task.withObject("for").removeAll().put("reference", names.get(patient));
    }

    /**
     * A partner's resource as this record keeps it.
     *
     * @param owner whom the Task asks: the partner's consent names this network where it names who is asked
     * @param names of what is kept here, by its address there
     */
    static ObjectNode own(
            PartnerServer server, Caller by, String owner, String url, ObjectNode resource, Map<String, String> names) {
        ObjectNode own = resource.deepCopy();
        own.remove("id");
        own.remove("text");
        own.remove("contained");
        own.remove("performer");
        if (own.get("meta") instanceof ObjectNode meta) {
            meta.retain("profile", "security");
            if (meta.isEmpty()) {
                own.remove("meta");
            }
        }
        own.withArray("identifier").addObject().put("system", URI).put("value", url);
        rename(
                own,
                reference -> reference.equals(server.asker())
                        ? Optional.of(owner)
                        : reference.equals(server.asked())
                                ? Optional.of(by.party())
                                : Optional.ofNullable(names.get(url(server, reference))));
        return own;
    }

    private interface Name {
        Optional<String> of(String reference);
    }

    private static void rename(JsonNode node, Name name) {
        if (node instanceof ObjectNode object && object.path("reference").isString()) {
            String reference = Json.text(object, "reference");
            Optional<String> here = name.of(reference);
            object.remove("reference");
            if (here.isPresent()) {
                object.put("reference", here.get());
            } else if (object.isEmpty()) {
                object.putObject("identifier").put("system", URI).put("value", reference);
            }
        }
        node.forEach(child -> rename(child, name));
    }

    ObjectNode read(PartnerServer server, String url) throws IOException {
        String reference = server.within(url)
                .orElseThrow(
                        () -> new IOException(Elements.target(Elements.reference(url)) + " does not stand there."));
        ObjectNode resource = requests.get(server, reference).good(reference).json();
        if (!reference.equals(Json.text(resource, "resourceType") + "/" + Json.text(resource, "id"))) {
            throw new IOException("It answered with something else than " + reference + ".");
        }
        return resource;
    }

    static String url(PartnerServer server, String reference) {
        return server.within(reference).map(server::url).orElse(reference);
    }

    static String version(ObjectNode resource) {
        return resource.path("meta").path("versionId").asString("");
    }
}
