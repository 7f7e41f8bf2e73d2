package health.weft.casework;

import health.weft.identity.NameWords;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Which clients of a list are shown, and in what order.
 *
 * @param text beginnings of names, or a number; every word must fit
 * @param unseen only those not seen for so many days; 0 for all
 */
public record Filter(String text, Show show, int unseen, Sort sort) {
    public static final Filter ALL = new Filter("", Show.ALL, 0, Sort.NAME);

    private static final int LONGEST = 200;
    private static final int LONGEST_AGO = 3_660;

    /** Which cases. */
    public enum Show {
        OPEN,
        CLOSED,
        ALL
    }

    /** What comes first. */
    public enum Sort {
        NAME,
        /** Who was seen longest ago. */
        SEEN,
        NEW
    }

    /** As typed into an address or a form; what cannot be is as if nobody had typed it. */
    static Filter of(String text, String show, String unseen, String sort) {
        return new Filter(
                text.substring(0, Math.min(LONGEST, text.length())),
                one(Show.values(), show),
                unseen.matches("\\d{1,4}") ? Math.min(LONGEST_AGO, Integer.parseInt(unseen)) : 0,
                one(Sort.values(), sort));
    }

    private static <E extends Enum<E>> E one(E[] all, String key) {
        return Arrays.stream(all)
                .filter(each -> each.name().equalsIgnoreCase(key))
                .findFirst()
                .orElse(all[0]);
    }

    /** The words of {@link #text} as names are kept ({@link NameWords}); none can mean anything to SQL's like. */
    List<String> words() {
        return NameWords.of(text).stream().limit(8).toList();
    }

    /** The part of an address that keeps this, without what was typed of a person. */
    public String query() {
        return "show=" + show.name().toLowerCase(Locale.ROOT) + "&unseen=" + unseen + "&sort="
                + sort.name().toLowerCase(Locale.ROOT);
    }
}
