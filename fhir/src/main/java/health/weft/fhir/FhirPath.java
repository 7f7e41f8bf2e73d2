package health.weft.fhir;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A FHIRPath expression (N1 with the FHIR additions) compiled once to closures and run over JSON.
 *
 * <pre>{@code
 * FhirPath path = FhirPath.compile("Observation.subject.where(resolve() is Patient)");
 * List<Item> subjects = path.evaluate(observation);
 * }</pre>
 *
 * <p>Runs the paths of every R4 search parameter and the usual functions and operators. What it does not know it refuses when
 * compiled, never when run.
 */
public final class FhirPath {

    /** A part of an expression: from a context and the focus to a collection. */
    @FunctionalInterface
    interface Step {
        List<Item> run(Context context, List<Item> focus);
    }

    /**
     * What an expression sees besides its focus.
     *
     * @param resource the resource that holds the focus, {@code %resource}
     * @param self {@code $this}
     * @param index {@code $index}
     * @param total {@code $total}
     * @param resolver leads from a literal reference to a resource; null when it cannot
     */
    record Context(
            JsonNode resource,
            List<Item> root,
            List<Item> self,
            int index,
            List<Item> total,
            Function<String, @Nullable JsonNode> resolver) {
        Context at(Item item, int i) {
            return new Context(resource, root, List.of(item), i, total, resolver);
        }

        Context totalled(List<Item> sum) {
            return new Context(resource, root, self, index, sum, resolver);
        }
    }

    private final String source;
    private final Step step;

    private FhirPath(String source, Step step) {
        this.source = source;
        this.step = step;
    }

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException when it is no FHIRPath, or uses what is not supported; the message says where
     */
    public static FhirPath compile(String expression) {
        return new FhirPath(expression, new FhirPathParser(expression).parse());
    }

    /** Runs over a whole resource; {@code resolve()} finds contained resources and tells types from references. */
    public List<Item> evaluate(JsonNode resource) {
        return evaluate(resource, Item.resource(resource), reference -> null);
    }

    /** Runs over a part of a resource. */
    public List<Item> evaluate(JsonNode resource, Item focus, Function<String, @Nullable JsonNode> resolver) {
        List<Item> root = List.of(focus);
        return step.run(new Context(resource, root, root, 0, List.of(), resolver), root);
    }

    /** Whether the expression yields true, as an invariant must: an empty result is not true. */
    public boolean holds(JsonNode resource, Item focus) {
        List<Item> result = evaluate(resource, focus, reference -> null);
        return result.size() == 1 && result.getFirst().json().asBoolean(true);
    }

    @Override
    public String toString() {
        return source;
    }
}
