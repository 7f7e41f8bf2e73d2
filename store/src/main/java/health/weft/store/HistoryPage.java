package health.weft.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a history.
 *
 * @param request what was asked for
 * @param versions newest first, deletions too
 * @param next token for the following page; null on the last
 */
public record HistoryPage(
        HistoryRequest request,
        List<Stored> versions,
        @Nullable String next) {}
