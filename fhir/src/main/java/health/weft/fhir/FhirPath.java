package health.weft.fhir;

import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * <p>What it does not know it refuses when compiled. When run, it throws {@link FhirPathException} where values are of the
 * wrong kind, such as a number compared with a string. docs/conformance.md tells how it does in the official suite.
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
     * @param container the resource that contains that one, or itself, {@code %rootResource}
     * @param self {@code $this}
     * @param index {@code $index}
     * @param total {@code $total}
     * @param resolver leads from a literal reference to a resource; null when it cannot
     * @param millis what the clock says during the evaluation
     * @param work what may still be done; unbounded expressions never ask
     * @param named what the names mean that whoever compiled the expression allowed, {@code %patient}
     */
    record Context(
            JsonNode resource,
            JsonNode container,
            List<Item> root,
            List<Item> self,
            int index,
            List<Item> total,
            Function<String, @Nullable JsonNode> resolver,
            long millis,
            FhirPathWork work,
            Map<String, List<Item>> named) {
        Context at(Item item, int i) {
            return new Context(resource, container, root, List.of(item), i, total, resolver, millis, work, named);
        }

        Context totalled(List<Item> sum) {
            return new Context(resource, container, root, self, index, sum, resolver, millis, work, named);
        }
    }

    private static final Function<String, @Nullable JsonNode> NOWHERE = reference -> null;

    /** Steps and items that an expression from outside, or a rule of R4, may take over one resource. */
    private static final int WORK_OF_STRANGERS = 200_000;

    private static final int WORK_OF_RULES = 20_000_000;

    private final String source;
    private final Step step;
    private final int work;

    private FhirPath(String source, Step step, int work) {
        this.source = source;
        this.step = step;
        this.work = work;
    }

    /**
     * Compiles an expression, leniently: a name that no type has leads to nothing.
     *
     * @throws FhirPathException when it is no FHIRPath, or uses what is not supported; the message says where
     */
    public static FhirPath compile(String expression) {
        Step step = new FhirPathCompiler(false, false).step(new FhirPathParser(expression).parse());
        return new FhirPath(expression, step, 0);
    }

    /**
     * Compiles an expression from outside that uses names of its own, leniently. It is run by {@link #evaluate(JsonNode, Item, Map,
     * FhirPathWork)}, and what it may do is bounded.
     *
     * @param names that may stand after {@code %}, beside those of FHIRPath itself
     * @throws FhirPathException when it is no FHIRPath, or uses a name that is none of these
     */
    public static FhirPath compile(String expression, Set<String> names) {
        Step step = new FhirPathCompiler(false, true, names).step(new FhirPathParser(expression).parse());
        return new FhirPath(expression, step, WORK_OF_STRANGERS);
    }

    /**
     * Compiles an expression from outside for one type, {@code Patient}, and refuses what can never work on it: unknown
     * elements, text functions on what is no text, order asked of what has none. What it may do when run is bounded.
     *
     * @throws FhirPathException as {@link #compile(String)}, and for what can never work
     */
    public static FhirPath compile(String expression, String type) {
        FhirPathNode node = new FhirPathParser(expression).parse();
        new FhirPathCheck(type).check(node);
        return new FhirPath(expression, new FhirPathCompiler(true, true).step(node), WORK_OF_STRANGERS);
    }

    /** A part of an expression that compiled as a whole. */
    static FhirPath of(FhirPathNode node) {
        return new FhirPath("", new FhirPathCompiler(true, true).step(node), WORK_OF_STRANGERS);
    }

    /** A rule of R4: leniently, and bounded, since some of them take the square of what a resource holds. */
    static FhirPath rule(String expression) {
        Step step = new FhirPathCompiler(false, true).step(new FhirPathParser(expression).parse());
        return new FhirPath(expression, step, WORK_OF_RULES);
    }

    /** Runs over a whole resource; {@code resolve()} finds contained resources and tells types from references. */
    public List<Item> evaluate(JsonNode resource) {
        return evaluate(resource, Item.resource(resource), NOWHERE);
    }

    /** Runs over a part of a resource. */
    public List<Item> evaluate(JsonNode resource, Item focus, Function<String, @Nullable JsonNode> resolver) {
        return evaluate(resource, resource, focus, resolver);
    }

    /**
     * Runs over a part of a resource with names.
     *
     * @param named what each name means; one that is missing is empty
     * @param spent shared by the expressions that are run together
     */
    public List<Item> evaluate(JsonNode resource, Item focus, Map<String, List<Item>> named, FhirPathWork spent) {
        return run(resource, resource, focus, NOWHERE, named, spent);
    }

    /** Runs over a part of a resource that another contains. */
    List<Item> evaluate(
            JsonNode resource, JsonNode container, Item focus, Function<String, @Nullable JsonNode> resolver) {
        return run(resource, container, focus, resolver, Map.of(), new FhirPathWork(work));
    }

    private List<Item> run(
            JsonNode resource,
            JsonNode container,
            Item focus,
            Function<String, @Nullable JsonNode> resolver,
            Map<String, List<Item>> named,
            FhirPathWork spent) {
        List<Item> root = List.of(focus);
        Context context = new Context(
                resource, container, root, root, 0, List.of(), resolver, System.currentTimeMillis(), spent, named);
        try {
            return step.run(context, root);
        } catch (ArithmeticException e) {
            throw new FhirPathException("a number leaves what can be worked with");
        } catch (StackOverflowError e) {
            // Regular expressions of the JDK go one deeper for each character that an alternative repeats over.
            throw new FhirPathException("the expression nests too deep on this resource");
        }
    }

    /** Whether the expression yields true, as an invariant must: an empty result is not true. */
    public boolean holds(JsonNode resource, Item focus) {
        return holds(resource, resource, focus);
    }

    boolean holds(JsonNode resource, JsonNode container, Item focus) {
        List<Item> result = evaluate(resource, container, focus, NOWHERE);
        return result.size() == 1 && result.getFirst().json().asBoolean(true);
    }

    @Override
    public String toString() {
        return source;
    }
}
