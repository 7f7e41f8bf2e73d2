package health.weft.ui;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.problem.Words;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessagesTest {
    private static final Path MESSAGES = Path.of("src/main/resources/messages");
    private static final Pattern PLACE = Pattern.compile("\\{\\d}");

    static List<String> features() throws IOException {
        try (var files = Files.list(MESSAGES)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> !f.endsWith("_es.properties"))
                    .map(f -> f.replace(".properties", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("features")
    void every_word_of_a_feature_stands_in_both_languages_with_the_same_places(String feature) throws IOException {
        TreeMap<String, String> english = read(feature + ".properties");
        TreeMap<String, String> spanish = read(feature + "_es.properties");
        assertThat(english.keySet()).allMatch(key -> key.startsWith(feature + "."));
        assertThat(spanish.keySet()).isEqualTo(english.keySet());
        // Spanish may write "una persona" where English writes "1 person", never a place that English does not fill.
        assertThat(english)
                .allSatisfy((key, words) -> assertThat(places(words)).as(key).containsAll(places(spanish.get(key))));
    }

    @ParameterizedTest
    @MethodSource("features")
    void every_key_that_a_template_names_has_words(String feature) throws IOException {
        TreeMap<String, String> words = read(feature + ".properties");
        Pattern named =
                Pattern.compile("(?:\\.get|\\.count|\\bt)\\(\"(" + feature + "\\.[A-Za-z0-9.-]*[A-Za-z0-9])\"\\s*[,)]");
        try (var files = Files.walk(Path.of("src/main/jte"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".jte")).toList()) {
                Matcher matcher = named.matcher(Files.readString(file));
                while (matcher.find()) {
                    String key = matcher.group(1);
                    assertThat(words.containsKey(key) || words.containsKey(key + ".other"))
                            .as(key + " in " + file)
                            .isTrue();
                }
            }
        }
    }

    /** Words that a refusal names are asked for only when it happens: a missing key would be found by whoever is refused. */
    @Test
    void every_key_that_a_refusal_names_has_words_in_the_file_it_names() throws IOException {
        Pattern named = Pattern.compile("\"([a-z]+)(\\.(?:problem|said|reason)\\.[A-Za-z0-9.-]*[A-Za-z0-9])\"");
        int found = 0;
        try (var files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher matcher = named.matcher(Files.readString(file));
                while (matcher.find()) {
                    found++;
                    assertThat(read(matcher.group(1) + ".properties"))
                            .as(file.toString())
                            .containsKey(matcher.group(1) + matcher.group(2));
                }
            }
        }
        assertThat(found).isGreaterThan(40);
    }

    @Test
    void a_refusal_is_said_in_the_readers_language_and_so_are_the_words_inside_it() {
        Problem refused =
                Problem.of(Category.CONFLICT, "referral.problem.changed", new Words("referral.status.accepted"));
        assertThat(refused)
                .hasMessage(
                        "This referral changed while you had it open: Accepted. Look at what happened, then decide again.");
        assertThat(refused.message(Languages.SPANISH))
                .isEqualTo(
                        "Esta solicitud cambió mientras la tenía abierta: Aceptada. Mire qué pasó y decida de nuevo.");
        Problem forSystems = Problem.unprocessable("Task.owner must be an Organization.");
        assertThat(forSystems.message(Languages.SPANISH)).isEqualTo("Task.owner must be an Organization.");
        assertThat(forSystems.isTranslated()).isFalse();
    }

    @Test
    void an_apostrophe_is_an_apostrophe_and_counting_knows_one() throws IOException {
        Text text = new Text(
                UiConfiguration.messageSource(), Locale.forLanguageTag("en-US"), ZoneId.of("America/New_York"));
        assertThat(text.get("chart.people.unsure")).isEqualTo("may be someone else's record too");
        assertThat(text.count("ui.years", 1)).isEqualTo("1 year old");
        assertThat(text.count("ui.years", 65)).isEqualTo("65 years old");
    }

    @Test
    void dates_are_in_the_readers_language_and_zone_and_as_exact_as_they_are_known() throws IOException {
        Text english = new Text(UiConfiguration.messageSource(), Locale.ENGLISH, ZoneId.of("America/New_York"));
        Text spanish = new Text(UiConfiguration.messageSource(), Locale.of("es"), ZoneId.of("America/New_York"));
        assertThat(english.date("2019")).isEqualTo("2019");
        assertThat(english.date("2019-03")).isEqualTo("Mar 2019");
        assertThat(english.date("2019-03-04")).isEqualTo("Mar 4, 2019");
        assertThat(english.date("2019-03-05T02:00:00Z")).isEqualTo("Mar 4, 2019");
        assertThat(english.date("soon")).isEqualTo("soon");
        assertThat(spanish.date("2019-03-04")).isEqualTo("4 mar 2019");
        assertThat(english.time(Instant.parse("2026-11-02T15:00:00Z")))
                .startsWith("Nov 2, 2026")
                .contains("10:00");
    }

    @Test
    void the_language_switch_follows_only_paths_of_our_own() {
        assertThat(LanguageController.local("/people/1?start=2")).isEqualTo("/people/1?start=2");
        assertThat(List.of("//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nSet-Cookie: b"))
                .allMatch(back -> LanguageController.local(back).equals("/"));
    }

    private static TreeMap<String, String> read(String file) throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(MESSAGES.resolve(file), StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        TreeMap<String, String> sorted = new TreeMap<>();
        properties.forEach((key, value) -> sorted.put((String) key, (String) value));
        return sorted;
    }

    private static TreeSet<String> places(String words) {
        TreeSet<String> found = new TreeSet<>();
        Matcher matcher = PLACE.matcher(words);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }
}
