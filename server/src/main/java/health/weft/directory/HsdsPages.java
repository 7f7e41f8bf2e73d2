package health.weft.directory;

import health.weft.directory.HsdsStore.Asked;
import health.weft.directory.HsdsStore.Starts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Pages of a list of the HSDS API. Where a page begins, and how many rows there are, is remembered for a minute when somebody reads page
 * after page: else each page would be found by going through all before it, and all would be counted again for it. Whoever begins far
 * down is told by where all pages begin, found at once and remembered as long.
 */
@Component
class HsdsPages {
    private static final int REMEMBERED = 2_000;
    private static final int LISTS = 40;
    private static final int LONGEST_LIST = 5_000;
    /** Rows before a page; to go through fewer costs less than to find where all pages begin. */
    private static final long FAR = 1_000;

    private static final long FRESH = Duration.ofMinutes(1).toNanos();

    private final HsdsStore store;
    private final Map<String, Mark> marks = few(REMEMBERED);
    private final Map<String, All> lists = few(LISTS);

    private static <T> Map<String, T> few(int most) {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > most;
            }
        };
    }

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

    /** Where all pages begin. */
    private record All(Starts starts, long at) {
        boolean isFresh() {
            return System.nanoTime() - at < FRESH;
        }
    }

    /** The first page is always counted anew, so that whoever has changed something sees it. */
    Part part(Asked asked, long page, int size) {
        Mark mark = page == 1 ? null : known(key(asked, page, size));
        boolean far = (page - 1) * size >= FAR && (mark == null || mark.total() / size < LONGEST_LIST);
        Part part = far
                ? far(asked, page, size)
                : mark == null
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

    private Part far(Asked asked, long page, int size) {
        String key = asked.key() + " " + size;
        Starts starts = listed(key).orElseGet(() -> listed(key, store.starts(asked, size)));
        List<String> ids = starts.ids();
        if (page > ids.size()) {
            return new Part(List.of(), starts.total());
        }
        int at = Math.toIntExact(page);
        return new Part(
                store.between(asked, ids.get(at - 1), at < ids.size() ? ids.get(at) : null, size), starts.total());
    }

    private synchronized Optional<Starts> listed(String key) {
        return Optional.ofNullable(lists.get(key)).filter(All::isFresh).map(All::starts);
    }

    private synchronized Starts listed(String key, Starts starts) {
        lists.remove(key);
        if (starts.ids().size() <= LONGEST_LIST) {
            lists.put(key, new All(starts, System.nanoTime()));
        }
        return starts;
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
