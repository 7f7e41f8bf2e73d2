package health.weft.ui;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong with a form, by field name in the order of the page; the same words stand in the summary and at the field. */
public final class Errors {
    private final Map<String, String> byField = new LinkedHashMap<>();

    /** Notes what is wrong with a field; the first word on a field stays. */
    public Errors add(String field, String message) {
        byField.putIfAbsent(field, message);
        return this;
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
