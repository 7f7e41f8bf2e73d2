package health.weft.fhir;

import health.weft.fhir.FhirPathLexer.Kind;
import health.weft.fhir.FhirPathLexer.Token;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads the grammar of FHIRPath (N1, appendix A) by precedence climbing. */
final class FhirPathParser {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Set<String> TYPE_TESTS = Set.of("is", "as", "ofType");
    private static final Set<String> SYSTEM_TYPES =
            Set.of("Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity");
    /** Deeper nesting than any sane expression, and far from the end of the stack. */
    private static final int DEEPEST = 200;
    /** A chain of names nests as deep as it is long once compiled; R4's longest expressions have some hundred tokens. */
    private static final int LONGEST = 2_000;

    private final String source;
    private final List<Token> tokens;
    private int next;
    private int depth;

    FhirPathParser(String source) {
        this.source = source;
        this.tokens = FhirPathLexer.tokens(source);
        if (tokens.size() > LONGEST) {
            throw new FhirPathException("the expression is longer than " + LONGEST + " words and signs");
        }
    }

    FhirPathNode parse() {
        FhirPathNode node = expression(0);
        if (peek().kind() != Kind.END) {
            throw error("unexpected '" + peek().text() + "'");
        }
        return node;
    }

    private static int precedence(Token t) {
        if (t.kind() != Kind.NAME && t.kind() != Kind.SYMBOL) {
            return -1;
        }
        return switch (t.text()) {
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

    private FhirPathNode expression(int least) {
        if (++depth > DEEPEST) {
            throw error("nested too deep");
        }
        FhirPathNode left = unary();
        while (true) {
            Token op = peek();
            int precedence = precedence(op);
            if (precedence < 0 || precedence < least) {
                depth--;
                return left;
            }
            next++;
            left = precedence == 8
                    ? new FhirPathNode.Typed(left, op.text(), typeName())
                    : new FhirPathNode.Operation(op.text(), left, expression(precedence + 1));
        }
    }

    private FhirPathNode unary() {
        if (symbol("-")) {
            return new FhirPathNode.Negated(nested());
        }
        return symbol("+") ? nested() : postfix(primary());
    }

    private FhirPathNode nested() {
        if (++depth > DEEPEST) {
            throw error("nested too deep");
        }
        FhirPathNode of = unary();
        depth--;
        return of;
    }

    private FhirPathNode postfix(FhirPathNode start) {
        FhirPathNode node = start;
        while (true) {
            if (symbol(".")) {
                Token name = take();
                if (name.kind() != Kind.NAME && name.kind() != Kind.QUOTED_NAME) {
                    throw error("a name must follow '.'");
                }
                node = name.kind() == Kind.NAME && symbol("(")
                        ? call(node, name.text())
                        : new FhirPathNode.Child(node, name.text());
            } else if (symbol("[")) {
                FhirPathNode at = expression(0);
                need("]");
                node = new FhirPathNode.Indexed(node, at);
            } else {
                return node;
            }
        }
    }

    private FhirPathNode call(FhirPathNode on, String name) {
        if (TYPE_TESTS.contains(name)) {
            String type = typeName();
            need(")");
            return new FhirPathNode.Typed(on, name, type);
        }
        List<FhirPathNode> arguments = new ArrayList<>();
        if (!symbol(")")) {
            do {
                arguments.add(expression(0));
            } while (symbol(","));
            need(")");
        }
        return new FhirPathNode.Call(on, name, arguments);
    }

    /** A type name made whole: {@code System.String}, or the name of a FHIR type without {@code FHIR.}. */
    private String typeName() {
        String name = name();
        boolean qualified = symbol(".");
        if (qualified) {
            String namespace = name;
            name = name();
            if (namespace.equals("System")) {
                return "System." + name;
            }
            if (!namespace.equals("FHIR")) {
                throw error("a type is of FHIR or System, not of " + namespace);
            }
        }
        if (Structures.isType(name)) {
            return name;
        }
        if (!qualified && SYSTEM_TYPES.contains(name)) {
            return "System." + name;
        }
        throw error("unknown type " + name);
    }

    private String name() {
        Token t = take();
        if (t.kind() != Kind.NAME && t.kind() != Kind.QUOTED_NAME) {
            throw error("a type name expected");
        }
        return t.text();
    }

    private FhirPathNode primary() {
        Token t = take();
        return switch (t.kind()) {
            case STRING -> new FhirPathNode.Literal(Item.of(NODES.stringNode(t.text()), "System.String"));
            case DATE -> new FhirPathNode.Literal(date(t.text()));
            case NUMBER -> number(t.text());
            case QUOTED_NAME -> new FhirPathNode.Start(t.text());
            case NAME -> name(t);
            case SYMBOL -> symbolic(t);
            case END -> throw error("the expression ends too early");
        };
    }

    private FhirPathNode name(Token t) {
        return switch (t.text()) {
            case "true", "false" ->
                new FhirPathNode.Literal(Item.of(NODES.booleanNode(t.text().equals("true")), "System.Boolean"));
            case "$this", "$index", "$total" -> new FhirPathNode.Special(t.text());
            default -> symbol("(") ? call(new FhirPathNode.Focus(), t.text()) : new FhirPathNode.Start(t.text());
        };
    }

    private FhirPathNode symbolic(Token t) {
        switch (t.text()) {
            case "(" -> {
                FhirPathNode inner = expression(0);
                need(")");
                return inner;
            }
            case "{" -> {
                need("}");
                return new FhirPathNode.Empty();
            }
            case "%" -> {
                Token name = take();
                if (name.kind() == Kind.SYMBOL || name.kind() == Kind.END) {
                    throw error("a name must follow '%'");
                }
                return new FhirPathNode.Variable(name.text());
            }
            default -> throw error("unexpected '" + t.text() + "'");
        }
    }

    private FhirPathNode number(String text) {
        BigDecimal value = new BigDecimal(text);
        Token unit = peek();
        if (unit.kind() == Kind.STRING) {
            next++;
            return new FhirPathNode.Literal(new FhirPathQuantity(value, unit.text(), false).item());
        }
        if (unit.kind() == Kind.NAME && FhirPathQuantity.isCalendar(unit.text())) {
            next++;
            return new FhirPathNode.Literal(new FhirPathQuantity(value, unit.text(), true).item());
        }
        return new FhirPathNode.Literal(
                text.indexOf('.') < 0
                        ? Item.of(NODES.numberNode(value.toBigInteger()), "System.Integer")
                        : Item.of(NODES.numberNode(value), "System.Decimal"));
    }

    private Item date(String text) {
        String type = text.startsWith("T") ? "System.Time" : text.indexOf('T') > 0 ? "System.DateTime" : "System.Date";
        String bare = text.startsWith("T") ? text.substring(1) : text;
        bare = bare.endsWith("T") ? bare.substring(0, bare.length() - 1) : bare;
        Item item = Item.of(NODES.stringNode(bare), type);
        if (FhirPathTime.of(item).isEmpty()) {
            throw error("no date or time: " + text);
        }
        return item;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        Token t = tokens.get(next);
        if (t.kind() != Kind.END) {
            next++;
        }
        return t;
    }

    private boolean symbol(String text) {
        if (peek().kind() == Kind.SYMBOL && peek().text().equals(text)) {
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

    private FhirPathException error(String what) {
        return new FhirPathException(what + " at " + peek().at() + " in " + source);
    }
}
