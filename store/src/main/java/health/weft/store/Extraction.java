package health.weft.store;

import health.weft.fhir.FhirDate;
import health.weft.fhir.Hash;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a resource is found by: one pass over its search parameters. The same resource always yields the same rows, so that an
 * update deletes exactly what is no longer true.
 */
final class Extraction {
    record Tok(long h, int sp) {}

    record Ref(long tkey, int sp) {}

    record Day(long lo, long hi, int sp) {}

    record Str(String v, long e, int sp) {}

    record Qty(double lo, double hi, long unit, long code, int sp) {}

    final Set<Tok> tokens = new LinkedHashSet<>();
    final Set<Ref> references = new LinkedHashSet<>();
    final Set<Day> dates = new LinkedHashSet<>();
    final Set<Str> strings = new LinkedHashSet<>();
    final Set<Qty> quantities = new LinkedHashSet<>();
    private final Map<String, List<String>> literals = new HashMap<>();

    private Extraction() {}

    static Extraction of(ObjectNode resource) {
        Extraction e = new Extraction();
        String type = Json.text(resource, "resourceType");
        Item root = Item.resource(resource);
        for (SearchParameter p : SearchParameters.of(type).values()) {
            // Columns of res answer these two.
            if (p.code().equals("_id") || p.code().equals("_lastUpdated")) {
                continue;
            }
            switch (p.kind()) {
                case COMPOSITE, SPECIAL -> {}
                case TOKEN, DATE, STRING, NUMBER, QUANTITY, REFERENCE, URI -> {
                    for (Item item : p.path().evaluate(resource, root, r -> null)) {
                        e.add(p, item);
                    }
                }
            }
        }
        return e;
    }

    /** The first literal reference to a Patient, {@code Patient/1}, among the parameters that say whose record it is. */
    Optional<String> patient(String type) {
        for (SearchParameter p : SearchParameters.patientParameters(type)) {
            for (String literal : literals.getOrDefault(p.code(), List.of())) {
                if (literal.startsWith("Patient/")) {
                    return Optional.of(literal);
                }
            }
        }
        return Optional.empty();
    }

    /** The literal references a value of a reference parameter holds, for {@code _include}. */
    static List<String> literals(ObjectNode resource, SearchParameter p) {
        List<String> found = new ArrayList<>();
        for (Item item : p.path().evaluate(resource)) {
            References.Literal literal = References.parse(Json.text(item.json(), "reference"));
            if (literal != null && literal.base() == null) {
                found.add(literal.relative());
            }
        }
        return found;
    }

    private void add(SearchParameter p, Item item) {
        if (item.json().isNull()) {
            return;
        }
        switch (p.kind()) {
            case TOKEN -> token(p, item);
            case REFERENCE -> reference(p, item);
            case DATE -> date(p, item);
            case STRING -> string(p, item);
            case NUMBER, QUANTITY -> quantity(p, item);
            case URI -> tokens.add(new Tok(uri(p, item.text()), p.key()));
            case COMPOSITE, SPECIAL -> {}
        }
    }

    // ------------------------------------------------------------------------------------------------ keys

    static long tkey(String reference) {
        return Hash.of(reference);
    }

    static long anySystem(String name, String code) {
        return Hash.of(name, "c", code);
    }

    static long inSystem(String name, String system, String code) {
        return Hash.of(name, "sc", system, code);
    }

    static long system(String name, String system) {
        return Hash.of(name, "s", system);
    }

    /** A code whose system the structure implies, and JSON does not hold: found whatever system is asked for. */
    static long implied(String name, String code) {
        return Hash.of(name, "p", code);
    }

    static long uri(SearchParameter p, String uri) {
        return Hash.of(p.name(), "u", uri);
    }

    /** The name under which identifiers inside references are kept. */
    static String identifierOf(SearchParameter p) {
        return p.name() + ":identifier";
    }

    static long unit(String system, String code) {
        return Hash.of("unit", system, code);
    }

    static long unitCode(String code) {
        return Hash.of("unit", code);
    }

    // ------------------------------------------------------------------------------------------------ values

    private void token(SearchParameter p, Item item) {
        JsonNode json = item.json();
        if (json.isValueNode()) {
            String code = item.text();
            tokens.add(new Tok(anySystem(p.name(), code), p.key()));
            tokens.add(new Tok(implied(p.name(), code), p.key()));
            return;
        }
        switch (item.type()) {
            case "CodeableConcept" -> {
                for (JsonNode coding : json.path("coding")) {
                    token(p.name(), p.key(), Json.text(coding, "system"), Json.text(coding, "code"));
                }
            }
            case "Coding" -> token(p.name(), p.key(), Json.text(json, "system"), Json.text(json, "code"));
            case "Identifier" -> token(p.name(), p.key(), Json.text(json, "system"), Json.text(json, "value"));
            case "ContactPoint" -> {
                String value = Json.text(json, "value");
                if (!value.isEmpty()) {
                    tokens.add(new Tok(anySystem(p.name(), value), p.key()));
                    tokens.add(new Tok(implied(p.name(), value), p.key()));
                }
            }
            default -> {}
        }
    }

    private void token(String name, int key, String system, String code) {
        if (!code.isEmpty()) {
            tokens.add(new Tok(anySystem(name, code), key));
            tokens.add(new Tok(inSystem(name, system, code), key));
        }
        if (!system.isEmpty()) {
            tokens.add(new Tok(system(name, system), key));
        }
    }

    private void reference(SearchParameter p, Item item) {
        if (item.json().isString()) {
            String url = item.text();
            references.add(new Ref(tkey(url), p.key()));
            int bar = url.indexOf('|');
            if (bar > 0) {
                references.add(new Ref(tkey(url.substring(0, bar)), p.key()));
            }
            return;
        }
        JsonNode json = item.json();
        String reference = Json.text(json, "reference");
        if (!reference.isEmpty() && !reference.startsWith("#")) {
            References.Literal literal = References.parse(reference);
            if (literal != null && literal.base() == null) {
                references.add(new Ref(tkey(literal.relative()), p.key()));
                literals.computeIfAbsent(p.code(), c -> new ArrayList<>(1)).add(literal.relative());
            } else {
                references.add(new Ref(tkey(reference), p.key()));
            }
        }
        JsonNode identifier = json.get("identifier");
        if (identifier != null && identifier.isObject()) {
            token(identifierOf(p), p.key(), Json.text(identifier, "system"), Json.text(identifier, "value"));
        }
    }

    private void date(SearchParameter p, Item item) {
        JsonNode json = item.json();
        if (json.isString()) {
            FhirDate.parse(item.text()).ifPresent(d -> dates.add(new Day(d.lo(), d.hi(), p.key())));
            return;
        }
        switch (item.type()) {
            case "Period" -> period(p, json);
            case "Timing" -> {
                for (JsonNode event : json.path("event")) {
                    FhirDate.parse(event.asString("")).ifPresent(d -> dates.add(new Day(d.lo(), d.hi(), p.key())));
                }
                JsonNode bounds = json.path("repeat").get("boundsPeriod");
                if (bounds != null) {
                    period(p, bounds);
                }
            }
            default -> {}
        }
    }

    private void period(SearchParameter p, JsonNode period) {
        Optional<FhirDate> start = FhirDate.parse(Json.text(period, "start"));
        Optional<FhirDate> end = FhirDate.parse(Json.text(period, "end"));
        if (start.isPresent() || end.isPresent()) {
            dates.add(new Day(
                    start.map(FhirDate::lo).orElse(Long.MIN_VALUE),
                    end.map(FhirDate::hi).orElse(Long.MAX_VALUE),
                    p.key()));
        }
    }

    private void string(SearchParameter p, Item item) {
        JsonNode json = item.json();
        if (json.isString()) {
            text(p, item.text());
            return;
        }
        switch (item.type()) {
            case "HumanName" -> parts(p, json, "text", "family", "given", "prefix", "suffix");
            case "Address" -> parts(p, json, "text", "line", "city", "district", "state", "postalCode", "country");
            case "CodeableConcept" -> parts(p, json, "text");
            case "ContactPoint" -> parts(p, json, "value");
            default -> {}
        }
    }

    private void parts(SearchParameter p, JsonNode json, String... names) {
        for (String name : names) {
            JsonNode value = json.get(name);
            if (value == null) {
                continue;
            }
            if (value.isArray()) {
                for (JsonNode one : value) {
                    text(p, one.asString(""));
                }
            } else {
                text(p, value.asString(""));
            }
        }
    }

    private void text(SearchParameter p, String text) {
        if (!text.isBlank()) {
            strings.add(new Str(Text.plain(text), Hash.of(text), p.key()));
        }
    }

    private void quantity(SearchParameter p, Item item) {
        JsonNode json = item.json();
        if (json.isNumber()) {
            double v = json.doubleValue();
            quantities.add(new Qty(v, v, 0, 0, p.key()));
            return;
        }
        switch (item.type()) {
            case "Range" -> {
                JsonNode low = json.path("low");
                JsonNode high = json.path("high");
                JsonNode unit = low.isObject() ? low : high;
                amount(
                        p,
                        low.path("value").asDouble(Double.NEGATIVE_INFINITY),
                        high.path("value").asDouble(Double.POSITIVE_INFINITY),
                        Json.text(unit, "system"),
                        Json.text(unit, "code"),
                        Json.text(unit, "unit"));
            }
            case "Money" -> {
                if (json.path("value").isNumber()) {
                    double v = json.path("value").doubleValue();
                    amount(p, v, v, "urn:iso:std:iso:4217", Json.text(json, "currency"), "");
                }
            }
            default -> {
                if (json.path("value").isNumber()) {
                    double v = json.path("value").doubleValue();
                    String comparator = Json.text(json, "comparator");
                    amount(
                            p,
                            comparator.startsWith("<") ? Double.NEGATIVE_INFINITY : v,
                            comparator.startsWith(">") ? Double.POSITIVE_INFINITY : v,
                            Json.text(json, "system"),
                            Json.text(json, "code"),
                            Json.text(json, "unit"));
                }
            }
        }
    }

    private void amount(SearchParameter p, double lo, double hi, String system, String code, String unit) {
        long exact = system.isEmpty() || code.isEmpty() ? 0 : unit(system, code);
        if (!code.isEmpty()) {
            quantities.add(new Qty(lo, hi, exact, unitCode(code), p.key()));
        }
        if (!unit.isEmpty() && !unit.equals(code)) {
            quantities.add(new Qty(lo, hi, exact, unitCode(unit), p.key()));
        }
        if (code.isEmpty() && unit.isEmpty()) {
            quantities.add(new Qty(lo, hi, 0, 0, p.key()));
        }
    }
}
