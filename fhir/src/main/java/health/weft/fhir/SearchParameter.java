package health.weft.fhir;

import java.util.List;

/**
 * A search parameter of one resource type, compiled.
 *
 * @param base the resource type it searches, {@code Observation}
 * @param code its name in a query, {@code value-quantity}
 * @param targets resource types a reference parameter may lead to; empty for other kinds
 * @param path leads from a resource to the values searched; of a composite, to the elements that hold its parts
 * @param pairings of a composite: where its parts stand together; empty for other kinds
 * @param identity what index rows are keyed by, the same in every release: {@code base.code}, for one that a network made
 *     itself with a number that changes with its meaning
 * @param key 32 bits of the identity
 * @param url canonical address of its definition
 * @param joined of one that finds what several others of its type find together ({@code combo-code}: {@code code} and
 *     {@code component-code}), those; empty for all others
 */
public record SearchParameter(
        String base,
        String code,
        Kind kind,
        List<String> targets,
        FhirPath path,
        List<Pairing> pairings,
        String identity,
        int key,
        String url,
        List<SearchParameter> joined) {

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

    /**
     * Elements of a resource in which the parts of a composite stand together: {@code Observation.component} with {@code code}
     * and {@code value.as(Quantity)}. Composites that look at the same elements in the same way share one.
     *
     * @param name what index rows are keyed by
     * @param path leads from the resource to the elements
     */
    public record Pairing(String name, FhirPath path, List<Part> parts) {}

    /**
     * One part of a composite.
     *
     * @param path leads from the element to the values
     */
    public record Part(String code, Kind kind, List<String> targets, FhirPath path) {}

    /** Those under whose keys it is indexed: itself, or those it joins. */
    public List<SearchParameter> indexed() {
        return joined.isEmpty() ? List.of(this) : joined;
    }

    /** The same, as one that joins others. */
    SearchParameter joining(List<SearchParameter> others) {
        return new SearchParameter(base, code, kind, targets, path, pairings, identity, key, url, others);
    }

    /** Whether a network made it itself. */
    public boolean own() {
        return identity.indexOf('#') > 0;
    }

    /** {@code Observation.value-quantity}. */
    public String name() {
        return base + "." + code;
    }
}
