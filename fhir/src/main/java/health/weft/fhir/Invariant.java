package health.weft.fhir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A rule that R4 sets on a type or an element, of severity error, in FHIRPath ({@code invariants.tsv}; HL7 FHIR R4 4.0.1, CC0; see
 * {@code src/generator}). Its expression is compiled when first needed.
 */
final class Invariant {
    /**
     * Rules that {@link Validation} checks by hand, because every resource meets them: narratives, contained resources in
     * contained ones, references to contained resources (where FHIRPath would refuse "#", the container itself).
     */
    private static final Set<String> BY_HAND = Set.of("txt-1", "txt-2", "dom-2", "ref-1");

    private final String key;
    private final String demand;
    private final String expression;
    /** Whether dates or quantities are put in order, which their precision or units may leave open. */
    private final boolean orders;

    private volatile @Nullable FhirPath compiled;

    private Invariant(String key, String demand, String expression) {
        this.key = key;
        this.demand = demand;
        this.expression = expression;
        this.orders = expression.contains("<=") || expression.contains(">=");
    }

    /** {@code obs-6}. */
    String key() {
        return key;
    }

    /** What it demands, in words. */
    String demand() {
        return demand;
    }

    /**
     * Whether the item breaks the rule. What an order leaves open breaks nothing, nor does what cannot be worked out.
     *
     * @param resource the resource that holds the item
     * @param container the resource that contains that one, or itself
     */
    boolean broken(JsonNode resource, JsonNode container, Item item) {
        try {
            List<Item> result = path().evaluate(resource, container, item, reference -> null);
            return result.isEmpty() ? !orders : !result.getFirst().json().asBoolean(true);
        } catch (FhirPathException e) {
            return false;
        }
    }

    FhirPath path() {
        FhirPath known = compiled;
        if (known == null) {
            known = FhirPath.rule(expression);
            compiled = known;
        }
        return known;
    }

    /** The rules by the path they stand on: {@code Observation}, {@code Observation.referenceRange}. */
    static Map<String, List<Invariant>> all() {
        Map<String, List<Invariant>> all = new HashMap<>();
        Table.read("invariants.tsv", f -> {
            if (!BY_HAND.contains(f[1])) {
                all.computeIfAbsent(f[0], p -> new ArrayList<>(2)).add(new Invariant(f[1], f[2], f[3]));
            }
        });
        return all;
    }
}
