package health.weft.screening;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a page of a form sends beside the answers.
 *
 * @param key of the draft
 * @param step what was pressed
 * @param field that a file answers; else empty
 */
record Sent(UUID key, String form, int page, String step, String language, String field) {
    private static final String LANGUAGE = "language:";

    /** @throws Problem invalid, for what no page of Weft sends */
    static Sent of(Map<String, List<String>> fields, String language, String form) {
        String page = first(fields, "_page", "0");
        if (!page.matches("\\d{1,4}")) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
        String step = first(fields, "_step", "next");
        boolean speaks = step.startsWith(LANGUAGE);
        String spoken = speaks ? step.substring(LANGUAGE.length()) : first(fields, "_language", "");
        return new Sent(
                key(first(fields, "_once", "")),
                first(fields, "_form", form),
                Integer.parseInt(page),
                speaks ? "refresh" : step,
                language(spoken, language),
                first(fields, "_field", ""));
    }

    static UUID key(String once) {
        try {
            return UUID.fromString(once);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
    }

    static String language(String wanted, String otherwise) {
        return wanted.equals("es") || wanted.equals("en") ? wanted : otherwise;
    }

    private static String first(Map<String, List<String>> fields, String name, String otherwise) {
        List<String> all = fields.getOrDefault(name, List.of());
        return all.isEmpty() ? otherwise : all.getLast();
    }
}
