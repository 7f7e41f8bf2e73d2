package health.weft.directory;

import health.weft.store.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What somebody means by words: those they typed, others for the same in English and Spanish, and for a word that stands nowhere the
 * words they may have meant.
 *
 * @param groups words that mean the same, separated by bars, what was typed (or meant) first
 * @param instead typed words and what was searched for instead
 */
record SearchWords(List<String> groups, Map<String, String> instead) {
    private static final int MOST = 8;
    private static final Map<String, Set<String>> SYNONYMS = read();

    /** @param near words of the directory that are spelt much like one; the word itself where the directory has it */
    static SearchWords of(String typed, Function<String, List<String>> near) {
        String plain = plain(typed);
        List<String> groups = new ArrayList<>();
        Map<String, String> instead = new HashMap<>();
        // What is a phrase in the list of synonyms is one thing: "food bank" is not food and a bank.
        for (String phrase : SYNONYMS.keySet()) {
            if (phrase.contains(" ") && (" " + plain + " ").contains(" " + phrase + " ")) {
                groups.add(group(List.of(phrase)));
                plain = (" " + plain + " ").replace(" " + phrase + " ", " ").strip();
            }
        }
        for (String word : plain.split(" ")) {
            if (word.isEmpty() || groups.size() >= MOST) {
                continue;
            }
            List<String> meant = new ArrayList<>();
            if (!SYNONYMS.containsKey(word) && word.length() > 3) {
                near.apply(word).stream()
                        .filter(known -> alike(word, known))
                        .limit(3)
                        .forEach(meant::add);
                if (!meant.contains(word)) {
                    SYNONYMS.keySet().stream()
                            .filter(known -> !known.contains(" ") && !meant.contains(known) && alike(word, known))
                            .limit(2)
                            .forEach(meant::add);
                }
                if (meant.contains(word)) {
                    meant.clear();
                }
            }
            if (meant.isEmpty()) {
                groups.add(group(List.of(word)));
            } else {
                instead.put(word, meant.getFirst());
                groups.add(group(meant));
            }
        }
        return new SearchWords(groups, instead);
    }

    private static String group(List<String> words) {
        Set<String> all = new LinkedHashSet<>(words);
        words.forEach(word -> all.addAll(SYNONYMS.getOrDefault(word, Set.of())));
        return String.join("|", all);
    }

    /** Base letters alone, words of letters and digits with one space between. */
    static String plain(String words) {
        return Text.folded(words).replaceAll("[^a-z0-9]+", " ").strip();
    }

    /** Two letters changed, left out, put in, or one pair turned about (Damerau and Levenshtein), with the same first letter. */
    static boolean alike(String a, String b) {
        if (a.charAt(0) != b.charAt(0) || Math.abs(a.length() - b.length()) > 2) {
            return false;
        }
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()] <= (a.length() > 6 ? 2 : 1);
    }

    private static Map<String, Set<String>> read() {
        Map<String, Set<String>> synonyms = new java.util.LinkedHashMap<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                java.util.Objects.requireNonNull(SearchWords.class.getResourceAsStream("synonyms.txt")),
                StandardCharsets.UTF_8))) {
            in.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(line -> {
                List<String> group =
                        Arrays.stream(line.split(",")).map(String::strip).toList();
                group.forEach(word -> synonyms.computeIfAbsent(word, w -> new LinkedHashSet<>())
                        .addAll(group));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return synonyms;
    }
}
