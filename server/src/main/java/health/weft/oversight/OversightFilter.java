package health.weft.oversight;

import java.util.List;

/**
 * Which unusual looks are shown.
 *
 * @param kind one of {@link #KINDS}; empty for all
 * @param reviewed those that were reviewed, in place of those that wait
 */
public record OversightFilter(String kind, boolean reviewed) {
    public static final List<String> KINDS = List.of("WATCHED", "COLLEAGUE", "SURNAME", "VOLUME");

    /** What is no kind stands for all. */
    static OversightFilter of(String kind, boolean reviewed) {
        return new OversightFilter(KINDS.contains(kind) ? kind : "", reviewed);
    }

    /** @param before {@link Long#MAX_VALUE} for the first page */
    String address(long before) {
        return "/audit/unusual?kind=" + kind + "&reviewed=" + reviewed
                + (before == Long.MAX_VALUE ? "" : "&before=" + before);
    }
}
