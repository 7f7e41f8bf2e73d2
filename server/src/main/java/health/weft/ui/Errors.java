package health.weft.ui;

import health.weft.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong with a form, by field name in the order of the page; the same words stand in the summary and at the field. */
public final class Errors {
    private final Map<String, String> byField = new LinkedHashMap<>();
    private final Map<String, String> about = new LinkedHashMap<>();

    /** Notes what is wrong with a field; the first word on a field stays. */
    public Errors add(String field, String message) {
        byField.putIfAbsent(field, message);
        return this;
    }

    /** As {@link #add(String, String)}; where several fields are wrong in the same words, the summary says which each is about. */
    public Errors add(String field, String message, String label) {
        about.putIfAbsent(field, label);
        return add(field, message);
    }

    /** What stands before the words in the summary: what the field is called, where the same words stand there of another field; else empty. */
    public String about(String field) {
        boolean alone = byField.values().stream()
                        .filter(words -> words.equals(byField.get(field)))
                        .count()
                == 1;
        return alone ? "" : about.getOrDefault(field, "");
    }

    /**
     * Takes a step, unless something is wrong already. What it refuses in a way that whoever typed can mend stands at a field.
     *
     * @return whether it was taken
     * @throws Problem every other refusal
     */
    public boolean take(String field, Locale locale, Runnable step) {
        try {
            if (isEmpty()) {
                step.run();
            }
        } catch (Problem problem) {
            switch (problem.category()) {
                case UNPROCESSABLE, CONFLICT, PRECONDITION_FAILED -> add(field, problem.message(locale));
                default -> throw problem;
            }
        }
        return isEmpty();
    }

    public boolean isEmpty() {
        return byField.isEmpty();
    }

    /** What is wrong with this field, or null. */
    public @Nullable String of(String field) {
        return byField.get(field);
    }

    public Map<String, String> all() {
        return new LinkedHashMap<>(byField);
    }
}
