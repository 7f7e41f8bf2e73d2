package health.weft.fhir;

import health.weft.fhir.FhirPathFunctions.Signature;
import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Shape;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks an expression through before it is run over a type, and refuses what can never work: elements that no type there has,
 * text functions on what is no text, parts of what has no order (N1, 10).
 */
final class FhirPathCheck {
    /**
     * What an expression may yield.
     *
     * @param types names of types or of shapes defined in place; empty when nothing is known
     * @param ordered false for children and descendants
     */
    private record Yield(Set<String> types, boolean ordered) {
        static final Yield UNKNOWN = new Yield(Set.of(), true);

        static Yield of(String type) {
            return new Yield(Set.of(type), true);
        }
    }

    private static final Set<String> NEED_ORDER = Set.of("first", "last", "tail", "skip", "take");
    private static final Set<String> LAMBDAS =
            Set.of("where", "select", "exists", "all", "repeat", "aggregate", "sort", "trace", "iif");

    private final Yield root;

    FhirPathCheck(String type) {
        this.root = Yield.of(type);
    }

    void check(FhirPathNode node) {
        yields(node, root, root);
    }

    private Yield yields(FhirPathNode node, Yield focus, Yield self) {
        return switch (node) {
            case FhirPathNode.Literal(Item item) -> Yield.of(item.type());
            case FhirPathNode.Empty() -> Yield.UNKNOWN;
            case FhirPathNode.Focus() -> focus;
            case FhirPathNode.Special(String name) ->
                name.equals("$this") ? self : name.equals("$index") ? Yield.of("System.Integer") : Yield.UNKNOWN;
            case FhirPathNode.Variable(String name) -> name.equals("context") ? root : Yield.UNKNOWN;
            case FhirPathNode.Start(String name) -> start(name, focus);
            case FhirPathNode.Child(FhirPathNode on, String name) -> child(yields(on, focus, self), name);
            case FhirPathNode.Call(FhirPathNode on, String name, List<FhirPathNode> arguments) ->
                call(yields(on, focus, self), name, arguments, focus, self);
            case FhirPathNode.Typed(FhirPathNode on, String test, String type) -> {
                yields(on, focus, self);
                yield Yield.of(test.equals("is") ? "System.Boolean" : type);
            }
            case FhirPathNode.Indexed(FhirPathNode on, FhirPathNode at) -> {
                yields(at, focus, self);
                yield ordered(yields(on, focus, self), "[ ]");
            }
            case FhirPathNode.Negated(FhirPathNode of) -> yields(of, focus, self);
            case FhirPathNode.Operation(String op, FhirPathNode left, FhirPathNode right) ->
                operation(op, yields(left, focus, self), yields(right, focus, self));
        };
    }

    private static Yield start(String name, Yield focus) {
        if (Structures.isType(name)
                && Character.isUpperCase(name.charAt(0))
                && !focus.types().isEmpty()) {
            if (focus.types().stream().noneMatch(t -> FhirPathTypes.isA(t, name))) {
                throw new FhirPathException(
                        "the path starts from " + name + ", and is asked of " + String.join(" or ", focus.types()));
            }
            return focus;
        }
        return child(focus, name);
    }

    private static Yield child(Yield on, String name) {
        Set<String> types = new TreeSet<>();
        for (String type : on.types()) {
            Shape shape = Structures.shape(type);
            if (shape == null || type.equals("Resource") || type.equals("DomainResource")) {
                return Yield.UNKNOWN;
            }
            for (Child child : shape.element(name)) {
                types.add(child.path());
            }
        }
        if (types.isEmpty() && !on.types().isEmpty()) {
            throw new FhirPathException("there is no element " + name + " in " + String.join(" or ", on.types()));
        }
        return new Yield(types, on.ordered());
    }

    private static Yield ordered(Yield on, String what) {
        if (!on.ordered()) {
            throw new FhirPathException(what + " needs an order, and children() and descendants() have none");
        }
        return on;
    }

    private Yield call(Yield on, String name, List<FhirPathNode> arguments, Yield focus, Yield self) {
        Signature signature = FhirPathFunctions.signature(name, arguments.size());
        if (NEED_ORDER.contains(name)) {
            ordered(on, name + "()");
        }
        boolean text = !signature.on().equals("String")
                || on.types().isEmpty()
                || on.types().stream().anyMatch(FhirPathCheck::isText);
        if (!text) {
            throw new FhirPathException(name + "() works on text, not on " + String.join(" or ", on.types()));
        }
        boolean lambda = LAMBDAS.contains(name);
        List<Yield> given = arguments.stream()
                .map(a -> lambda ? yields(a, on, on) : yields(a, focus, self))
                .toList();
        if (name.equals("iif") && !mayBeTrue(given.getFirst())) {
            throw new FhirPathException("the first argument of iif() must be true or false");
        }
        return switch (signature.gives()) {
            case "same" -> on;
            case "any" -> new Yield(Set.of(), !name.equals("children") && !name.equals("descendants"));
            case "argument" -> given.getFirst();
            case "both" -> operation("|", on, given.getFirst());
            case "Extension" -> Yield.of("Extension");
            default -> Yield.of("System." + signature.gives());
        };
    }

    private static boolean isText(String type) {
        return type.equals("System.String")
                || (Structures.isPrimitive(type)
                        && !Set.of("boolean", "integer", "decimal", "positiveInt", "unsignedInt")
                                .contains(type));
    }

    private static boolean mayBeTrue(Yield criterion) {
        return criterion.types().isEmpty()
                || criterion.types().contains("boolean")
                || criterion.types().contains("System.Boolean");
    }

    private static Yield operation(String op, Yield left, Yield right) {
        switch (op) {
            case "|" -> {
                Set<String> types = new TreeSet<>(left.types());
                types.addAll(right.types());
                return left.types().isEmpty() || right.types().isEmpty()
                        ? new Yield(Set.of(), left.ordered() && right.ordered())
                        : new Yield(types, left.ordered() && right.ordered());
            }
            case "&" -> {
                return Yield.of("System.String");
            }
            case "+", "-", "*", "/", "div", "mod" -> {
                return Yield.UNKNOWN;
            }
            default -> {
                return Yield.of("System.Boolean");
            }
        }
    }
}
