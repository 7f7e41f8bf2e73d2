package health.weft.fhir;

import static health.weft.fhir.QueryText.invalid;
import static health.weft.fhir.QueryText.shown;
import static health.weft.fhir.QueryText.unknown;

import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchValue.How;
import health.weft.fhir.SearchValue.Prefix;
import health.weft.fhir.SearchValue.When;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads a {@code _filter} (R4, 3.1.3): {@code given eq "peter" and (birthdate ge 2014 or subject[active eq true].name co pet)}. It
 * becomes the clauses that ordinary parameters become. {@code and} and {@code or} are taken from left to right.
 */
final class FilterReader {
    private static final int LONGEST = 8_000;
    private static final int DEEPEST = 20;
    private static final Set<String> OPERATORS = Set.of(
            "eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr", "po", "ss", "sb", "in", "ni",
            "re");
    private static final Set<String> ORDER = Set.of("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap");
    private static final Map<String, How> TEXT =
            Map.of("eq", How.SAME, "co", How.CONTAINS, "sw", How.STARTS, "ew", How.ENDS);

    private final ClauseReader clauses;
    private final String text;
    private final int depth;
    private int at;
    private int open;

    FilterReader(ClauseReader clauses, String text, int depth) {
        this.clauses = clauses;
        this.text = text;
        this.depth = depth;
    }

    /** One step of a path, {@code subject:Patient[active eq true]}. */
    private record Step(String name, @Nullable Node filter) {}

    /** What was read, before it is known for which types. */
    private sealed interface Node {
        record Logical(boolean and, List<Node> parts) implements Node {}

        record Not(Node inner) implements Node {}

        record Test(List<Step> path, String operator, String value, int at) implements Node {}
    }

    Clause read(List<String> types) {
        if (text.length() > LONGEST) {
            throw invalid("too-costly", "A _filter has at most " + LONGEST + " characters.");
        }
        Node node = filter();
        space();
        if (at < text.length()) {
            throw wrong("'and', 'or' or the end");
        }
        Clause clause = clause(types, node, depth);
        if (clause == null) {
            throw unknown(types.size() == 1 ? types.getFirst() : "", path(node));
        }
        return clause;
    }

    // ------------------------------------------------------------------------------------------------ grammar

    private Node filter() {
        Node left = term();
        while (true) {
            space();
            int before = at;
            String word = word();
            if (!word.equals("and") && !word.equals("or")) {
                at = before;
                return left;
            }
            boolean and = word.equals("and");
            Node right = term();
            List<Node> parts = new ArrayList<>();
            if (left instanceof Node.Logical same && same.and() == and) {
                parts.addAll(same.parts());
            } else {
                parts.add(left);
            }
            parts.add(right);
            left = new Node.Logical(and, parts);
        }
    }

    private Node term() {
        space();
        int before = at;
        if (is('(')) {
            return closed(')');
        }
        String word = word();
        if (word.equals("not")) {
            space();
            if (!is('(')) {
                throw wrong("'(' after not");
            }
            return new Node.Not(closed(')'));
        }
        at = before;
        return test();
    }

    private Node closed(char end) {
        if (++open > DEEPEST) {
            throw invalid("too-costly", "A _filter nests at most " + DEEPEST + " parentheses.");
        }
        at++;
        Node inner = filter();
        space();
        if (!is(end)) {
            throw wrong("'" + end + "'");
        }
        at++;
        open--;
        return inner;
    }

    private Node test() {
        int start = at;
        List<Step> path = new ArrayList<>();
        do {
            if (!path.isEmpty()) {
                at++;
            }
            String name = word();
            if (name.isEmpty()) {
                throw wrong("the name of a search parameter");
            }
            Node inner = is('[') ? closed(']') : null;
            path.add(new Step(name, inner));
        } while (is('.'));
        if (path.getLast().filter() != null) {
            throw wrong("'.' and a parameter after ']'");
        }
        space();
        int before = at;
        String operator = word();
        if (!OPERATORS.contains(operator)) {
            at = before;
            throw wrong("one of eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re");
        }
        space();
        clauses.count(1);
        return new Node.Test(path, operator, value(), start);
    }

    /** A name or a word: letters, digits, {@code - _ :}. */
    private String word() {
        int from = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "-_:".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return text.substring(from, at);
    }

    private String value() {
        int from = at;
        if (is('"')) {
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            if (at >= text.length()) {
                at = from;
                throw wrong("a string that ends with a quote");
            }
            at++;
            try {
                return Json.mapper().readValue(text.substring(from, at), String.class);
            } catch (JacksonException e) {
                at = from;
                throw wrong("a string as JSON writes it");
            }
        }
        while (at < text.length() && !Character.isWhitespace(text.charAt(at)) && !is(')') && !is(']')) {
            at++;
        }
        if (at == from) {
            throw wrong("a value");
        }
        return text.substring(from, at);
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean is(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private InvalidResource wrong(String expected) {
        return invalid(
                "invalid", "The _filter is not understood at character " + (at + 1) + ": expected " + expected + ".");
    }

    // ------------------------------------------------------------------------------------------------ meaning

    /** Null when a parameter is not known for these types. */
    private @Nullable Clause clause(List<String> types, Node node, int depth) {
        ClauseReader.bounded(depth);
        return switch (node) {
            case Node.Not not -> {
                Clause inner = clause(types, not.inner(), depth);
                yield inner == null ? null : new Clause.None(inner);
            }
            case Node.Logical logical -> {
                List<Clause> parts = new ArrayList<>();
                for (Node part : logical.parts()) {
                    Clause one = clause(types, part, depth);
                    if (one == null) {
                        yield null;
                    }
                    parts.add(one);
                }
                yield logical.and() ? new Clause.All(parts) : new Clause.Any(parts);
            }
            case Node.Test test -> test(types, test.path(), test, depth);
        };
    }

    private @Nullable Clause test(List<String> types, List<Step> path, Node.Test test, int depth) {
        ClauseReader.bounded(depth);
        Step head = path.getFirst();
        if (path.size() > 1) {
            List<Step> rest = path.subList(1, path.size());
            return clauses.chain(types, head.name(), target -> {
                Clause inner = test(target, rest, test, depth + 1);
                Node filter = head.filter();
                Clause also = filter == null || inner == null ? inner : clause(target, filter, depth + 1);
                return inner == null || also == null || filter == null ? also : new Clause.All(List.of(also, inner));
            });
        }
        String name = head.name();
        if (name.startsWith("_has:")) {
            String[] part = name.split(":", 4);
            if (part.length < 4 || !Structures.isResource(part[1])) {
                throw invalid("value", "_has must be _has:Type:reference:parameter.");
            }
            List<Step> inner = List.of(new Step(part[3], null));
            return clauses.has(part[1], part[2], part[3], of -> test(of, inner, test, depth + 1));
        }
        if (name.equals("_filter") || name.indexOf(':') >= 0) {
            throw invalid(
                    "not-supported", "A _filter takes no '" + shown(name) + "': no modifiers and no further _filter.");
        }
        List<SearchParameter> p = clauses.parameters(types, name);
        boolean own = name.equals("_id") || name.equals("_lastUpdated");
        return p.isEmpty() || own ? special(types, name, test, depth) : compared(p, types, test);
    }

    /** What is no parameter with values of its own: {@code _id}, {@code _lastUpdated}, {@code _text}, {@code _list}. */
    private @Nullable Clause special(List<String> types, String name, Node.Test test, int depth) {
        boolean dated = name.equals("_lastUpdated") && ORDER.contains(test.operator());
        String value = dated ? test.operator() + test.value() : test.value().replace(",", "\\,");
        Clause equal = clauses.clause(types, name, value, depth);
        if (equal == null || dated || test.operator().equals("eq")) {
            return equal;
        }
        if (test.operator().equals("ne")) {
            return new Clause.None(equal);
        }
        throw unfit(name, test);
    }

    private Clause compared(List<SearchParameter> p, List<String> types, Node.Test test) {
        SearchParameter first = p.getFirst();
        String operator = test.operator();
        String value = test.value();
        if (operator.equals("pr")) {
            if (!value.equals("true") && !value.equals("false")) {
                throw invalid("value", "After pr comes true or false.");
            }
            return clauses.missing(p, types, value.equals("false"));
        }
        ValueReader reader = new ValueReader(first);
        SearchValue compared =
                switch (first.kind()) {
                    case STRING -> {
                        How how = TEXT.get(operator.equals("ne") ? "eq" : operator);
                        if (how == null) {
                            throw unfit(first.code(), test);
                        }
                        yield new SearchValue.Text(value, how);
                    }
                    case TOKEN ->
                        switch (operator) {
                            case "eq", "ne" -> reader.value("", value);
                            case "in", "ni" -> reader.value("in", value);
                            case "ss" -> reader.value("below", value);
                            case "sb" -> reader.value("above", value);
                            default -> throw unfit(first.code(), test);
                        };
                    case DATE -> {
                        if (operator.equals("po")) {
                            When when = ValueReader.when(first.code(), "eq" + value);
                            yield new When(Prefix.PO, when.lo(), when.hi());
                        }
                        yield ordered(reader, first, test);
                    }
                    case NUMBER, QUANTITY -> ordered(reader, first, test);
                    case REFERENCE, URI, COMPOSITE, SPECIAL -> {
                        boolean points = operator.equals("re") && first.kind() == Kind.REFERENCE;
                        if (!points && !operator.equals("eq") && !operator.equals("ne")) {
                            throw unfit(first.code(), test);
                        }
                        yield reader.value("", value);
                    }
                };
        boolean row = first.kind() == Kind.DATE || first.kind() == Kind.NUMBER || first.kind() == Kind.QUANTITY;
        if (operator.equals("ne") && !row) {
            return new Clause.All(
                    List.of(clauses.missing(p, types, false), new Clause.Match(p, List.of(compared), true)));
        }
        return new Clause.Match(p, List.of(compared), operator.equals("ni"));
    }

    private static SearchValue ordered(ValueReader reader, SearchParameter p, Node.Test test) {
        if (!ORDER.contains(test.operator())) {
            throw unfit(p.code(), test);
        }
        return reader.value("", test.operator() + test.value());
    }

    private static InvalidResource unfit(String code, Node.Test test) {
        return invalid(
                "not-supported",
                "The _filter compares '" + shown(code) + "' by " + test.operator() + " at character " + (test.at() + 1)
                        + ", which this kind of parameter does not have.");
    }

    /** The first path, for an error. */
    private static String path(Node node) {
        return switch (node) {
            case Node.Not not -> path(not.inner());
            case Node.Logical logical -> path(logical.parts().getFirst());
            case Node.Test test ->
                String.join(".", test.path().stream().map(Step::name).toList());
        };
    }
}
