package health.weft.fhir;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits an expression into the tokens of the FHIRPath grammar; comments fall away. */
final class FhirPathLexer {
    enum Kind {
        NAME,
        QUOTED_NAME,
        STRING,
        NUMBER,
        DATE,
        SYMBOL,
        END
    }

    /** One token and where it starts. */
    record Token(Kind kind, String text, int at) {}

    private static final Pattern TEMPORAL =
            Pattern.compile("@(T\\d\\d(:\\d\\d(:\\d\\d(\\.\\d+)?)?)?(?![\\d:Z]|[+-]\\d\\d:)"
                    + "|\\d{4}(-\\d\\d(-\\d\\d)?)?(T(\\d\\d(:\\d\\d(:\\d\\d(\\.\\d+)?)?)?)?(Z|[+-]\\d\\d:\\d\\d)?)?)");
    private static final Set<String> PAIRS = Set.of("<=", ">=", "!=", "!~");
    private static final String SINGLES = "()[]{}.,|=~<>+-*/&%";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private FhirPathLexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        FhirPathLexer lexer = new FhirPathLexer(source);
        while (lexer.at < source.length()) {
            lexer.next();
        }
        lexer.tokens.add(new Token(Kind.END, "", source.length()));
        return lexer.tokens;
    }

    private void next() {
        char c = source.charAt(at);
        if (Character.isWhitespace(c)) {
            at++;
        } else if (source.startsWith("//", at)) {
            int end = source.indexOf('\n', at);
            at = end < 0 ? source.length() : end;
        } else if (source.startsWith("/*", at)) {
            int end = source.indexOf("*/", at + 2);
            if (end < 0) {
                throw error("a comment is not closed");
            }
            at = end + 2;
        } else if (digit(at)) {
            number();
        } else if (Character.isLetter(c) || c == '_' || c == '$') {
            int from = at++;
            while (at < source.length() && (Character.isLetterOrDigit(source.charAt(at)) || source.charAt(at) == '_')) {
                at++;
            }
            tokens.add(new Token(Kind.NAME, source.substring(from, at), from));
        } else if (c == '@') {
            temporal();
        } else if (c == '\'' || c == '"' || c == '`') {
            quoted(c);
        } else {
            symbol();
        }
    }

    private boolean digit(int i) {
        return i < source.length() && source.charAt(i) >= '0' && source.charAt(i) <= '9';
    }

    private void number() {
        int from = at;
        while (digit(at)) {
            at++;
        }
        if (at < source.length() && source.charAt(at) == '.' && digit(at + 1)) {
            at++;
            while (digit(at)) {
                at++;
            }
        }
        tokens.add(new Token(Kind.NUMBER, source.substring(from, at), from));
    }

    private void temporal() {
        Matcher m = TEMPORAL.matcher(source).region(at, source.length());
        m.useTransparentBounds(true);
        if (!m.lookingAt()) {
            throw error("no date or time");
        }
        tokens.add(new Token(Kind.DATE, m.group(1), at));
        at = m.end();
    }

    private void symbol() {
        String two = at + 1 < source.length() ? source.substring(at, at + 2) : "";
        String symbol = PAIRS.contains(two) ? two : source.substring(at, at + 1);
        if (symbol.length() == 1 && SINGLES.indexOf(symbol.charAt(0)) < 0) {
            throw error("unexpected '" + symbol + "'");
        }
        tokens.add(new Token(Kind.SYMBOL, symbol, at));
        at += symbol.length();
    }

    private void quoted(char quote) {
        int from = at++;
        StringBuilder text = new StringBuilder();
        while (at < source.length() && source.charAt(at) != quote) {
            char c = source.charAt(at++);
            if (c == '\\' && at < source.length()) {
                escape(text);
            } else {
                text.append(c);
            }
        }
        if (at >= source.length()) {
            at = from;
            throw error("a quote is not closed");
        }
        at++;
        tokens.add(new Token(quote == '`' ? Kind.QUOTED_NAME : Kind.STRING, text.toString(), from));
    }

    private void escape(StringBuilder text) {
        char c = source.charAt(at++);
        switch (c) {
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'f' -> text.append('\f');
            case 'u' -> {
                String hex = source.substring(at, Math.min(at + 4, source.length()));
                if (!hex.matches("[0-9a-fA-F]{4}")) {
                    throw error("a broken \\u");
                }
                text.append((char) Integer.parseInt(hex, 16));
                at += 4;
            }
            default -> text.append(c);
        }
    }

    private FhirPathException error(String what) {
        return new FhirPathException(what + " at " + at + " in " + source);
    }
}
