package health.weft.fhir;

import health.weft.fhir.FhirPath.Step;
import health.weft.fhir.FhirPathFunctions.Call;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The functions over numbers and quantities (N1, 5.7), and how exact a number is. */
final class FhirPathNumbers {
    /** Digits after the point of a boundary when none are asked for, and the most there are. */
    private static final int BOUNDARY_DIGITS = 8;

    private static final int MOST_DIGITS = 31;
    private static final int MOST_POWER = 1_000;

    private FhirPathNumbers() {}

    static @Nullable Function<Call, Step> named(String name) {
        return switch (name) {
            case "abs" -> FhirPathNumbers::abs;
            case "ceiling" -> number(n -> Items.whole(n.setScale(0, RoundingMode.CEILING)));
            case "floor" -> number(n -> Items.whole(n.setScale(0, RoundingMode.FLOOR)));
            case "truncate" -> number(n -> Items.whole(n.setScale(0, RoundingMode.DOWN)));
            case "round" -> FhirPathNumbers::round;
            case "sqrt" ->
                number(n -> n.signum() < 0
                        ? List.of()
                        : Items.decimal(n.sqrt(MathContext.DECIMAL64).stripTrailingZeros()));
            case "exp" -> real(Math::exp);
            case "ln" -> real(Math::log);
            case "log" ->
                call -> (c, f) -> {
                    Optional<BigDecimal> n = decimal(call.on().run(c, f));
                    Optional<BigDecimal> base = decimal(call.first().run(c, f));
                    return n.isEmpty() || base.isEmpty()
                            ? List.of()
                            : real(Math.log(n.get().doubleValue())
                                    / Math.log(base.get().doubleValue()));
                };
            case "power" -> FhirPathNumbers::power;
            case "comparable" ->
                call -> (c, f) -> {
                    Optional<FhirPathQuantity> a = quantity(call.on().run(c, f));
                    Optional<FhirPathQuantity> b = quantity(call.first().run(c, f));
                    return a.isEmpty() || b.isEmpty()
                            ? List.of()
                            : Items.bool(a.get().comparable(b.get()));
                };
            default -> null;
        };
    }

    private static Optional<BigDecimal> decimal(List<Item> items) {
        return Items.single(items).map(item -> {
            if (!item.number()) {
                throw new FhirPathException("a number is needed here, not " + item.type());
            }
            return item.decimal();
        });
    }

    private static Optional<FhirPathQuantity> quantity(List<Item> items) {
        return Items.single(items).flatMap(FhirPathQuantity::of);
    }

    private static Function<Call, Step> number(Function<BigDecimal, List<Item>> function) {
        return call -> (c, f) -> decimal(call.on().run(c, f)).map(function).orElse(List.of());
    }

    private static Function<Call, Step> real(DoubleUnaryOperator function) {
        return number(n -> real(function.applyAsDouble(n.doubleValue())));
    }

    /** Empty for what is no number, such as the logarithm of a negative one. */
    private static List<Item> real(double value) {
        return Double.isFinite(value)
                ? Items.decimal(new BigDecimal(value, new MathContext(15)).stripTrailingZeros())
                : List.of();
    }

    private static Step abs(Call call) {
        return (c, f) -> Items.single(call.on().run(c, f))
                .map(item -> {
                    if (item.number()) {
                        BigDecimal n = item.decimal().abs();
                        return FhirPathTypes.isWhole(item) ? Items.whole(n) : Items.decimal(n);
                    }
                    FhirPathQuantity q = FhirPathQuantity.of(item)
                            .orElseThrow(() -> new FhirPathException("a number is needed here, not " + item.type()));
                    return List.of(q.with(q.value().abs()).item());
                })
                .orElse(List.of());
    }

    private static Step round(Call call) {
        Step digits = call.at(0);
        return (c, f) -> {
            int kept = digits == null ? 0 : Items.integer(digits.run(c, f)).orElse(0);
            if (kept < 0 || kept > MOST_DIGITS) {
                throw new FhirPathException("round() keeps 0 to " + MOST_DIGITS + " digits");
            }
            return decimal(call.on().run(c, f))
                    .map(n -> Items.decimal(n.setScale(kept, RoundingMode.HALF_UP)))
                    .orElse(List.of());
        };
    }

    private static Step power(Call call) {
        return (c, f) -> {
            Optional<Item> base = Items.single(call.on().run(c, f));
            Optional<BigDecimal> n = decimal(call.on().run(c, f));
            Optional<Item> exponent = Items.single(call.first().run(c, f));
            if (base.isEmpty() || n.isEmpty() || exponent.isEmpty()) {
                return List.of();
            }
            BigDecimal e = exponent.get().decimal();
            if (FhirPathTypes.isWhole(exponent.get())
                    && e.signum() >= 0
                    && e.compareTo(BigDecimal.valueOf(MOST_POWER)) <= 0) {
                BigDecimal power = n.get().pow(e.intValue(), MathContext.DECIMAL128);
                return FhirPathTypes.isWhole(base.get()) ? Items.whole(power) : Items.decimal(power);
            }
            return real(Math.pow(n.get().doubleValue(), e.doubleValue()));
        };
    }

    /**
     * The least or greatest number that is written so when rounded, cut to so many digits after the point: 1.5865 for 1.587.
     * As the examples of the specification have it, what is cut from the side away from zero rounds half up, from the other
     * side falls away.
     */
    static Optional<BigDecimal> boundary(BigDecimal value, boolean high, @Nullable Integer digits) {
        int to = digits == null ? BOUNDARY_DIGITS : digits;
        if (to < 0 || to > MOST_DIGITS) {
            return Optional.empty();
        }
        BigDecimal half = BigDecimal.valueOf(5, Math.max(0, value.scale()) + 1);
        boolean outwards = value.signum() == 0 || high == (value.signum() > 0);
        BigDecimal edge = high ? value.add(half) : value.subtract(half);
        return Optional.of(edge.setScale(to, outwards ? RoundingMode.HALF_UP : RoundingMode.DOWN));
    }
}
