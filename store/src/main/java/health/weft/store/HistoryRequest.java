package health.weft.store;

import health.weft.fhir.FhirDate;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the history is wanted (R4, 3.1.0.14).
 *
 * @param type null for every type
 * @param id null for every resource of the type
 * @param since only versions made then or later; null for all
 * @param at only versions that stood at some moment of this span; null for all
 * @param count versions a page
 * @param page token of a later page; null for the first
 * @param query what was asked for, as it stands in an address, but for the page
 */
public record HistoryRequest(
        @Nullable String type,
        @Nullable String id,
        @Nullable Instant since,
        @Nullable FhirDate at,
        int count,
        @Nullable String page,
        String query) {
    private static final int COUNT = 100;
    private static final int MOST = 1000;
    /** How it is answered: for whoever answers. */
    private static final Set<String> HOW = Set.of("_format", "_pretty", "_summary", "_elements");

    /** The newest versions of one resource. */
    public static HistoryRequest of(String type, String id, int count) {
        return new HistoryRequest(type, id, null, null, count, null, "_count=" + count);
    }

    /**
     * Reads parameters: {@code _since}, {@code _at}, {@code _count}, {@code _page}; the last of each counts.
     *
     * @throws InvalidResource for a value that is not understood, and for any other parameter: left out, it would bring more than was asked for
     */
    public static HistoryRequest read(
            @Nullable String type, @Nullable String id, List<Map.Entry<String, String>> parameters) {
        String since = "";
        String at = "";
        String page = "";
        int count = COUNT;
        for (Map.Entry<String, String> parameter : parameters) {
            String value = parameter.getValue();
            switch (parameter.getKey()) {
                case "_since" -> since = value;
                case "_at" -> at = value;
                case "_page" -> page = value;
                case "_count" -> count = count(value);
                default -> {
                    if (!HOW.contains(parameter.getKey())) {
                        throw new InvalidResource(Issue.error(
                                "not-supported",
                                "A history is asked with _since, _at and _count, and no other parameters."));
                    }
                }
            }
        }
        FhirDate from = date("_since", since);
        return new HistoryRequest(
                type,
                id,
                from == null ? null : Instant.EPOCH.plus(from.lo(), ChronoUnit.MICROS),
                date("_at", at),
                count,
                page.isEmpty() ? null : page,
                "_count=" + count + encoded("_since", since) + encoded("_at", at));
    }

    private static String encoded(String name, String value) {
        return value.isEmpty() ? "" : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static int count(String text) {
        if (text.isEmpty()) {
            return COUNT;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) == 0) {
            throw new InvalidResource(Issue.error("value", "_count must be a whole number, 1 or more.", null));
        }
        return Math.min(MOST, Integer.parseInt(text));
    }

    private static @Nullable FhirDate date(String name, String text) {
        return text.isEmpty()
                ? null
                : FhirDate.parse(text)
                        .orElseThrow(() -> new InvalidResource(Issue.error(
                                "value",
                                name + " must be a date or time such as 2024-03-15 or 2024-03-15T10:00:00Z.",
                                null)));
    }

    /** Whose history it is, {@code Patient/1/_history}. */
    public String path() {
        return (type == null ? "" : type + "/") + (id == null ? "" : id + "/") + "_history";
    }

    /** Whether nothing narrows it: then a resource that is there has at least one version. */
    public boolean whole() {
        return since == null && at == null && page == null;
    }

    /** What a page token fits. */
    String key() {
        return "history " + type + "/" + id + " " + since + " " + at;
    }
}
