package health.weft.store;

import health.weft.fhir.FhirDate;
import java.time.Instant;
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
 */
public record HistoryRequest(
        @Nullable String type,
        @Nullable String id,
        @Nullable Instant since,
        @Nullable FhirDate at,
        int count,
        @Nullable String page) {

    /** The newest versions of one resource. */
    public static HistoryRequest of(String type, String id, int count) {
        return new HistoryRequest(type, id, null, null, count, null);
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
