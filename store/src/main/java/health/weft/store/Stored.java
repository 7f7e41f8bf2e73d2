package health.weft.store;

import health.weft.fhir.Json;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resource as it stands in the record, in one version.
 *
 * @param rid number of the resource, the same in all its versions
 * @param version 1 for the first
 * @param updated when this version was written
 * @param owner party that wrote the first version: {@code Organization/<id>}, {@code Person/<id>} or {@code weft}
 * @param author party that wrote this version
 * @param pat {@code rid} of the Patient whose record it is part of; its own for a Patient; 0 for none
 * @param deleted whether this version is a deletion; the body is then the last before it
 * @param body the JSON as it leaves, UTF-8
 */
public record Stored(
        long rid,
        String type,
        String id,
        int version,
        Instant updated,
        String owner,
        String author,
        long pat,
        boolean deleted,
        byte[] body) {

    /** A fresh tree of the body, free to change. */
    public ObjectNode json() {
        return Json.parse(body);
    }

    /** {@code Patient/123}. */
    public String reference() {
        return type + "/" + id;
    }

    @Override
    public String toString() {
        return reference() + "/_history/" + version;
    }
}
