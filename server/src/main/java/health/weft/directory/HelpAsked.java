package health.weft.directory;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
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
        String insurance,
        String language,
        boolean room,
        boolean free,
        boolean wheelchair,
        boolean serves,
        int page) {
    /** Languages to choose from, by two-letter code. */
    public static final List<String> LANGUAGES = List.of(
            "es", "en", "pt", "zh", "vi", "fr", "ht", "ar", "ru", "ko", "tl", "so", "pl", "hi", "km", "fa", "uk");

    /** Insurances to choose from, as {@link Wanted#INSURANCES}. */
    public static final List<String> INSURANCES = List.of("medicaid", "medicare", "chip", "private", "tricare", "none");

    private static final Set<String> MILES = Set.of("2", "5", "10", "25", "50");

    public static HelpAsked of(Map<String, String> query) {
        String page = query.getOrDefault("page", "1");
        return new HelpAsked(
                cut(query, "words"),
                cut(query, "category"),
                cut(query, "term"),
                cut(query, "near"),
                one(query, "miles", MILES, "10"),
                one(query, "when", Set.of("now", "date"), ""),
                cut(query, "on"),
                one(query, "insurance", INSURANCES, ""),
                one(query, "language", LANGUAGES, ""),
                ticked(query, "room"),
                ticked(query, "free"),
                ticked(query, "wheelchair"),
                ticked(query, "serves"),
                page.matches("[1-9]\\d{0,3}") ? Integer.parseInt(page) : 1);
    }

    /** The same question, another page of what it finds. */
    HelpAsked at(int other) {
        return new HelpAsked(
                words,
                category,
                term,
                near,
                miles,
                when,
                on,
                insurance,
                language,
                room,
                free,
                wheelchair,
                serves,
                other);
    }

    private static String cut(Map<String, String> query, String name) {
        String value = query.getOrDefault(name, "").replace("\0", "");
        return value.substring(0, Math.min(200, value.length()));
    }

    private static String one(
            Map<String, String> query, String name, java.util.Collection<String> known, String otherwise) {
        String value = query.getOrDefault(name, otherwise);
        return known.contains(value) ? value : otherwise;
    }

    private static boolean ticked(Map<String, String> query, String name) {
        return query.getOrDefault(name, "").equals("true");
    }

    /** Whether anything but words, a place and a kind narrows the search. */
    public boolean isNarrowed() {
        return room
                || free
                || wheelchair
                || serves
                || List.of(term, when, insurance, language).stream().anyMatch(said -> !said.isEmpty());
    }

    /** What is asked, as fields of a form: those that are empty are left out. */
    public Map<String, String> fields(int other) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("words", words);
        fields.put("category", category);
        fields.put("near", near);
        fields.put("miles", near.isEmpty() ? "" : miles);
        fields.put("term", term);
        fields.put("when", when);
        fields.put("on", on);
        fields.put("insurance", insurance);
        fields.put("language", language);
        fields.put("room", tick(room));
        fields.put("free", tick(free));
        fields.put("wheelchair", tick(wheelchair));
        fields.put("serves", tick(serves));
        fields.put("page", other == 1 ? "" : Integer.toString(other));
        fields.values().removeIf(String::isEmpty);
        return fields;
    }

    private static String tick(boolean on) {
        return on ? "true" : "";
    }

    /** The address of another page of the answer. */
    String link(String path, int other) {
        return path + "?"
                + fields(other).entrySet().stream()
                        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
    }
}
