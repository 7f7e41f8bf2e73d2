package health.weft.store;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a resource before it is changed: If-Match and If-None-Match (RFC 9110, 13.1; R4, 3.1.0.5), each of them
 * {@code *} or ETags of versions with commas between, weak or not.
 */
public final class Precondition {
    /** Nothing is asked. */
    public static final Precondition NONE = new Precondition(null, null);

    private static final String ANY = "*";
    private static final Pattern ETAG = Pattern.compile("\\s*(?:(?:W/)?\"([^\"]*)\"|(\\d{1,9}))\\s*(?:,|$)");

    private final @Nullable List<String> match;
    private final @Nullable List<String> noneMatch;

    private Precondition(@Nullable List<String> match, @Nullable List<String> noneMatch) {
        this.match = match;
        this.noneMatch = noneMatch;
    }

    /** It must be at this version; null for any. */
    public static Precondition version(@Nullable Integer version) {
        return version == null ? NONE : new Precondition(List.of(version.toString()), null);
    }

    /**
     * Reads both.
     *
     * @param ifMatch null or blank when it is not asked
     * @param ifNoneMatch null or blank when it is not asked
     * @throws IllegalArgumentException with a sentence that says what they must be
     */
    public static Precondition read(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
        List<String> match = tags("If-Match", ifMatch);
        List<String> noneMatch = tags("If-None-Match", ifNoneMatch);
        return match == null && noneMatch == null ? NONE : new Precondition(match, noneMatch);
    }

    private static @Nullable List<String> tags(String name, @Nullable String said) {
        if (said == null || said.isBlank()) {
            return null;
        }
        if (said.strip().equals(ANY)) {
            return List.of(ANY);
        }
        List<String> tags = new ArrayList<>();
        Matcher next = ETAG.matcher(said);
        int from = 0;
        while (from < said.length() && next.region(from, said.length()).lookingAt()) {
            tags.add(next.group(1) == null ? next.group(2) : next.group(1));
            from = next.end();
        }
        if (from < said.length()) {
            throw new IllegalArgumentException(
                    name + " must be the ETag of a version, W/\"3\", several of them with commas between, or *.");
        }
        return tags;
    }

    /** Whether If-Match is asked: what holds of one version may not hold of the next. */
    public boolean isOfVersion() {
        return match != null;
    }

    public boolean asksNoneMatch() {
        return noneMatch != null;
    }

    /** Whether If-None-Match is asked and names this version: who has it already need not be sent it. */
    public boolean isKnown(int version) {
        return noneMatch != null && names(noneMatch, version);
    }

    /**
     * Why it does not hold; null when it does.
     *
     * @param now as it is; null when it never was. A deletion is a version too, at which there is nothing
     */
    public @Nullable String refusal(@Nullable Stored now) {
        Stored standing = now == null || now.deleted() ? null : now;
        if (match != null && !(match.contains(ANY) ? standing != null : now != null && names(match, now.version()))) {
            String asked = String.join(" or ", match);
            return match.contains(ANY)
                    ? "There is nothing that If-Match could fit."
                    : now == null
                            ? "There is no version " + asked + " of it."
                            : "It changed meanwhile: the current version is " + now.version() + ", not " + asked
                                    + ". Read it again and repeat the change on it.";
        }
        if (noneMatch != null && standing != null && names(noneMatch, standing.version())) {
            return "It is there already, at version " + standing.version() + ", which If-None-Match rules out.";
        }
        return null;
    }

    private static boolean names(List<String> tags, int version) {
        return tags.contains(ANY) || tags.contains(Integer.toString(version));
    }
}
