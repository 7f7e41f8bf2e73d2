package health.weft.fhir;

import health.weft.fhir.SearchParameter.Kind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A search, read from a query string and checked against the definitions (R4, 3.1.1).
 *
 * <p>All clauses must hold; within a clause any of its values may. What is not understood, or not served yet, is an
 * {@link InvalidResource} that says so; only {@link #lenient} leaves out unknown parameters and lists them in
 * {@link #ignored}.
 *
 * @param type resource type searched
 * @param count matches a page, 0 to {@value #MAX_COUNT}
 * @param total whether the number of all matches is to be counted
 * @param summaryCount only the number is wanted
 * @param elements names of the elements wanted; empty means all
 * @param page token of a later page; null for the first
 * @param ignored parameters left out under lenient handling
 * @param query the parameters as understood, for the self link, without the page token
 */
public record SearchRequest(
        String type,
        List<Clause> clauses,
        List<Include> includes,
        List<Sort> sort,
        int count,
        boolean total,
        boolean summaryCount,
        Set<String> elements,
        @Nullable String page,
        List<String> ignored,
        String query) {

    public static final int DEFAULT_COUNT = 20;
    public static final int MAX_COUNT = 1000;

    /** A condition on a resource. */
    public sealed interface Clause {}

    /** One of the values matches the parameter. With {@code not}, none of them does. */
    public record Match(SearchParameter parameter, List<Value> values, boolean not) implements Clause {}

    /** The parameter has no value in the resource, or has one. */
    public record Missing(SearchParameter parameter, boolean missing) implements Clause {}

    /** The reference leads to a resource of a type for which the inner clause holds: {@code subject:Patient.family=x}. */
    public record Chain(SearchParameter parameter, List<Target> targets) implements Clause {}

    /** One type a chain may lead to, and what must hold there. */
    public record Target(String type, Clause inner) {}

    /** A resource of another type refers here and the inner clause holds for it: {@code _has:Observation:patient:code=x}. */
    public record Has(String type, SearchParameter reference, Clause inner) implements Clause {}

    /** The id is one of these. */
    public record Ids(String type, List<String> ids, boolean not) implements Clause {}

    /** The time of the last change. */
    public record Updated(List<Value> dates) implements Clause {}

    /** A value to compare with. */
    public sealed interface Value {}

    /**
     * A token.
     *
     * @param system null: any; empty: none
     * @param code null: any code of the system
     */
    public record Token(@Nullable String system, @Nullable String code) implements Value {}

    /** Text compared with {@code how}. */
    public record Text(String text, How how) implements Value {}

    /** How text is compared. */
    public enum How {
        STARTS,
        EXACT,
        CONTAINS
    }

    /** A span of time and how to compare with it: microseconds, {@code hi} excluded. */
    public record When(Prefix prefix, long lo, long hi) implements Value {}

    /**
     * An amount and how to compare with it.
     *
     * @param lo lower end of what its precision means
     * @param hi upper end, excluded
     * @param system null: any
     * @param unit code or name of the unit; null: any
     */
    public record Amount(
            Prefix prefix,
            double value,
            double lo,
            double hi,
            @Nullable String system,
            @Nullable String unit) implements Value {}

    /** References to {@code Type/id}, one of the types. */
    public record Ref(List<String> references) implements Value {}

    /** A reference by business identifier. */
    public record RefIdentifier(Token token) implements Value {}

    /** An address compared as it is. */
    public record Uri(String uri) implements Value {}

    /** How a value is compared with one in a resource. */
    public enum Prefix {
        EQ,
        NE,
        GT,
        LT,
        GE,
        LE,
        SA,
        EB,
        AP
    }

    /**
     * Resources to send along.
     *
     * @param reverse {@code _revinclude}: those that refer to the matches
     * @param source type that holds the reference
     * @param parameter null for every reference parameter of the source
     * @param target only resources of this type; null for any
     */
    public record Include(
            boolean reverse,
            String source,
            @Nullable SearchParameter parameter,
            @Nullable String target) {}

    /** An order; {@code parameter} null with {@code code} {@code _id} or {@code _lastUpdated}. */
    public record Sort(String code, @Nullable SearchParameter parameter, boolean descending) {}

    /** Reads a query string, {@code patient=Patient/1&code=http://loinc.org|4548-4}, refusing what is not understood. */
    public static SearchRequest parse(String type, String query) {
        return parse(type, parameters(query));
    }

    /** Reads parameters, refusing what is not understood. */
    public static SearchRequest parse(String type, List<Map.Entry<String, String>> parameters) {
        return new Reader(type, false).read(parameters);
    }

    /** Reads parameters, leaving out unknown ones ({@code Prefer: handling=lenient}). */
    public static SearchRequest lenient(String type, List<Map.Entry<String, String>> parameters) {
        return new Reader(type, true).read(parameters);
    }

    /** Splits and decodes a query string, in order. */
    public static List<Map.Entry<String, String>> parameters(String query) {
        List<Map.Entry<String, String>> out = new ArrayList<>();
        for (String part : query.split("&")) {
            if (!part.isEmpty()) {
                int eq = part.indexOf('=');
                out.add(Map.entry(
                        decode(eq < 0 ? part : part.substring(0, eq)), eq < 0 ? "" : decode(part.substring(eq + 1))));
            }
        }
        return out;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidResource(Issue.error("invalid", "The query holds a broken % escape."));
        }
    }

    /** The same search for another page. */
    public SearchRequest at(String token) {
        return new SearchRequest(
                type, clauses, includes, sort, count, total, summaryCount, elements, token, ignored, query);
    }

    // ------------------------------------------------------------------------------------------------ reading

    private static final class Reader {
        private static final Set<String> NOT_SERVED = Set.of(
                "_text", "_content", "_list", "_query", "_filter", "_type", "_contained", "_containedType", "_score");
        private static final Pattern PREFIXED = Pattern.compile("(eq|ne|gt|lt|ge|le|sa|eb|ap)(.*)");

        private final String type;
        private final boolean lenient;
        private final List<Clause> clauses = new ArrayList<>();
        private final List<Include> includes = new ArrayList<>();
        private final List<Sort> sort = new ArrayList<>();
        private final Set<String> elements = new LinkedHashSet<>();
        private final List<String> ignored = new ArrayList<>();
        private final StringJoiner query = new StringJoiner("&");
        private int count = DEFAULT_COUNT;
        private boolean total;
        private boolean summaryCount;
        private @Nullable String page;

        Reader(String type, boolean lenient) {
            this.type = type;
            this.lenient = lenient;
            if (!Structures.isResource(type)) {
                throw invalid("not-supported", "Unknown resource type '" + shown(type) + "'.");
            }
        }

        SearchRequest read(List<Map.Entry<String, String>> parameters) {
            for (Map.Entry<String, String> p : parameters) {
                // R4, 3.1.1.4: a parameter without a value is left out.
                if (p.getValue().isEmpty()) {
                    continue;
                }
                if (parameter(p.getKey(), p.getValue())) {
                    query.add(encode(p.getKey()) + "=" + encode(p.getValue()));
                }
            }
            return new SearchRequest(
                    type,
                    List.copyOf(clauses),
                    List.copyOf(includes),
                    List.copyOf(sort),
                    count,
                    total,
                    summaryCount,
                    Set.copyOf(elements),
                    page,
                    List.copyOf(ignored),
                    query.toString());
        }

        private static String encode(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8)
                    .replace("%3A", ":")
                    .replace("%2F", "/")
                    .replace("%2C", ",");
        }

        /** Whether the parameter belongs into the self link. */
        private boolean parameter(String key, String value) {
            int colon = key.indexOf(':');
            String name = colon < 0 ? key : key.substring(0, colon);
            switch (name) {
                case "_page" -> {
                    page = value;
                    return false;
                }
                case "_format", "_pretty" -> {
                    return false;
                }
                case "_count" -> {
                    if (!value.matches("\\d{1,6}")) {
                        throw invalid("value", "_count must be a whole number, 0 or more.");
                    }
                    count = Math.min(MAX_COUNT, Integer.parseInt(value));
                    if (count == 0) {
                        summaryCount = true;
                    }
                    return true;
                }
                case "_total" -> {
                    if (!Set.of("none", "estimate", "accurate").contains(value)) {
                        throw invalid("value", "_total must be none, estimate or accurate.");
                    }
                    total = !value.equals("none");
                    return true;
                }
                case "_summary" -> {
                    if (value.equals("count")) {
                        summaryCount = true;
                    } else if (!value.equals("false")) {
                        throw invalid(
                                "not-supported", "Of _summary only 'count' and 'false' are served. Use _elements.");
                    }
                    return true;
                }
                case "_elements" -> {
                    for (String e : value.split(",")) {
                        elements.add(e.startsWith(type + ".") ? e.substring(type.length() + 1) : e);
                    }
                    return true;
                }
                case "_sort" -> {
                    sort(value);
                    return true;
                }
                case "_include", "_revinclude" -> {
                    if (colon > 0) {
                        throw invalid("not-supported", "The modifier of " + name + " is not served yet; leave it off.");
                    }
                    include(name.equals("_revinclude"), value);
                    return true;
                }
                default -> {
                    Clause clause = clause(type, key, value);
                    if (clause == null) {
                        if (!lenient) {
                            throw unknown(type, key);
                        }
                        ignored.add(key);
                        return false;
                    }
                    clauses.add(clause);
                    return true;
                }
            }
        }

        private void sort(String value) {
            for (String key : value.split(",")) {
                boolean descending = key.startsWith("-");
                String code = descending ? key.substring(1) : key;
                if (code.equals("_id") || code.equals("_lastUpdated")) {
                    sort.add(new Sort(code, null, descending));
                    continue;
                }
                SearchParameter p = SearchParameters.find(type, code);
                if (p == null) {
                    throw unknown(type, code);
                }
                if (p.kind() != Kind.DATE
                        && p.kind() != Kind.STRING
                        && p.kind() != Kind.NUMBER
                        && p.kind() != Kind.QUANTITY) {
                    throw invalid(
                            "not-supported",
                            "_sort by '" + code + "' is not served yet: only by date, string, number and quantity"
                                    + " parameters, _id and _lastUpdated.");
                }
                sort.add(new Sort(code, p, descending));
            }
        }

        private void include(boolean reverse, String value) {
            String name = reverse ? "_revinclude" : "_include";
            String[] part = value.split(":", -1);
            if (value.equals("*") && !reverse) {
                includes.add(new Include(false, type, null, null));
                return;
            }
            if (part.length < 2 || part.length > 3 || !Structures.isResource(part[0])) {
                throw invalid("value", name + " must be Type:parameter or Type:parameter:TargetType.");
            }
            String target = part.length == 3 ? part[2] : null;
            if (target != null && !Structures.isResource(target)) {
                throw invalid("value", name + " names the unknown type '" + shown(target) + "'.");
            }
            SearchParameter p = null;
            if (!part[1].equals("*")) {
                p = SearchParameters.find(part[0], part[1]);
                if (p == null) {
                    throw unknown(part[0], part[1]);
                }
                if (p.kind() != Kind.REFERENCE) {
                    throw invalid("value", name + " needs a reference parameter; '" + p.name() + "' is none.");
                }
            }
            includes.add(new Include(reverse, part[0], p, target));
        }

        /** Null when the parameter is not known. */
        private @Nullable Clause clause(String on, String key, String value) {
            if (key.startsWith("_has:")) {
                return has(key, value);
            }
            int dot = key.indexOf('.');
            if (dot > 0) {
                return chain(on, key.substring(0, dot), key.substring(dot + 1), value);
            }
            int colon = key.indexOf(':');
            String code = colon < 0 ? key : key.substring(0, colon);
            String modifier = colon < 0 ? "" : key.substring(colon + 1);
            if (code.equals("_id")) {
                if (!modifier.isEmpty() && !modifier.equals("not")) {
                    throw modifier(modifier, code);
                }
                return new Ids(on, split(value, ','), modifier.equals("not"));
            }
            if (code.equals("_lastUpdated")) {
                if (!modifier.isEmpty()) {
                    throw modifier(modifier, code);
                }
                return new Updated(split(value, ',').stream()
                        .<Value>map(v -> when(code, v))
                        .toList());
            }
            if (NOT_SERVED.contains(code)) {
                throw invalid("not-supported", "The parameter " + code + " is not served yet.");
            }
            SearchParameter p = SearchParameters.find(on, code);
            if (p == null) {
                return null;
            }
            if (modifier.equals("missing")) {
                if (!value.equals("true") && !value.equals("false")) {
                    throw invalid("value", key + " must be true or false.");
                }
                return new Missing(p, value.equals("true"));
            }
            List<Value> values = new ArrayList<>();
            for (String one : split(value, ',')) {
                values.add(value(p, modifier, one));
            }
            return new Match(p, values, modifier.equals("not"));
        }

        private Clause has(String key, String value) {
            String[] part = key.split(":", 4);
            if (part.length < 4 || !Structures.isResource(part[1])) {
                throw invalid("value", "_has must be _has:Type:reference:parameter=value.");
            }
            SearchParameter reference = SearchParameters.find(part[1], part[2]);
            if (reference == null) {
                throw unknown(part[1], part[2]);
            }
            if (reference.kind() != Kind.REFERENCE) {
                throw invalid("value", "_has needs a reference parameter; '" + reference.name() + "' is none.");
            }
            Clause inner = clause(part[1], part[3], value);
            if (inner == null) {
                throw unknown(part[1], part[3]);
            }
            return new Has(part[1], reference, inner);
        }

        private @Nullable Clause chain(String on, String head, String rest, String value) {
            int colon = head.indexOf(':');
            String code = colon < 0 ? head : head.substring(0, colon);
            SearchParameter p = SearchParameters.find(on, code);
            if (p == null) {
                return null;
            }
            if (p.kind() != Kind.REFERENCE) {
                throw invalid("value", "'" + p.name() + "' is no reference, so nothing can be chained to it.");
            }
            List<String> types = colon < 0 ? p.targets() : List.of(head.substring(colon + 1));
            if (colon > 0 && !Structures.isResource(types.getFirst())) {
                throw invalid("value", "Unknown resource type '" + shown(types.getFirst()) + "' in a chain.");
            }
            List<Target> targets = new ArrayList<>();
            for (String target : types) {
                Clause inner = clause(target, rest, value);
                if (inner != null) {
                    targets.add(new Target(target, inner));
                }
            }
            if (targets.isEmpty()) {
                return null;
            }
            return new Chain(p, List.copyOf(targets));
        }

        private Value value(SearchParameter p, String modifier, String raw) {
            return switch (p.kind()) {
                case TOKEN -> {
                    if (!modifier.isEmpty() && !modifier.equals("not")) {
                        throw modifier(modifier, p.code());
                    }
                    yield token(raw);
                }
                case STRING ->
                    new Text(
                            unescape(raw),
                            switch (modifier) {
                                case "" -> How.STARTS;
                                case "exact" -> How.EXACT;
                                case "contains" -> How.CONTAINS;
                                default -> throw modifier(modifier, p.code());
                            });
                case URI -> {
                    if (!modifier.isEmpty() && !modifier.equals("not")) {
                        throw modifier(modifier, p.code());
                    }
                    yield new Uri(unescape(raw));
                }
                case DATE -> {
                    if (!modifier.isEmpty()) {
                        throw modifier(modifier, p.code());
                    }
                    yield when(p.code(), raw);
                }
                case NUMBER, QUANTITY -> {
                    if (!modifier.isEmpty()) {
                        throw modifier(modifier, p.code());
                    }
                    yield amount(p, raw);
                }
                case REFERENCE -> reference(p, modifier, raw);
                case COMPOSITE, SPECIAL ->
                    throw invalid(
                            "not-supported",
                            "The " + p.kind().name().toLowerCase(java.util.Locale.ROOT) + " parameter '" + p.code()
                                    + "' is not served yet.");
            };
        }

        private static Token token(String raw) {
            List<String> part = split(raw, '|');
            if (part.size() == 1) {
                return new Token(null, unescape(part.getFirst()));
            }
            String code = unescape(part.get(1));
            return new Token(unescape(part.getFirst()), code.isEmpty() ? null : code);
        }

        private Value reference(SearchParameter p, String modifier, String raw) {
            String value = unescape(raw);
            if (modifier.equals("identifier")) {
                return new RefIdentifier(token(raw));
            }
            if (!modifier.isEmpty()) {
                if (!Structures.isResource(modifier)) {
                    throw modifier(modifier, p.code());
                }
                return new Ref(List.of(value.startsWith(modifier + "/") ? value : modifier + "/" + value));
            }
            if (value.contains("/") || value.contains(":")) {
                References.Literal literal = References.parse(value);
                return new Ref(List.of(literal != null && literal.base() == null ? literal.relative() : value));
            }
            List<String> targets = p.targets().isEmpty() ? List.copyOf(Structures.resourceTypes()) : p.targets();
            return new Ref(targets.stream().map(t -> t + "/" + value).toList());
        }

        private static When when(String code, String raw) {
            var m = PREFIXED.matcher(raw);
            boolean prefixed = m.matches();
            String text = prefixed ? m.group(2) : raw;
            Prefix prefix = prefixed ? prefix(m.group(1)) : Prefix.EQ;
            FhirDate date = FhirDate.parse(unescape(text))
                    .orElseThrow(() -> invalid(
                            "value",
                            "'" + code + "' must be a date such as 2024, 2024-03, 2024-03-15 or 2024-03-15T10:00:00Z,"
                                    + " a prefix such as ge before it."));
            return new When(prefix, date.lo(), date.hi());
        }

        private static Prefix prefix(String text) {
            return Prefix.valueOf(text.toUpperCase(java.util.Locale.ROOT));
        }

        private static Amount amount(SearchParameter p, String raw) {
            List<String> part = split(raw, '|');
            var m = PREFIXED.matcher(part.getFirst());
            boolean prefixed = m.matches();
            String text = prefixed ? m.group(2) : part.getFirst();
            Prefix prefix = prefixed ? prefix(m.group(1)) : Prefix.EQ;
            if (!text.matches("[+-]?\\d{1,30}(\\.\\d{1,30})?([eE][+-]?\\d{1,3})?")) {
                throw invalid(
                        "value",
                        "'" + p.code() + "' must be a number, a prefix such as gt before it; a quantity may"
                                + " name its unit: 5.4|http://unitsofmeasure.org|mg.");
            }
            BigDecimal value = new BigDecimal(text, MathContext.DECIMAL64);
            // R4, 3.1.1.4.8: 100 means 99.5 up to 100.5; 1e2 means 50 up to 150.
            BigDecimal half = BigDecimal.ONE.movePointLeft(value.scale()).divide(BigDecimal.TWO);
            double tenth = Math.abs(value.doubleValue()) / 10;
            double lo = prefix == Prefix.AP
                    ? value.doubleValue() - tenth
                    : value.subtract(half).doubleValue();
            double hi = prefix == Prefix.AP
                    ? value.doubleValue() + tenth
                    : value.add(half).doubleValue();
            String system = part.size() > 2 && !part.get(1).isEmpty() ? unescape(part.get(1)) : null;
            String unit = part.size() > 2 && !part.get(2).isEmpty() ? unescape(part.get(2)) : null;
            return new Amount(prefix, value.doubleValue(), lo, hi, system, unit);
        }

        /** Splits at a separator that no backslash escapes (R4, 3.1.1.4.13); escapes are kept. */
        private static List<String> split(String text, char separator) {
            List<String> parts = new ArrayList<>();
            StringBuilder part = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\\' && i + 1 < text.length()) {
                    part.append(c).append(text.charAt(++i));
                } else if (c == separator) {
                    parts.add(part.toString());
                    part.setLength(0);
                } else {
                    part.append(c);
                }
            }
            parts.add(part.toString());
            return parts;
        }

        private static String unescape(String text) {
            return text.indexOf('\\') < 0 ? text : text.replaceAll("\\\\(.)", "$1");
        }

        private static InvalidResource invalid(String code, String diagnostics) {
            return new InvalidResource(Issue.error(code, diagnostics));
        }

        private static InvalidResource unknown(String type, String key) {
            return invalid(
                    "not-supported",
                    "Unknown search parameter '" + shown(key) + "' for " + type
                            + ". GET /fhir/metadata lists what is served; Prefer: handling=lenient leaves it out.");
        }

        private static InvalidResource modifier(String modifier, String code) {
            return invalid(
                    "not-supported", "The modifier ':" + shown(modifier) + "' is not served for '" + code + "'.");
        }

        private static String shown(String text) {
            String clean = text.replaceAll("[^A-Za-z0-9_:.*-]", "?");
            return clean.length() > 60 ? clean.substring(0, 60) : clean;
        }
    }
}
