package health.weft.directory;

import health.weft.directory.HsdsStore.Asked;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Pages of a list of the HSDS API. Where a page begins, and how many rows there are, is remembered for a minute when somebody reads page
 * after page: else each page would be found by going through all before it, and all would be counted again for it.
 */
@Component
class HsdsPages {
    private static final int REMEMBERED = 2_000;
    private static final long FRESH = Duration.ofMinutes(1).toNanos();

    private final HsdsStore store;
    private final Map<String, Mark> marks = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Mark> eldest) {
            return size() > REMEMBERED;
        }
    };

    HsdsPages(HsdsStore store) {
        this.store = store;
    }

    /**
     * A page.
     *
     * @param total rows of all pages
     */
    record Part(List<ObjectNode> rows, long total) {}

    /**
     * Where a page begins.
     *
     * @param inclusive whether the row of this id is on it; otherwise the one after
     */
    private record Mark(String id, boolean inclusive, long total, long at) {
        boolean isFresh() {
            return System.nanoTime() - at < FRESH;
        }
    }

    /** The first page is always counted anew, so that whoever has changed something sees it. */
    Part part(Asked asked, long page, int size) {
        Mark mark = page == 1 ? null : known(key(asked, page, size));
        Part part = mark == null
                ? new Part(store.page(asked, (page - 1) * size, size), store.count(asked))
                : new Part(store.from(asked, mark.id(), mark.inclusive(), size), mark.total());
        if (!part.rows().isEmpty()) {
            long now = System.nanoTime();
            remember(
                    key(asked, page, size),
                    new Mark(part.rows().getFirst().path("id").asString(""), true, part.total(), now));
            remember(
                    key(asked, page + 1, size),
                    new Mark(part.rows().getLast().path("id").asString(""), false, part.total(), now));
        }
        return part;
    }

    private static String key(Asked asked, long page, int size) {
        return asked.key() + " " + size + " " + page;
    }

    private synchronized @Nullable Mark known(String key) {
        Mark mark = marks.get(key);
        return mark == null || !mark.isFresh() ? null : mark;
    }

    private synchronized void remember(String key, Mark mark) {
        marks.remove(key);
        marks.put(key, mark);
    }
}
