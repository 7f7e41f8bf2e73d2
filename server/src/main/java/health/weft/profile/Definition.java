package health.weft.profile;

import health.weft.fhir.Json;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/**
 * One resource of a package that others refer to by its address.
 *
 * @param url canonical address
 * @param version its own, else the package's
 */
record Definition(String type, String url, String version, byte[] json) {
    /** What a package brings into the record. */
    static final Set<String> TYPES =
            Set.of("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "Questionnaire");

    /** What the validator goes by. */
    boolean isForValidation() {
        return type.equals("StructureDefinition") || type.equals("ValueSet") || type.equals("CodeSystem");
    }

    String canonical() {
        return url + "|" + version;
    }

    /** The id it has in the record: the same on every server and at every load. */
    String id() {
        return UUID.nameUUIDFromBytes((type + " " + canonical()).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** As it is kept in the record: under our id and without the narrative, which is a page generated from the rest. */
    ObjectNode kept() {
        ObjectNode resource = Json.parse(json);
        resource.put("id", id());
        resource.remove("text");
        resource.remove("meta");
        if (Json.text(resource, "version").isEmpty()) {
            resource.put("version", version);
        }
        return resource;
    }
}
