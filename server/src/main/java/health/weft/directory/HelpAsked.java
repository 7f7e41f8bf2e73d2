package health.weft.directory;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What stands in the form by which anybody finds help; what is not understood is as if it were not there. */
public record HelpAsked(
        String words,
        String category,
        String term,
        String near,
        String miles,
        String when,
        String on,
        boolean room,
        int page) {
    private static final Set<String> MILES = Set.of("2", "5", "10", "25", "50");

    static HelpAsked of(Map<String, String> query) {
        String page = query.getOrDefault("page", "1");
        String miles = query.getOrDefault("miles", "10");
        return new HelpAsked(
                cut(query, "words"),
                cut(query, "category"),
                cut(query, "term"),
                cut(query, "near"),
                MILES.contains(miles) ? miles : "10",
                cut(query, "when"),
                cut(query, "on"),
                query.getOrDefault("room", "").equals("true"),
                page.matches("[1-9]\\d{0,3}") ? Integer.parseInt(page) : 1);
    }

    private static String cut(Map<String, String> query, String name) {
        String value = query.getOrDefault(name, "").replace("\0", "");
        return value.substring(0, Math.min(200, value.length()));
    }

    String link(int other) {
        return "/find-help?"
                + Map.of(
                                "words",
                                words,
                                "category",
                                category,
                                "term",
                                term,
                                "near",
                                near,
                                "miles",
                                miles,
                                "when",
                                when,
                                "on",
                                on,
                                "room",
                                Boolean.toString(room),
                                "page",
                                Integer.toString(other))
                        .entrySet()
                        .stream()
                        .filter(e -> !e.getValue().isEmpty() && !e.getValue().equals("false"))
                        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                        .sorted()
                        .collect(Collectors.joining("&"));
    }
}
