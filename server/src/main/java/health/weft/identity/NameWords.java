package health.weft.identity;

import health.weft.store.Text;
import java.util.Arrays;
import java.util.List;

/** Names as people are found by them: their base letters, apostrophes closed up, in words of letters and digits ({@code identity.source.names}). */
public final class NameWords {
    private NameWords() {}

    /** The words of what somebody typed; none means anything to SQL's like. */
    public static List<String> of(String typed) {
        return Arrays.stream(plain(typed).split(" "))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The words with a blank between each. */
    static String plain(String names) {
        return closed(Text.folded(names));
    }

    /** The same of what has its base letters alone already. */
    static String closed(String folded) {
        return folded.replaceAll("['`]+", "")
                .replaceAll("[^\\p{L}\\p{N}]+", " ")
                .strip();
    }
}
