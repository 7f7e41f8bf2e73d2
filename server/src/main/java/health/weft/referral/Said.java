package health.weft.referral;

import health.weft.ui.DateParts;
import health.weft.ui.Errors;
import java.util.Map;

/**
 * A form that was sent and not taken: which one, what is wrong with it, and all that was typed.
 *
 * @param step the last part of the form's address; empty where none was sent
 * @param typed by field name
 */
public record Said(String step, Errors errors, Map<String, String> typed) {
    static final int LONGEST = 2_000;

    static final Said NOTHING = new Said("", new Errors(), Map.of());

    /** What was typed into a field; empty when nothing was. */
    public String of(String field) {
        return typed.getOrDefault(field, "").strip();
    }

    /** A day as three fields carry it. */
    DateParts day(String name) {
        return DateParts.of(of(name + "-day"), of(name + "-month"), of(name + "-year"));
    }
}
