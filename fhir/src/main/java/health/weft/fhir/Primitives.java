package health.weft.fhir;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The forms of R4's primitive types (2.24.0.1): what a value in JSON may be for each. */
final class Primitives {
    private static final int WIDEST_DECIMAL = 1_000;
    /** Characters of a string or a markdown (R4, 2.24.0.1). */
    private static final int LONGEST_STRING = 1_048_576;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9.-]{1,64}");
    private static final Pattern OID = Pattern.compile("urn:oid:[0-2](\\.(0|[1-9][0-9]*))+");
    private static final Pattern UUID = Pattern.compile("urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern TIME = Pattern.compile("([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?");

    private Primitives() {}

    /** What is wrong with a value; empty when nothing is. */
    static Optional<String> wrong(JsonNode value, String type) {
        switch (type) {
            case "boolean" -> {
                return value.isBoolean() ? Optional.empty() : Optional.of("must be true or false.");
            }
            case "integer", "positiveInt", "unsignedInt" -> {
                if (!value.isIntegralNumber() || !value.canConvertToInt()) {
                    return Optional.of("must be a whole number of 32 bits.");
                }
                int n = value.intValue();
                int least = type.equals("positiveInt") ? 1 : type.equals("unsignedInt") ? 0 : Integer.MIN_VALUE;
                return n >= least ? Optional.empty() : Optional.of("must be " + least + " or more.");
            }
            case "decimal" -> {
                if (!value.isNumber()) {
                    return Optional.of("must be a number.");
                }
                // Spelled out, 1e999999999 would have a billion digits.
                return Math.abs((long) value.decimalValue().scale()) <= WIDEST_DECIMAL
                        ? Optional.empty()
                        : Optional.of(
                                "must have an exponent between -" + WIDEST_DECIMAL + " and " + WIDEST_DECIMAL + ".");
            }
            default -> {
                if (!value.isString()) {
                    return Optional.of("must be a string (" + type + ").");
                }
                return text(value.stringValue(), type);
            }
        }
    }

    private static Optional<String> text(String s, String type) {
        if (s.isEmpty()) {
            return Optional.of("must not be empty; leave it out.");
        }
        if (s.codePoints().anyMatch(Primitives::isNoCharacter)) {
            return Optional.of("holds a control character or half a character, which no text may; take it out.");
        }
        if (s.length() > LONGEST_STRING && (type.equals("string") || type.equals("markdown"))) {
            return Optional.of(
                    "is longer than a string of FHIR may be: 1,048,576 characters. Send it as an attachment.");
        }
        boolean fits =
                switch (type) {
                    case "date" -> s.length() <= 10 && FhirDate.parse(s).isPresent();
                    case "dateTime" -> s.indexOf(' ') < 0 && dateTime(s);
                    case "instant" -> s.indexOf(' ') < 0 && s.length() >= 20 && dateTime(s);
                    case "time" -> TIME.matcher(s).matches();
                    case "id" -> ID.matcher(s).matches();
                    case "code" -> code(s);
                    case "uri", "url", "canonical" -> s.chars().noneMatch(Character::isWhitespace);
                    case "oid" -> OID.matcher(s).matches();
                    case "uuid" -> UUID.matcher(s).matches();
                    case "base64Binary" -> base64(s);
                    default -> true;
                };
        return fits ? Optional.empty() : Optional.of("is no valid " + type.toLowerCase(Locale.ROOT) + " of FHIR.");
    }

    /** A control character (R4, 2.24.0.1, string) or one half of a UTF-16 pair alone, as an escape in JSON can make it. */
    private static boolean isNoCharacter(int c) {
        return c < 32 && c != '\t' && c != '\n' && c != '\r'
                || c >= 0xD800 && c <= 0xDFFF
                || c == 0xFFFE
                || c == 0xFFFF;
    }

    /** With a time, seconds and a zone must stand too. */
    private static boolean dateTime(String s) {
        Optional<FhirDate> date = FhirDate.parse(s);
        if (date.isEmpty()) {
            return false;
        }
        return date.get().digits() < 12
                || (date.get().digits() >= 14
                        && (s.endsWith("Z") || s.lastIndexOf('+') > 10 || s.lastIndexOf('-') > 10));
    }

    private static boolean code(String s) {
        if (Character.isWhitespace(s.charAt(0)) || Character.isWhitespace(s.charAt(s.length() - 1))) {
            return false;
        }
        for (int i = 1; i < s.length(); i++) {
            if (Character.isWhitespace(s.charAt(i)) && (s.charAt(i) != ' ' || s.charAt(i - 1) == ' ')) {
                return false;
            }
        }
        return true;
    }

    private static boolean base64(String s) {
        int digits = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
                continue;
            }
            boolean fits = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '+'
                    || c == '/'
                    || c == '=';
            if (!fits) {
                return false;
            }
            digits++;
        }
        return digits % 4 == 0;
    }
}
