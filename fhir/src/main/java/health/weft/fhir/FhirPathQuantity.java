package health.weft.fhir;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A quantity of FHIRPath (N1, 6.1.1.1): a number with a UCUM unit or a calendar word.
 *
 * @param unit UCUM code, or {@code day}, {@code years} ...; empty when a FHIR Quantity has none
 * @param calendar whether the unit is a calendar word, of which a year and a month are no UCUM unit
 */
record FhirPathQuantity(BigDecimal value, String unit, boolean calendar) {
    private static final String UCUM = "http://unitsofmeasure.org";
    private static final Map<String, String> CALENDAR = Map.of(
            "year",
            "a",
            "month",
            "mo",
            "week",
            "wk",
            "day",
            "d",
            "hour",
            "h",
            "minute",
            "min",
            "second",
            "s",
            "millisecond",
            "ms");
    private static final Pattern FORM = Pattern.compile("([+-]?\\d+(?:\\.\\d+)?)\\s*(?:'([^']+)'|([a-zA-Z]+))?");

    static boolean isCalendar(String word) {
        return CALENDAR.containsKey(singular(word));
    }

    /** {@code day} of {@code days}. */
    static String singular(String word) {
        return word.endsWith("s") && word.length() > 2 ? word.substring(0, word.length() - 1) : word;
    }

    /** The quantity an item is; empty when it is none. A number is one without a unit. */
    static Optional<FhirPathQuantity> of(Item item) {
        if (item.number()) {
            return Optional.of(new FhirPathQuantity(item.decimal(), "1", false));
        }
        JsonNode value = item.json().get("value");
        if (value == null || !value.isNumber() || !FhirPathTypes.isA(item, "Quantity")) {
            return Optional.empty();
        }
        String code = Json.text(item.json(), "code");
        String unit = code.isEmpty() ? Json.text(item.json(), "unit") : code;
        boolean calendar = item.type().equals("System.Quantity")
                && Json.text(item.json(), "system").isEmpty();
        return Optional.of(new FhirPathQuantity(value.decimalValue(), unit, calendar));
    }

    /** Reads {@code 4 days} or {@code 4.5 'mg'}. */
    static Optional<FhirPathQuantity> parse(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches() || (m.group(3) != null && !isCalendar(m.group(3)))) {
            return Optional.empty();
        }
        BigDecimal value = new BigDecimal(m.group(1));
        return Optional.of(
                m.group(3) != null
                        ? new FhirPathQuantity(value, m.group(3), true)
                        : new FhirPathQuantity(value, m.group(2) == null ? "1" : m.group(2), false));
    }

    Item item() {
        ObjectNode json = Items.NODES.objectNode();
        json.put("value", value);
        json.put("unit", unit);
        if (!calendar) {
            json.put("system", UCUM);
        }
        json.put("code", unit);
        return new Item(json, "System.Quantity", Structures.shape("Quantity"), null);
    }

    /** In base units; a calendar year or month stays what it is, in months. */
    private Optional<Ucum.Canonical> canonical(boolean loose) {
        String word = singular(unit);
        if (calendar && !loose && (word.equals("year") || word.equals("month"))) {
            BigDecimal months = word.equals("year") ? value.multiply(BigDecimal.valueOf(12)) : value;
            return Optional.of(new Ucum.Canonical(months, "calendar month"));
        }
        return Ucum.canonical(value, calendar ? CALENDAR.getOrDefault(word, unit) : unit);
    }

    /** Less than, equal to or more than another; empty when the units cannot be compared. */
    Optional<Integer> compare(FhirPathQuantity other) {
        if (unit.equals(other.unit) && calendar == other.calendar) {
            return Optional.of(value.compareTo(other.value));
        }
        Optional<Ucum.Canonical> a = canonical(false);
        Optional<Ucum.Canonical> b = other.canonical(false);
        return a.isEmpty() || b.isEmpty() || !a.get().unit().equals(b.get().unit())
                ? Optional.empty()
                : Optional.of(a.get().value().compareTo(b.get().value()));
    }

    /** The same as far as the less precise of the two tells (N1, 6.1.2). */
    boolean equivalent(FhirPathQuantity other) {
        if (unit.equals(other.unit)) {
            return FhirPathEquality.equivalent(value, other.value);
        }
        Optional<Ucum.Canonical> a = canonical(true);
        Optional<Ucum.Canonical> b = other.canonical(true);
        return a.isPresent()
                && b.isPresent()
                && a.get().unit().equals(b.get().unit())
                && FhirPathEquality.equivalent(a.get().value(), b.get().value());
    }

    boolean comparable(FhirPathQuantity other) {
        return compare(other).isPresent();
    }

    /** The sum in this quantity's unit; empty when the units do not fit. */
    Optional<FhirPathQuantity> plus(FhirPathQuantity other) {
        if (unit.equals(other.unit)) {
            return Optional.of(new FhirPathQuantity(value.add(other.value), unit, calendar));
        }
        Optional<Ucum.Canonical> one = new FhirPathQuantity(BigDecimal.ONE, unit, calendar).canonical(false);
        Optional<Ucum.Canonical> b = other.canonical(false);
        if (one.isEmpty()
                || b.isEmpty()
                || !one.get().unit().equals(b.get().unit())
                || one.get().value().signum() == 0) {
            return Optional.empty();
        }
        BigDecimal converted = b.get().value().divide(one.get().value(), MathContext.DECIMAL64);
        return Optional.of(new FhirPathQuantity(value.add(converted), unit, calendar));
    }

    Optional<FhirPathQuantity> times(FhirPathQuantity other) {
        return scaled(value.multiply(other.value), other, ".");
    }

    Optional<FhirPathQuantity> dividedBy(FhirPathQuantity other) {
        return other.value.signum() == 0
                ? Optional.empty()
                : scaled(value.divide(other.value, 8, RoundingMode.HALF_UP), other, "/");
    }

    private Optional<FhirPathQuantity> scaled(BigDecimal result, FhirPathQuantity other, String joint) {
        if (other.unit.equals("1")) {
            return Optional.of(new FhirPathQuantity(result, unit, calendar));
        }
        return Ucum.canonical(result, "(" + unit + ")" + joint + "(" + other.unit + ")")
                .map(canonical -> new FhirPathQuantity(canonical.value(), canonical.unit(), false));
    }

    FhirPathQuantity with(BigDecimal changed) {
        return new FhirPathQuantity(changed, unit, calendar);
    }

    @Override
    public String toString() {
        return value.toPlainString() + " " + (calendar ? unit : "'" + unit + "'");
    }
}
