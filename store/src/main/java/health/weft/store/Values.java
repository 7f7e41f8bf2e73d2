package health.weft.store;

import health.weft.fhir.FhirDate;
import health.weft.fhir.Hash;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchValue;
import health.weft.fhir.Ucum;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What an element of a resource means to each kind of search (R4, 3.1.1.4.4 and the tables there). */
final class Values {
    private Values() {}

    /**
     * A coded value.
     *
     * @param system null when the structure implies it and JSON does not hold it
     * @param code empty when there is only a system
     */
    record Coded(@Nullable String system, String code) {}

    /** A span of time: microseconds, {@code hi} excluded. */
    record Span(long lo, long hi) {}

    /**
     * An amount; {@code lo} and {@code hi} differ for a range or one with a comparator.
     *
     * @param unit hash of system and code, 0 without both; of a canonical amount that of its unit
     * @param code hash of code or unit text, 0 without
     * @param canonical whether it is led back to base units, beside the one as it was written
     */
    record Measure(double lo, double hi, long unit, long code, boolean canonical) {}

    private static final String UCUM = "http://unitsofmeasure.org";

    static long unit(String system, String code) {
        return Hash.of("unit", system, code);
    }

    static long unitCode(String code) {
        return Hash.of("unit", code);
    }

    static List<Coded> codes(Item item) {
        JsonNode json = item.json();
        if (json.isValueNode()) {
            return List.of(new Coded(null, item.text()));
        }
        List<Coded> codes = new ArrayList<>();
        switch (item.type()) {
            case "CodeableConcept" -> json.path("coding").forEach(coding -> coded(codes, coding, "code"));
            case "Coding" -> coded(codes, json, "code");
            case "Identifier" -> coded(codes, json, "value");
            case "ContactPoint" -> {
                String value = Json.text(json, "value");
                if (!value.isEmpty()) {
                    codes.add(new Coded(null, value));
                }
            }
            default -> {}
        }
        return codes;
    }

    private static void coded(List<Coded> codes, JsonNode json, String code) {
        Coded coded = new Coded(Json.text(json, "system"), Json.text(json, code));
        if (!coded.code().isEmpty() || !Json.text(json, "system").isEmpty()) {
            codes.add(coded);
        }
    }

    /** The words that people read of a coded value. */
    static List<String> displays(Item item) {
        JsonNode json = item.json();
        List<String> words = new ArrayList<>();
        switch (item.type()) {
            case "CodeableConcept" -> concept(words, json);
            case "Coding" -> words.add(Json.text(json, "display"));
            case "Identifier" -> concept(words, json.path("type"));
            default -> {}
        }
        words.removeIf(String::isBlank);
        return words;
    }

    private static void concept(List<String> words, JsonNode concept) {
        words.add(Json.text(concept, "text"));
        concept.path("coding").forEach(coding -> words.add(Json.text(coding, "display")));
    }

    /** The literal reference of a Reference, or a canonical or uri as it is; relative when it leads to this record. */
    static Optional<String> reference(Item item) {
        if (item.json().isString()) {
            return Optional.of(item.text());
        }
        String reference = Json.text(item.json(), "reference");
        if (reference.isEmpty() || reference.startsWith("#")) {
            return Optional.empty();
        }
        return Optional.of(relative(reference));
    }

    static String relative(String reference) {
        References.Literal literal = References.parse(reference);
        return literal != null && literal.base() == null ? literal.relative() : reference;
    }

    static List<Span> spans(Item item) {
        JsonNode json = item.json();
        List<Span> spans = new ArrayList<>();
        if (json.isString()) {
            date(spans, item.text());
            return spans;
        }
        switch (item.type()) {
            case "Period" -> period(spans, json);
            case "Timing" -> {
                json.path("event").forEach(event -> date(spans, event.asString("")));
                JsonNode bounds = json.path("repeat").get("boundsPeriod");
                if (bounds != null) {
                    period(spans, bounds);
                }
            }
            default -> {}
        }
        return spans;
    }

    private static void date(List<Span> spans, String text) {
        FhirDate.parse(text).ifPresent(d -> spans.add(new Span(d.lo(), d.hi())));
    }

    private static void period(List<Span> spans, JsonNode period) {
        Optional<FhirDate> start = FhirDate.parse(Json.text(period, "start"));
        Optional<FhirDate> end = FhirDate.parse(Json.text(period, "end"));
        if (start.isPresent() || end.isPresent()) {
            spans.add(new Span(
                    start.map(FhirDate::lo).orElse(Long.MIN_VALUE),
                    end.map(FhirDate::hi).orElse(Long.MAX_VALUE)));
        }
    }

    static List<String> texts(Item item) {
        JsonNode json = item.json();
        if (json.isString()) {
            return List.of(item.text());
        }
        return switch (item.type()) {
            case "HumanName" -> parts(json, "text", "family", "given", "prefix", "suffix");
            case "Address" -> parts(json, "text", "line", "city", "district", "state", "postalCode", "country");
            case "CodeableConcept" -> parts(json, "text");
            case "ContactPoint" -> parts(json, "value");
            default -> List.of();
        };
    }

    private static List<String> parts(JsonNode json, String... names) {
        List<String> texts = new ArrayList<>();
        for (String name : names) {
            JsonNode value = json.path(name);
            if (value.isArray()) {
                value.forEach(one -> texts.add(one.asString("")));
            } else {
                texts.add(value.asString(""));
            }
        }
        texts.removeIf(String::isBlank);
        return texts;
    }

    static List<Measure> measures(Item item) {
        JsonNode json = item.json();
        if (json.isNumber()) {
            double v = json.doubleValue();
            return List.of(new Measure(v, v, 0, 0, false));
        }
        return switch (item.type()) {
            case "Range" -> {
                JsonNode low = json.path("low");
                JsonNode high = json.path("high");
                JsonNode unit = low.isObject() ? low : high;
                yield measures(
                        low.path("value").asDouble(Double.NEGATIVE_INFINITY),
                        high.path("value").asDouble(Double.POSITIVE_INFINITY),
                        Json.text(unit, "system"),
                        Json.text(unit, "code"),
                        Json.text(unit, "unit"));
            }
            case "Money" -> {
                double v = json.path("value").asDouble(Double.NaN);
                yield Double.isNaN(v)
                        ? List.of()
                        : measures(v, v, "urn:iso:std:iso:4217", Json.text(json, "currency"), "");
            }
            default -> {
                if (!json.path("value").isNumber()) {
                    yield List.of();
                }
                double v = json.path("value").doubleValue();
                String comparator = Json.text(json, "comparator");
                yield measures(
                        comparator.startsWith("<") ? Double.NEGATIVE_INFINITY : v,
                        comparator.startsWith(">") ? Double.POSITIVE_INFINITY : v,
                        Json.text(json, "system"),
                        Json.text(json, "code"),
                        Json.text(json, "unit"));
            }
        };
    }

    private static List<Measure> measures(double lo, double hi, String system, String code, String unit) {
        long exact = system.isEmpty() || code.isEmpty() ? 0 : unit(system, code);
        List<Measure> measures = new ArrayList<>(2);
        if (!code.isEmpty()) {
            measures.add(new Measure(lo, hi, exact, unitCode(code), false));
        }
        if (!unit.isEmpty() && !unit.equals(code)) {
            measures.add(new Measure(lo, hi, exact, unitCode(unit), false));
        }
        if (measures.isEmpty()) {
            measures.add(new Measure(lo, hi, 0, 0, false));
        }
        canonical(lo, hi, system, code).ifPresent(measures::add);
        return measures;
    }

    /** The amount in base units of UCUM, so that mg and g find each other; empty when its unit is none of UCUM. */
    private static Optional<Measure> canonical(double lo, double hi, String system, String code) {
        Optional<Ucum.Canonical> unit = base(0, system, code);
        return unit.map(
                u -> new Measure(inBase(lo, system, code), inBase(hi, system, code), canonicalUnit(u.unit()), 0, true));
    }

    private static Optional<Ucum.Canonical> base(double value, String system, String code) {
        return system.equals(UCUM) && !code.isEmpty()
                ? Ucum.canonical(BigDecimal.valueOf(value), code)
                : Optional.empty();
    }

    private static double inBase(double value, String system, String code) {
        return Double.isInfinite(value)
                ? value
                : base(value, system, code).map(c -> c.value().doubleValue()).orElse(value);
    }

    private static long canonicalUnit(String unit) {
        return Hash.of("unit", "canonical", unit);
    }

    /** The key of the rows that hold a parameter's canonical amounts. */
    static int canonicalKey(SearchParameter p) {
        return Hash.small(p.identity(), "canonical");
    }

    /** An amount searched for, in base units, and the hash of their name. */
    record Base(double value, double lo, double hi, long unit) {}

    /** The amount in base units; empty when it names no unit of UCUM. */
    static Optional<Base> base(SearchValue.Amount a) {
        String system = a.system() == null ? "" : a.system();
        String code = a.unit() == null ? "" : a.unit();
        return base(a.value(), system, code)
                .map(c -> new Base(
                        c.value().doubleValue(),
                        inBase(a.lo(), system, code),
                        inBase(a.hi(), system, code),
                        canonicalUnit(c.unit())));
    }

    /** The bits of a double as a number that sorts as it does. */
    static long sortable(double value) {
        long bits = Double.doubleToLongBits(value + 0.0);
        return bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }
}
