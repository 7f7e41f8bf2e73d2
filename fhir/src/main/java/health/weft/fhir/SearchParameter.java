package health.weft.fhir;

import java.util.List;

/**
 * A search parameter of one resource type, compiled.
 *
 * @param base the resource type it searches, {@code Observation}
 * @param code its name in a query, {@code value-quantity}
 * @param targets resource types a reference parameter may lead to; empty for other kinds
 * @param path leads from a resource to the values searched
 * @param key a number for {@code base.code}, the same in every release: index rows carry it
 * @param url canonical address of its definition
 */
public record SearchParameter(
        String base, String code, Kind kind, List<String> targets, FhirPath path, int key, String url) {

    /** The kinds of search parameter in R4. */
    public enum Kind {
        NUMBER,
        DATE,
        STRING,
        TOKEN,
        REFERENCE,
        COMPOSITE,
        QUANTITY,
        URI,
        SPECIAL
    }

    /** {@code Observation.value-quantity}. */
    public String name() {
        return base + "." + code;
    }
}
