package health.weft.fhir;

import static health.weft.fhir.FhirPathEquality.compare;
import static health.weft.fhir.FhirPathEquality.equal;
import static health.weft.fhir.FhirPathEquality.equivalent;
import static health.weft.fhir.FhirPathEquality.union;

import health.weft.fhir.FhirPath.Step;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The operators of FHIRPath (N1, 6). */
final class FhirPathOperators {
    /** Digits after the point that a division keeps (N1, 6.6.2). */
    private static final int DIVISION_DIGITS = 8;

    private FhirPathOperators() {}

    static Step operator(String op, Step left, Step right) {
        return switch (op) {
            case "|" -> (c, f) -> union(left.run(c, f), right.run(c, f));
            case "and", "or", "xor", "implies" ->
                (c, f) -> Items.bool(logic(op, Items.truth(left.run(c, f)), () -> Items.truth(right.run(c, f))));
            case "=" -> (c, f) -> Items.bool(equal(left.run(c, f), right.run(c, f)));
            case "!=" ->
                (c, f) -> Items.bool(equal(left.run(c, f), right.run(c, f)).map(b -> !b));
            case "~" -> (c, f) -> Items.bool(equivalent(left.run(c, f), right.run(c, f)));
            case "!~" -> (c, f) -> Items.bool(!equivalent(left.run(c, f), right.run(c, f)));
            case "<" ->
                (c, f) -> Items.bool(compare(left.run(c, f), right.run(c, f)).map(order -> order < 0));
            case ">" ->
                (c, f) -> Items.bool(compare(left.run(c, f), right.run(c, f)).map(order -> order > 0));
            case "<=" ->
                (c, f) -> Items.bool(compare(left.run(c, f), right.run(c, f)).map(order -> order <= 0));
            case ">=" ->
                (c, f) -> Items.bool(compare(left.run(c, f), right.run(c, f)).map(order -> order >= 0));
            case "in" -> (c, f) -> member(left.run(c, f), right.run(c, f));
            case "contains" -> (c, f) -> member(right.run(c, f), left.run(c, f));
            case "&" -> (c, f) -> Items.text(joined(left.run(c, f)) + joined(right.run(c, f)));
            default -> (c, f) -> arithmetic(op, left.run(c, f), right.run(c, f));
        };
    }

    private static String joined(List<Item> items) {
        return Items.string(items).orElse("");
    }

    private static List<Item> member(List<Item> one, List<Item> in) {
        return Items.single(one)
                .map(item -> Items.bool(FhirPathEquality.holds(in, item)))
                .orElse(List.of());
    }

    /** The three-valued logic of N1, 6.5; the right side is not looked at when the left decides. */
    private static Optional<Boolean> logic(String op, Optional<Boolean> left, Supplier<Optional<Boolean>> rightSide) {
        Optional<Boolean> decided =
                switch (op) {
                    case "and" -> left.filter(b -> !b);
                    case "or" -> left.filter(b -> b);
                    case "implies" -> left.filter(b -> !b).map(b -> true);
                    default -> Optional.empty();
                };
        if (decided.isPresent()) {
            return decided;
        }
        Optional<Boolean> right = rightSide.get();
        return switch (op) {
            case "and" -> right.isPresent() && (!right.get() || left.isPresent()) ? right : Optional.empty();
            case "or", "implies" -> right.isPresent() && (right.get() || left.isPresent()) ? right : Optional.empty();
            default -> left.flatMap(a -> right.map(b -> !a.equals(b)));
        };
    }

    static Step negate(Step of) {
        return (c, f) -> {
            Optional<Item> item = Items.single(of.run(c, f));
            if (item.isEmpty()) {
                return List.of();
            }
            if (item.get().number()) {
                return number(item.get().decimal().negate(), FhirPathTypes.isWhole(item.get()));
            }
            FhirPathQuantity quantity = FhirPathQuantity.of(item.get())
                    .orElseThrow(() -> new FhirPathException(
                            "only numbers can be negated, not " + item.get().type()));
            return List.of(quantity.with(quantity.value().negate()).item());
        };
    }

    private static List<Item> number(BigDecimal value, boolean whole) {
        return whole ? Items.whole(value) : Items.decimal(value);
    }

    private static List<Item> arithmetic(String op, List<Item> left, List<Item> right) {
        Optional<Item> a = Items.single(left);
        Optional<Item> b = Items.single(right);
        return a.isEmpty() || b.isEmpty() ? List.of() : arithmetic(op, a.get(), b.get());
    }

    private static List<Item> arithmetic(String op, Item a, Item b) {
        if (a.number() && b.number()) {
            return numbers(op, a.decimal(), b.decimal(), FhirPathTypes.isWhole(a) && FhirPathTypes.isWhole(b));
        }
        boolean sum = op.equals("+") || op.equals("-");
        Optional<FhirPathTime> time = sum ? FhirPathTime.of(a) : Optional.empty();
        Optional<FhirPathQuantity> y = FhirPathQuantity.of(b);
        if (time.isPresent() && y.isPresent() && !b.number()) {
            return List.of(time.get()
                    .plus(op.equals("-") ? y.get().with(y.get().value().negate()) : y.get())
                    .item());
        }
        if (op.equals("+") && a.json().isString() && b.json().isString()) {
            return Items.text(a.text() + b.text());
        }
        Optional<FhirPathQuantity> x = FhirPathQuantity.of(a);
        if (x.isPresent() && y.isPresent() && !(sum && a.number() != b.number())) {
            return quantities(op, x.get(), y.get());
        }
        throw new FhirPathException(a.type() + " " + op + " " + b.type() + " has no meaning");
    }

    private static List<Item> quantities(String op, FhirPathQuantity x, FhirPathQuantity y) {
        Optional<FhirPathQuantity> result =
                switch (op) {
                    case "+" -> x.plus(y);
                    case "-" -> x.plus(y.with(y.value().negate()));
                    case "*" -> x.unit().equals("1") ? y.times(x) : x.times(y);
                    case "/" -> x.dividedBy(y);
                    default -> throw new FhirPathException(op + " does not work on quantities");
                };
        return result.map(r -> List.of(r.item())).orElse(List.of());
    }

    private static List<Item> numbers(String op, BigDecimal x, BigDecimal y, boolean whole) {
        boolean divides = op.equals("/") || op.equals("div") || op.equals("mod");
        if (divides && y.signum() == 0) {
            return List.of();
        }
        return switch (op) {
            case "+" -> number(x.add(y), whole);
            case "-" -> number(x.subtract(y), whole);
            case "*" -> number(x.multiply(y), whole);
            case "/" -> Items.decimal(x.divide(y, DIVISION_DIGITS, RoundingMode.HALF_UP));
            case "div" -> Items.whole(x.divideToIntegralValue(y));
            default -> number(x.remainder(y), whole);
        };
    }
}
