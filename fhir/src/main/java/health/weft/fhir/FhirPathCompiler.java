package health.weft.fhir;

import health.weft.fhir.FhirPath.Step;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;

/** Turns an expression into closures, once. */
final class FhirPathCompiler {
    private final boolean strict;
    private final boolean bounded;
    private final Set<String> names;

    /**
     * @param strict whether {@code as} over several items is an error, as the specification wants and R4's own paths need not
     * @param bounded whether every step counts against {@link FhirPathWork}
     */
    FhirPathCompiler(boolean strict, boolean bounded) {
        this(strict, bounded, Set.of());
    }

    /** @param names that mean something when the expression is run */
    FhirPathCompiler(boolean strict, boolean bounded, Set<String> names) {
        this.strict = strict;
        this.bounded = bounded;
        this.names = names;
    }

    Step step(FhirPathNode node) {
        Step made = made(node);
        return bounded
                ? (c, f) -> {
                    List<Item> items = made.run(c, f);
                    c.work().spend(items);
                    return items;
                }
                : made;
    }

    private Step made(FhirPathNode node) {
        return switch (node) {
            case FhirPathNode.Literal(Item item) -> {
                List<Item> one = List.of(item);
                yield (c, f) -> one;
            }
            case FhirPathNode.Empty() -> (c, f) -> List.of();
            case FhirPathNode.Focus() -> (c, f) -> f;
            case FhirPathNode.Special(String name) -> special(name);
            case FhirPathNode.Variable(String name) ->
                names.contains(name)
                        ? (c, f) -> c.named().getOrDefault(name, List.of())
                        : FhirPathNavigation.variable(name);
            case FhirPathNode.Start(String name) -> FhirPathNavigation.start(name);
            case FhirPathNode.Child(FhirPathNode on, String name) -> FhirPathNavigation.child(step(on), name);
            case FhirPathNode.Call(FhirPathNode on, String name, List<FhirPathNode> arguments) ->
                FhirPathFunctions.step(
                        name,
                        new FhirPathFunctions.Call(
                                step(on),
                                arguments.stream().map(a -> argument(name, a)).toList(),
                                arguments));
            case FhirPathNode.Typed(FhirPathNode on, String test, String type) ->
                switch (test) {
                    case "is" -> FhirPathNavigation.is(step(on), type);
                    case "as" ->
                        strict
                                ? FhirPathNavigation.asStrictly(step(on), type)
                                : FhirPathNavigation.ofType(step(on), type);
                    default -> FhirPathNavigation.ofType(step(on), type);
                };
            case FhirPathNode.Indexed(FhirPathNode on, FhirPathNode at) -> FhirPathNavigation.index(step(on), step(at));
            case FhirPathNode.Negated(FhirPathNode of) -> FhirPathOperators.negate(step(of));
            case FhirPathNode.Operation(String operator, FhirPathNode left, FhirPathNode right) ->
                FhirPathOperators.operator(operator, step(left), step(right));
        };
    }

    /** A minus before a sort key only says which way; sort() sees it in the node. */
    private Step argument(String function, FhirPathNode argument) {
        return function.equals("sort") && argument instanceof FhirPathNode.Negated(FhirPathNode key)
                ? step(key)
                : step(argument);
    }

    private static Step special(String name) {
        return switch (name) {
            case "$this" -> (c, f) -> c.self();
            case "$index" ->
                (c, f) -> List.of(Item.of(JsonNodeFactory.instance.numberNode(c.index()), "System.Integer"));
            default -> (c, f) -> c.total();
        };
    }
}
