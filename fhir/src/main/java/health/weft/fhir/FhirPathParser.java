package health.weft.fhir;

import health.weft.fhir.FhirPath.Step;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads the grammar of FHIRPath by precedence climbing and hands back closures. */
final class FhirPathParser {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Set<String> CALENDAR = Set.of(
            "year",
            "years",
            "month",
            "months",
            "week",
            "weeks",
            "day",
            "days",
            "hour",
            "hours",
            "minute",
            "minutes",
            "second",
            "seconds",
            "millisecond",
            "milliseconds");

    private enum Kind {
        NAME,
        QUOTED_NAME,
        STRING,
        NUMBER,
        DATE,
        SYMBOL,
        END
    }

    private record Token(Kind kind, String text, int at) {}

    private final String source;
    private final List<Token> tokens;
    private int next;

    FhirPathParser(String source) {
        this.source = source;
        this.tokens = tokens(source);
    }

    Step parse() {
        Step step = expression(0);
        if (peek().kind != Kind.END) {
            throw error("unexpected '" + peek().text + "'");
        }
        return step;
    }

    private static int precedence(Token t) {
        if (t.kind != Kind.NAME && t.kind != Kind.SYMBOL) {
            return -1;
        }
        return switch (t.text) {
            case "implies" -> 1;
            case "or", "xor" -> 2;
            case "and" -> 3;
            case "in", "contains" -> 4;
            case "=", "~", "!=", "!~" -> 5;
            case "<", ">", "<=", ">=" -> 6;
            case "|" -> 7;
            case "is", "as" -> 8;
            case "+", "-", "&" -> 9;
            case "*", "/", "div", "mod" -> 10;
            default -> -1;
        };
    }

    private Step expression(int least) {
        Step left = unary();
        while (true) {
            Token op = peek();
            int precedence = precedence(op);
            if (precedence < 0 || precedence < least) {
                return left;
            }
            next++;
            if (op.text.equals("is") || op.text.equals("as")) {
                String type = typeName();
                Step of = left;
                left = op.text.equals("is") ? FhirPathFunctions.is(of, type) : FhirPathFunctions.as(of, type);
                continue;
            }
            left = FhirPathFunctions.operator(op.text, left, expression(precedence + 1));
        }
    }

    private Step unary() {
        if (symbol("-")) {
            Step of = unary();
            return FhirPathFunctions.negate(of);
        }
        if (symbol("+")) {
            return unary();
        }
        return postfix(primary());
    }

    private Step postfix(Step start) {
        Step step = start;
        while (true) {
            if (symbol(".")) {
                Token name = take();
                if (name.kind != Kind.NAME && name.kind != Kind.QUOTED_NAME) {
                    throw error("a name must follow '.'");
                }
                step = invocation(step, name);
            } else if (symbol("[")) {
                Step index = expression(0);
                need("]");
                step = FhirPathFunctions.index(step, index);
            } else {
                return step;
            }
        }
    }

    private Step invocation(Step on, Token name) {
        if (name.kind == Kind.NAME && symbol("(")) {
            return call(on, name.text);
        }
        return FhirPathFunctions.child(on, name.text);
    }

    private Step call(Step on, String name) {
        if (Set.of("is", "as", "ofType").contains(name)) {
            String type = typeName();
            need(")");
            return switch (name) {
                case "is" -> FhirPathFunctions.is(on, type);
                case "as" -> FhirPathFunctions.as(on, type);
                default -> FhirPathFunctions.ofType(on, type);
            };
        }
        List<Step> arguments = new ArrayList<>();
        if (!symbol(")")) {
            do {
                arguments.add(expression(0));
            } while (symbol(","));
            need(")");
        }
        return FhirPathFunctions.function(name, on, arguments, source);
    }

    private String typeName() {
        StringBuilder name = new StringBuilder(take().text);
        while (symbol(".")) {
            name.append('.').append(take().text);
        }
        String full = name.toString();
        if (full.startsWith("FHIR.")) {
            return full.substring(5);
        }
        if (full.startsWith("System.")) {
            full = full.substring(7);
        }
        return switch (full) {
            case "String", "Boolean", "Integer", "Decimal", "Date", "Time" -> full.toLowerCase(Locale.ROOT);
            case "DateTime" -> "dateTime";
            default -> full;
        };
    }

    private Step primary() {
        Token t = take();
        return switch (t.kind) {
            case STRING -> literal(Item.of(NODES.stringNode(t.text), "string"));
            case DATE -> literal(date(t.text));
            case NUMBER -> number(t.text);
            case QUOTED_NAME -> FhirPathFunctions.start(t.text);
            case NAME -> name(t);
            case SYMBOL -> symbolic(t);
            case END -> throw error("the expression ends too early");
        };
    }

    private Step name(Token t) {
        switch (t.text) {
            case "true", "false" -> {
                return literal(Item.of(NODES.booleanNode(t.text.equals("true")), "boolean"));
            }
            case "$this" -> {
                return (c, f) -> c.self();
            }
            case "$index" -> {
                return (c, f) -> List.of(Item.of(NODES.numberNode(c.index()), "integer"));
            }
            case "$total" -> {
                return (c, f) -> c.total();
            }
            default -> {
                if (symbol("(")) {
                    return call((c, f) -> f, t.text);
                }
                return FhirPathFunctions.start(t.text);
            }
        }
    }

    private Step symbolic(Token t) {
        switch (t.text) {
            case "(" -> {
                Step inner = expression(0);
                need(")");
                return inner;
            }
            case "{" -> {
                need("}");
                return (c, f) -> List.of();
            }
            case "%" -> {
                Token name = take();
                return FhirPathFunctions.variable(name.text, source);
            }
            default -> throw error("unexpected '" + t.text + "'");
        }
    }

    private Step number(String text) {
        BigDecimal value = new BigDecimal(text);
        Token unit = peek();
        if (unit.kind == Kind.STRING || (unit.kind == Kind.NAME && CALENDAR.contains(unit.text))) {
            next++;
            ObjectNode quantity = NODES.objectNode();
            quantity.put("value", value);
            quantity.put("unit", unit.text);
            quantity.put("code", unit.text);
            return literal(new Item(quantity, "Quantity", Structures.shape("Quantity"), null));
        }
        return literal(
                text.indexOf('.') < 0
                        ? Item.of(NODES.numberNode(value.toBigInteger()), "integer")
                        : Item.of(NODES.numberNode(value), "decimal"));
    }

    private static Item date(String text) {
        if (text.startsWith("T")) {
            return Item.of(NODES.stringNode(text.substring(1)), "time");
        }
        boolean time = text.indexOf('T') > 0;
        String bare = text.endsWith("T") ? text.substring(0, text.length() - 1) : text;
        return Item.of(NODES.stringNode(bare), time ? "dateTime" : "date");
    }

    private static Step literal(Item item) {
        List<Item> one = List.of(item);
        return (c, f) -> one;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        Token t = tokens.get(next);
        if (t.kind != Kind.END) {
            next++;
        }
        return t;
    }

    private boolean symbol(String text) {
        if (peek().kind == Kind.SYMBOL && peek().text.equals(text)) {
            next++;
            return true;
        }
        return false;
    }

    private void need(String text) {
        if (!symbol(text)) {
            throw error("'" + text + "' expected");
        }
    }

    private IllegalArgumentException error(String what) {
        return new IllegalArgumentException("FHIRPath: " + what + " at " + peek().at + " in " + source);
    }

    private static List<Token> tokens(String s) {
        List<Token> tokens = new ArrayList<>();
        int i = 0;
        while (i < s.length()) {
            char c = s.charAt(i);
            int from = i;
            if (Character.isWhitespace(c)) {
                i++;
            } else if (s.startsWith("//", i)) {
                while (i < s.length() && s.charAt(i) != '\n') {
                    i++;
                }
            } else if (s.startsWith("/*", i)) {
                int end = s.indexOf("*/", i + 2);
                i = end < 0 ? s.length() : end + 2;
            } else if (Character.isDigit(c)) {
                while (i < s.length() && Character.isDigit(s.charAt(i))) {
                    i++;
                }
                if (i + 1 < s.length() && s.charAt(i) == '.' && Character.isDigit(s.charAt(i + 1))) {
                    i++;
                    while (i < s.length() && Character.isDigit(s.charAt(i))) {
                        i++;
                    }
                }
                tokens.add(new Token(Kind.NUMBER, s.substring(from, i), from));
            } else if (Character.isLetter(c) || c == '_' || c == '$') {
                i++;
                while (i < s.length() && (Character.isLetterOrDigit(s.charAt(i)) || s.charAt(i) == '_')) {
                    i++;
                }
                tokens.add(new Token(Kind.NAME, s.substring(from, i), from));
            } else if (c == '@') {
                i++;
                while (i < s.length()
                        && ("0123456789-:TZ+".indexOf(s.charAt(i)) >= 0
                                || (s.charAt(i) == '.' && i + 1 < s.length() && Character.isDigit(s.charAt(i + 1))))) {
                    i++;
                }
                tokens.add(new Token(Kind.DATE, s.substring(from + 1, i), from));
            } else if (c == '\'' || c == '"' || c == '`') {
                StringBuilder text = new StringBuilder();
                i = quoted(s, i, c, text);
                tokens.add(new Token(c == '`' ? Kind.QUOTED_NAME : Kind.STRING, text.toString(), from));
            } else {
                String two = i + 1 < s.length() ? s.substring(i, i + 2) : "";
                String symbol = Set.of("<=", ">=", "!=", "!~").contains(two) ? two : String.valueOf(c);
                if (symbol.length() == 1 && "()[]{}.,|=~<>+-*/&%".indexOf(c) < 0) {
                    throw new IllegalArgumentException("FHIRPath: unexpected '" + c + "' at " + i + " in " + s);
                }
                i += symbol.length();
                tokens.add(new Token(Kind.SYMBOL, symbol, from));
            }
        }
        tokens.add(new Token(Kind.END, "", s.length()));
        return tokens;
    }

    private static int quoted(String s, int start, char quote, StringBuilder text) {
        int i = start + 1;
        while (i < s.length()) {
            char c = s.charAt(i);
            if (c == quote) {
                return i + 1;
            }
            if (c == '\\' && i + 1 < s.length()) {
                char e = s.charAt(++i);
                switch (e) {
                    case 'n' -> text.append('\n');
                    case 'r' -> text.append('\r');
                    case 't' -> text.append('\t');
                    case 'f' -> text.append('\f');
                    case 'u' -> {
                        if (i + 4 >= s.length()) {
                            throw new IllegalArgumentException("FHIRPath: broken \\u at " + i + " in " + s);
                        }
                        text.append((char) Integer.parseInt(s.substring(i + 1, i + 5), 16));
                        i += 4;
                    }
                    default -> text.append(e);
                }
                i++;
            } else {
                text.append(c);
                i++;
            }
        }
        throw new IllegalArgumentException("FHIRPath: a quote at " + start + " is not closed in " + s);
    }
}
