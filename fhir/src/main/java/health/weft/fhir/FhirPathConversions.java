package health.weft.fhir;

import health.weft.fhir.FhirPath.Step;
import health.weft.fhir.FhirPathFunctions.Call;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code toX()} and {@code convertsToX()} (N1, 5.5): empty, or false, where a value is no such thing. */
final class FhirPathConversions {
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("[+-]?\\d{1,100}(\\.\\d{1,100})?");

    private FhirPathConversions() {}

    static @Nullable Function<Call, Step> named(String name) {
        if (name.startsWith("to")) {
            Function<Item, Optional<Item>> conversion = conversion(name.substring(2));
            return conversion == null
                    ? null
                    : call -> (c, f) -> Items.single(call.on().run(c, f))
                            .flatMap(conversion)
                            .flatMap(item -> inUnit(call, item, c, f))
                            .map(List::of)
                            .orElse(List.of());
        }
        if (name.startsWith("convertsTo")) {
            Function<Item, Optional<Item>> conversion = conversion(name.substring(10));
            return conversion == null
                    ? null
                    : call -> (c, f) -> Items.single(call.on().run(c, f))
                            .map(item -> Items.bool(conversion
                                    .apply(item)
                                    .flatMap(converted -> inUnit(call, converted, c, f))
                                    .isPresent()))
                            .orElse(List.of());
        }
        return null;
    }

    private static @Nullable Function<Item, Optional<Item>> conversion(String to) {
        return switch (to) {
            case "Boolean" -> FhirPathConversions::toBoolean;
            case "Integer" -> FhirPathConversions::toInteger;
            case "Decimal" -> FhirPathConversions::toDecimal;
            case "String" -> FhirPathConversions::toText;
            case "Date" -> item -> time(item, FhirPathTime.Kind.DATE);
            case "DateTime" -> item -> time(item, FhirPathTime.Kind.DATE_TIME);
            case "Time" -> item -> time(item, FhirPathTime.Kind.TIME);
            case "Quantity" -> FhirPathConversions::toQuantity;
            default -> null;
        };
    }

    /** The unit that {@code toQuantity('g')} asks for must be one the quantity can be compared with. */
    private static Optional<Item> inUnit(Call call, Item item, FhirPath.Context c, List<Item> focus) {
        Step argument = call.at(0);
        Optional<String> unit = argument == null ? Optional.empty() : Items.string(argument.run(c, focus));
        if (unit.isEmpty()) {
            return Optional.of(item);
        }
        return new FhirPathQuantity(BigDecimal.ZERO, unit.get(), FhirPathQuantity.isCalendar(unit.get()))
                .plus(FhirPathQuantity.of(item).orElseThrow())
                .map(FhirPathQuantity::item);
    }

    private static Optional<Item> toBoolean(Item item) {
        String text = item.json().isBoolean() ? String.valueOf(item.json().booleanValue()) : item.text();
        if (item.json().isObject()) {
            return Optional.empty();
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "t", "yes", "y", "1", "1.0" ->
                Optional.of(Items.bool(true).getFirst());
            case "false", "f", "no", "n", "0", "0.0" ->
                Optional.of(Items.bool(false).getFirst());
            default -> Optional.empty();
        };
    }

    private static Optional<Item> toInteger(Item item) {
        if (item.json().isBoolean()) {
            return Optional.of(Items.whole(item.json().booleanValue() ? 1 : 0).getFirst());
        }
        boolean fits = FhirPathTypes.isWhole(item)
                || (item.json().isString() && INTEGER.matcher(item.text()).matches());
        return fits ? Optional.of(Items.whole(Long.parseLong(item.text())).getFirst()) : Optional.empty();
    }

    private static Optional<Item> toDecimal(Item item) {
        if (item.json().isBoolean()) {
            return Optional.of(Items.decimal(item.json().booleanValue() ? BigDecimal.ONE : BigDecimal.ZERO)
                    .getFirst());
        }
        if (item.number()) {
            return Optional.of(Items.decimal(item.decimal()).getFirst());
        }
        return item.json().isString() && DECIMAL.matcher(item.text()).matches()
                ? Optional.of(Items.decimal(new BigDecimal(item.text())).getFirst())
                : Optional.empty();
    }

    private static Optional<Item> toText(Item item) {
        if (item.json().isBoolean()) {
            return Optional.of(
                    Items.text(String.valueOf(item.json().booleanValue())).getFirst());
        }
        if (item.json().isString() || item.number()) {
            return Optional.of(Items.text(item.text()).getFirst());
        }
        return FhirPathQuantity.of(item).map(q -> Items.text(q.toString()).getFirst());
    }

    private static Optional<Item> time(Item item, FhirPathTime.Kind kind) {
        Optional<FhirPathTime> known = FhirPathTime.of(item);
        if (known.isEmpty() && item.json().isString()) {
            known = FhirPathTime.parse(
                    item.text(), kind == FhirPathTime.Kind.TIME ? kind : FhirPathTime.Kind.DATE_TIME);
        }
        return known.filter(t -> (t.kind() == FhirPathTime.Kind.TIME) == (kind == FhirPathTime.Kind.TIME))
                .map(t -> kind == FhirPathTime.Kind.DATE
                        ? new FhirPathTime(kind, t.at(), Math.min(3, t.parts()), 0, null)
                        : new FhirPathTime(kind, t.at(), t.parts(), t.digits(), t.zone()))
                .map(FhirPathTime::item);
    }

    private static Optional<Item> toQuantity(Item item) {
        if (item.json().isBoolean()) {
            return Optional.of(
                    new FhirPathQuantity(item.json().booleanValue() ? BigDecimal.ONE : BigDecimal.ZERO, "1", false)
                            .item());
        }
        return item.json().isString()
                ? FhirPathQuantity.parse(item.text()).map(FhirPathQuantity::item)
                : FhirPathQuantity.of(item).map(FhirPathQuantity::item);
    }
}
