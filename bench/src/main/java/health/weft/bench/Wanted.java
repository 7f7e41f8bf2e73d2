package health.weft.bench;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What stands behind {@code ./weft bench record}.
 *
 * @param seconds of each turn
 * @param kinds which requests are measured
 * @param hapi whether HAPI's JPA server is started beside
 * @param reuseMillis how long HAPI's server uses again what a search has found
 * @param peer a server that runs already
 * @param database a PostgreSQL for the two, {@code postgresql://user:password@host:port}; else the one Weft brings
 * @param large whether one bundle of some tens of megabytes is sent at the end
 * @param profile where recordings of the JVM go
 */
record Wanted(
        int people,
        int seconds,
        List<Integer> clients,
        List<Kind> kinds,
        boolean hapi,
        long reuseMillis,
        Optional<URI> peer,
        Optional<String> peerToken,
        Optional<Long> peerPid,
        Optional<String> database,
        Optional<Path> profile,
        Path out,
        boolean large,
        boolean quick) {
    private static final Set<String> FLAGS = Set.of("quick", "with-hapi", "large");
    private static final Set<String> VALUES = Set.of(
            "people",
            "seconds",
            "clients",
            "kinds",
            "peer",
            "peer-token",
            "peer-pid",
            "reuse-ms",
            "database",
            "profile",
            "out");

    /** @throws IllegalArgumentException for a word that is not known; the message names it */
    static Wanted parse(String[] words, Path home) {
        Map<String, String> given = new HashMap<>();
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(words));
        while (!rest.isEmpty()) {
            String word = rest.pop();
            String[] parts = word.replaceFirst("^--", "").split("=", 2);
            if (FLAGS.contains(parts[0])) {
                given.put(parts[0], "");
            } else if (VALUES.contains(parts[0]) && (parts.length == 2 || !rest.isEmpty())) {
                given.put(parts[0], parts.length == 2 ? parts[1] : rest.pop());
            } else {
                throw new IllegalArgumentException("What is " + word + "? ./weft bench shows what can be said.");
            }
        }
        if (given.containsKey("with-hapi") && given.containsKey("peer")) {
            throw new IllegalArgumentException("Weft is measured beside one server: --with-hapi or --peer URL.");
        }
        boolean quick = given.containsKey("quick");
        return new Wanted(
                number(given, "people", quick ? 24 : 120),
                number(given, "seconds", quick ? 2 : 6),
                Optional.ofNullable(given.get("clients"))
                        .map(list -> Arrays.stream(list.split(","))
                                .map(Integer::parseInt)
                                .toList())
                        .orElse(List.of(1, 8, 32)),
                kinds(given.get("kinds")),
                given.containsKey("with-hapi"),
                reuse(given.getOrDefault("reuse-ms", "60000")),
                Optional.ofNullable(given.get("peer")).map(url -> URI.create(url.replaceFirst("/$", ""))),
                Optional.ofNullable(given.getOrDefault("peer-token", System.getenv("WEFT_PEER_TOKEN"))),
                Optional.ofNullable(given.get("peer-pid")).map(Long::valueOf),
                Optional.ofNullable(given.get("database")).map(url -> url.replaceFirst("/$", "")),
                Optional.ofNullable(given.get("profile")).map(Path::of),
                Path.of(given.getOrDefault(
                        "out", home.resolve("bench/target/record.md").toString())),
                given.containsKey("large"),
                quick);
    }

    private static long reuse(String value) {
        if (!value.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("--reuse-ms takes milliseconds, 0 for not at all, not " + value + ".");
        }
        return Long.parseLong(value);
    }

    private static int number(Map<String, String> given, String name, int usual) {
        String value = given.get(name);
        if (value != null && !value.matches("[1-9]\\d{0,5}")) {
            throw new IllegalArgumentException("--" + name + " takes a whole number, not " + value + ".");
        }
        return value == null ? usual : Integer.parseInt(value);
    }

    /** By their words or the beginning of their name: {@code read,create}. */
    private static List<Kind> kinds(@org.jspecify.annotations.Nullable String list) {
        if (list == null) {
            return List.of(Kind.values());
        }
        List<Kind> kinds = new ArrayList<>();
        for (String word : list.split(",")) {
            String name = word.strip().toUpperCase(Locale.ROOT).replace('-', '_');
            List<Kind> found = Arrays.stream(Kind.values())
                    .filter(k -> k.name().startsWith(name))
                    .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("There is no kind " + word + " of request; there are "
                        + Arrays.toString(Kind.values())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '-') + ".");
            }
            kinds.addAll(found);
        }
        return kinds.stream().distinct().sorted().toList();
    }
}
