package health.weft.fhir;

import health.weft.fhir.FhirPath.Step;
import health.weft.fhir.FhirPathFunctions.Call;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The clock, and how exact a value is: {@code precision()}, {@code lowBoundary()}, {@code highBoundary()} (N1, 5.9). */
final class FhirPathDates {
    private static final int DATE_DIGITS = 8;
    private static final int DATE_TIME_DIGITS = 17;
    private static final int TIME_DIGITS = 9;

    private FhirPathDates() {}

    static @Nullable Function<Call, Step> named(String name) {
        return switch (name) {
            case "now" -> clock(FhirPathTime.Kind.DATE_TIME, 6, 3);
            case "today" -> clock(FhirPathTime.Kind.DATE, 3, 0);
            case "timeOfDay" -> clock(FhirPathTime.Kind.TIME, 6, 3);
            case "precision" ->
                call -> (c, f) -> Items.single(call.on().run(c, f))
                        .flatMap(FhirPathDates::precision)
                        .map(Items::whole)
                        .orElse(List.of());
            case "lowBoundary" -> call -> boundary(call, false);
            case "highBoundary" -> call -> boundary(call, true);
            default -> null;
        };
    }

    /** The moment is the same all through one evaluation (N1, 5.9). */
    private static Function<Call, Step> clock(FhirPathTime.Kind kind, int parts, int digits) {
        return call -> (c, f) -> {
            LocalDateTime at = LocalDateTime.ofInstant(Instant.ofEpochMilli(c.millis()), ZoneOffset.UTC);
            ZoneOffset zone = kind == FhirPathTime.Kind.DATE_TIME ? ZoneOffset.UTC : null;
            return List.of(new FhirPathTime(kind, at, parts, digits, zone).item());
        };
    }

    /** Digits after the point of a number; digits told of a date or time. */
    private static Optional<Integer> precision(Item item) {
        return item.number()
                ? Optional.of(Math.max(0, item.decimal().scale()))
                : FhirPathTime.of(item).map(FhirPathTime::precision);
    }

    private static Step boundary(Call call, boolean high) {
        Step digits = call.at(0);
        return (c, f) -> {
            Optional<Item> item = Items.single(call.on().run(c, f));
            Integer wanted =
                    digits == null ? null : Items.integer(digits.run(c, f)).orElse(null);
            return item.flatMap(i -> boundary(i, high, wanted)).map(List::of).orElse(List.of());
        };
    }

    private static Optional<Item> boundary(Item item, boolean high, @Nullable Integer digits) {
        if (item.number()) {
            return FhirPathNumbers.boundary(item.decimal(), high, digits)
                    .map(n -> Items.decimal(n).getFirst());
        }
        Optional<FhirPathQuantity> quantity = FhirPathQuantity.of(item);
        if (quantity.isPresent()) {
            return FhirPathNumbers.boundary(quantity.get().value(), high, digits)
                    .map(n -> quantity.get().with(n).item());
        }
        Optional<FhirPathTime> time = FhirPathTime.of(item);
        int usual = time.map(FhirPathTime::kind)
                .map(kind -> switch (kind) {
                    case DATE -> DATE_DIGITS;
                    case DATE_TIME -> DATE_TIME_DIGITS;
                    case TIME -> TIME_DIGITS;
                })
                .orElse(0);
        return time.flatMap(t -> t.boundary(high, digits == null ? usual : digits))
                .map(FhirPathTime::item);
    }
}
