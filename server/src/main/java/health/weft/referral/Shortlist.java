package health.weft.referral;

import health.weft.directory.Option;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;

/**
 * Services to choose from, few at a time: those that are chosen already, then the best of those that were looked for.
 *
 * @param look what was looked for, and how many are shown
 * @param options those shown
 * @param found how many were found by the words; all of them where none were typed
 * @param left how many of those found are not shown
 * @param searchable whether there are so many that looking for one by its name helps
 * @param next the best that has room, of all; null when none has
 * @param days how many days parties take to answer as a rule, for those that have been asked often enough; 1 for a day or less
 */
public record Shortlist(
        Look look,
        List<Option> options,
        int found,
        int left,
        boolean searchable,
        @Nullable Option next,
        Map<String, Integer> days) {
    /** So many stand on one screen, with what is asked above them. */
    static final int FIRST = 5;
    /** So few more are not worth a button. */
    private static final int FEW = 3;

    private static final int MORE = 10;
    private static final int MOST = 500;

    /**
     * What somebody looks for in such a list.
     *
     * @param words blank for any
     * @param shown how many at most, beside those chosen
     */
    public record Look(String words, int shown) {
        private static final int LONGEST = 200;

        static final Look FEW = new Look("", FIRST);

        /** From the fields {@code look} and {@code shown}; {@code more} has it show more of them, {@code find} begins anew. */
        static Look of(MultiValueMap<String, String> typed) {
            String words = one(typed, "look").replace("\0", "").strip();
            String more = one(typed, "more");
            String shown = typed.containsKey("find") ? "" : more.isEmpty() ? one(typed, "shown") : more;
            return new Look(
                    words.substring(0, Math.min(LONGEST, words.length())),
                    shown.matches("\\d{1,3}") ? Math.clamp(Integer.parseInt(shown), FIRST, MOST) : FIRST);
        }

        private static String one(MultiValueMap<String, String> typed, String name) {
            String value = typed.getFirst(name);
            return value == null ? "" : value;
        }

        /** How many are shown once more of them are asked for. */
        public int more() {
            return Math.min(shown + MORE, MOST);
        }
    }

    /**
     * @param all that help with the need, best first
     * @param found those of them that were looked for, best first
     * @param chosen ids of those that are chosen
     */
    static Shortlist of(
            Look look, List<Option> all, List<Option> found, List<String> chosen, Map<String, Integer> days) {
        List<Option> options = new ArrayList<>(all.stream()
                .filter(option -> chosen.contains(option.service().id()))
                .toList());
        Set<String> there = new LinkedHashSet<>(chosen);
        List<Option> others = found.stream()
                .filter(option -> there.add(option.service().id()))
                .toList();
        int shown = others.size() <= look.shown() + FEW ? others.size() : look.shown();
        options.addAll(others.subList(0, shown));
        return new Shortlist(
                look,
                options,
                found.size(),
                others.size() - shown,
                all.size() > FIRST + FEW,
                all.stream().filter(Option::hasRoom).findFirst().orElse(null),
                days);
    }
}
