package health.weft.fhir;

import static health.weft.fhir.QueryText.invalid;
import static health.weft.fhir.QueryText.modifier;
import static health.weft.fhir.QueryText.split;
import static health.weft.fhir.QueryText.unescape;

import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchParameter.Part;
import health.weft.fhir.SearchValue.Amount;
import health.weft.fhir.SearchValue.Display;
import health.weft.fhir.SearchValue.Hierarchy;
import health.weft.fhir.SearchValue.How;
import health.weft.fhir.SearchValue.MemberOf;
import health.weft.fhir.SearchValue.Near;
import health.weft.fhir.SearchValue.Prefix;
import health.weft.fhir.SearchValue.Reach;
import health.weft.fhir.SearchValue.Ref;
import health.weft.fhir.SearchValue.RefHierarchy;
import health.weft.fhir.SearchValue.RefIdentifier;
import health.weft.fhir.SearchValue.Text;
import health.weft.fhir.SearchValue.Token;
import health.weft.fhir.SearchValue.TypedIdentifier;
import health.weft.fhir.SearchValue.Uri;
import health.weft.fhir.SearchValue.When;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of one parameter (R4, 3.1.1.4.5 to 3.1.1.4.14). */
final class ValueReader {
    private static final Pattern PREFIXED = Pattern.compile("(eq|ne|gt|lt|ge|le|sa|eb|ap)(.*)");
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,30}(\\.\\d{1,30})?([eE][+-]?\\d{1,3})?");
    /** Kilometres in a unit of length, by UCUM code. */
    private static final Map<String, Double> LENGTHS =
            Map.of("km", 1.0, "m", 0.001, "[mi_us]", 1.609347, "[mi_i]", 1.609344, "mi", 1.609344);
    /** Kilometres when {@code near} names no distance. */
    private static final double NEARBY = 50;
    /** Half of the Earth's circumference: farther is nothing. */
    private static final double FARTHEST = 20_040;

    private final SearchParameter p;

    ValueReader(SearchParameter p) {
        this.p = p;
    }

    SearchValue value(String modifier, String raw) {
        return switch (p.kind()) {
            case TOKEN -> token(modifier, raw);
            case REFERENCE -> reference(p.code(), p.targets(), modifier, raw);
            case STRING ->
                new Text(
                        unescape(raw),
                        switch (modifier) {
                            case "" -> How.STARTS;
                            case "exact" -> How.EXACT;
                            case "contains" -> How.CONTAINS;
                            default -> throw modifier(modifier, p.code());
                        });
            case URI ->
                new Uri(
                        unescape(raw),
                        switch (modifier) {
                            case "" -> Reach.SELF;
                            case "below" -> Reach.BELOW;
                            case "above" -> Reach.ABOVE;
                            default -> throw modifier(modifier, p.code());
                        });
            case DATE, NUMBER, QUANTITY -> {
                bare(modifier);
                yield p.kind() == Kind.DATE ? when(p.code(), raw) : amount(p.code(), raw);
            }
            case COMPOSITE -> {
                bare(modifier);
                yield composite(raw);
            }
            case SPECIAL -> {
                bare(modifier);
                yield near(raw);
            }
        };
    }

    private void bare(String modifier) {
        if (!modifier.isEmpty()) {
            throw modifier(modifier, p.code());
        }
    }

    private SearchValue token(String modifier, String raw) {
        return switch (modifier) {
            case "" -> token(raw);
            case "text" -> new Display(unescape(raw));
            case "in" -> new MemberOf(unescape(raw));
            case "above", "below" -> {
                Token token = token(raw);
                if (token.system() == null || token.system().isEmpty() || token.code() == null) {
                    throw invalid(
                            "value",
                            "'" + p.code() + ":" + modifier + "' needs the code with its system: http://system|code.");
                }
                yield new Hierarchy(token, modifier.equals("above"));
            }
            case "of-type" -> {
                List<String> part = split(raw, '|');
                if (part.size() != 3 || part.stream().anyMatch(String::isEmpty)) {
                    throw invalid("value", "'" + p.code() + ":of-type' must be system|code|value of the identifier.");
                }
                yield new TypedIdentifier(unescape(part.get(0)), unescape(part.get(1)), unescape(part.get(2)));
            }
            default -> throw modifier(modifier, p.code());
        };
    }

    static Token token(String raw) {
        List<String> part = split(raw, '|');
        if (part.size() == 1) {
            return new Token(null, unescape(part.getFirst()));
        }
        if (part.size() > 2) {
            // What is left out by mistake would find another's identifier.
            throw invalid(
                    "value",
                    "A token has one bar, system|code. One that belongs to the value is escaped: system|A\\|1.");
        }
        String code = unescape(part.get(1));
        return new Token(unescape(part.getFirst()), code.isEmpty() ? null : code);
    }

    private static SearchValue reference(String code, List<String> targets, String modifier, String raw) {
        String value = unescape(raw);
        return switch (modifier) {
            case "identifier" -> new RefIdentifier(token(raw));
            case "" -> new Ref(references(targets, value));
            case "above", "below" -> new RefHierarchy(references(targets, value), modifier.equals("above"));
            default -> {
                if (!Structures.isResource(modifier)) {
                    throw modifier(modifier, code);
                }
                yield new Ref(List.of(value.startsWith(modifier + "/") ? value : modifier + "/" + value));
            }
        };
    }

    private static List<String> references(List<String> targets, String value) {
        if (value.contains("/") || value.contains(":")) {
            References.Literal literal = References.parse(value);
            return List.of(literal != null && literal.base() == null ? literal.relative() : value);
        }
        return (targets.isEmpty() ? Structures.resourceTypes() : targets)
                .stream().map(t -> t + "/" + value).toList();
    }

    private SearchValue composite(String raw) {
        List<Part> parts = p.pairings().getFirst().parts();
        List<String> given = split(raw, '$');
        if (given.size() != parts.size()) {
            throw invalid(
                    "value",
                    "'" + p.code() + "' takes " + parts.size() + " values with $ between them: "
                            + String.join("$", parts.stream().map(Part::code).toList()) + ".");
        }
        List<SearchValue> values = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            String one = given.get(i);
            values.add(
                    switch (part.kind()) {
                        case TOKEN -> token(one);
                        case REFERENCE -> reference(part.code(), part.targets(), "", one);
                        case STRING -> new Text(unescape(one), How.STARTS);
                        case URI -> new Uri(unescape(one), Reach.SELF);
                        case DATE -> when(part.code(), one);
                        case NUMBER, QUANTITY -> amount(part.code(), one);
                        case COMPOSITE, SPECIAL ->
                            throw invalid("not-supported", "'" + p.code() + "' has a part that cannot be searched.");
                    });
        }
        return new SearchValue.Composite(values);
    }

    private SearchValue near(String raw) {
        List<String> part = split(raw, '|');
        if (part.size() < 2 || part.size() > 4) {
            throw wrongNear();
        }
        double latitude = degrees(part.get(0), 90);
        double longitude = degrees(part.get(1), 180);
        double distance = NEARBY;
        if (part.size() > 2 && !part.get(2).isEmpty()) {
            if (!NUMBER.matcher(part.get(2)).matches() || part.get(2).startsWith("-")) {
                throw wrongNear();
            }
            Double kilometres = LENGTHS.get(part.size() > 3 && !part.get(3).isEmpty() ? part.get(3) : "km");
            if (kilometres == null) {
                throw invalid("value", "The distance of '" + p.code() + "' must be in km, m or [mi_i].");
            }
            distance = Math.min(FARTHEST, Double.parseDouble(part.get(2)) * kilometres);
        }
        return new Near(latitude, longitude, distance);
    }

    private double degrees(String text, int most) {
        if (!NUMBER.matcher(text).matches() || Math.abs(Double.parseDouble(text)) > most) {
            throw wrongNear();
        }
        return Double.parseDouble(text);
    }

    private InvalidResource wrongNear() {
        return invalid(
                "value", "'" + p.code() + "' must be latitude|longitude|distance|unit, in degrees: 41.5|-81.7|10|km.");
    }

    static When when(String code, String raw) {
        Matcher m = PREFIXED.matcher(raw);
        boolean prefixed = m.matches();
        FhirDate date = FhirDate.parse(unescape(prefixed ? m.group(2) : raw))
                .orElseThrow(() -> invalid(
                        "value",
                        "'" + code + "' must be a date such as 2024, 2024-03, 2024-03-15 or 2024-03-15T10:00:00Z,"
                                + " a prefix such as ge before it."));
        return new When(prefixed ? prefix(m.group(1)) : Prefix.EQ, date.lo(), date.hi());
    }

    private static Prefix prefix(String text) {
        return Prefix.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static Amount amount(String code, String raw) {
        List<String> part = split(raw, '|');
        if (part.size() == 2 || part.size() > 3) {
            throw invalid(
                    "value",
                    "'" + code
                            + "' must be a number alone, number|system|code, or number||code for a unit of any system.");
        }
        Matcher m = PREFIXED.matcher(part.getFirst());
        boolean prefixed = m.matches();
        String text = prefixed ? m.group(2) : part.getFirst();
        Prefix prefix = prefixed ? prefix(m.group(1)) : Prefix.EQ;
        if (!NUMBER.matcher(text).matches()) {
            throw invalid(
                    "value",
                    "'" + code + "' must be a number, a prefix such as gt before it; a quantity may"
                            + " name its unit: 5.4|http://unitsofmeasure.org|mg.");
        }
        BigDecimal value = new BigDecimal(text, MathContext.DECIMAL64);
        // R4, 3.1.1.4.8: 100 means 99.5 up to 100.5; 1e2 means 50 up to 150.
        BigDecimal half = BigDecimal.ONE.movePointLeft(value.scale()).divide(BigDecimal.TWO);
        double tenth = Math.abs(value.doubleValue()) / 10;
        boolean about = prefix == Prefix.AP;
        double lo = about ? value.doubleValue() - tenth : value.subtract(half).doubleValue();
        double hi = about ? value.doubleValue() + tenth : value.add(half).doubleValue();
        String system = part.size() > 2 && !part.get(1).isEmpty() ? unescape(part.get(1)) : null;
        String unit = part.size() > 2 && !part.get(2).isEmpty() ? unescape(part.get(2)) : null;
        return new Amount(prefix, value.doubleValue(), lo, hi, system, unit);
    }
}
