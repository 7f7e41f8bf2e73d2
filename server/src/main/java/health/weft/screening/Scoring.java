package health.weft.screening;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.FormItem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What answers mean: need, no need or unknown, by kind of need; and the scores that instruments define.
 *
 * <p>An answer is looked at together with its question, never alone, and a question never without its answer: LOINC 71802-3 and 93030-5
 * carry other answers in AHC HRSN than in PRAPARE. What stands in no table is unknown. Sources: Hager 2010 (Hunger Vital Sign), CMS's guide
 * to the AHC HRSN tool (HITS positive above 10), PRAPARE's risk tally, USDA ERS's six-item short form (raw score 0-1, 2-4, 5-6).
 */
public final class Scoring {
    static final String LOINC = "http://loinc.org";
    static final String USDA = "https://weft.health/fhir/CodeSystem/usda-food-security";
    private static final String SIX_ITEM = "six-item";
    private static final String HUNGER_VITAL_SIGN = "88121-9";
    private static final int SAFE = 10;

    /** HITS in the AHC tool: hurt, insult, threaten, scream. */
    private static final List<String> SAFETY = List.of("95618-5", "95617-7", "95616-9", "95615-1");

    private static final Map<String, Integer> OFTEN =
            Map.of("LA6270-8", 1, "LA10066-1", 2, "LA10082-8", 3, "LA16644-9", 4, "LA6482-9", 5);

    /** The answers of the six-item form that count one, and those that count nothing. */
    private static final Set<String> AFFIRMED =
            Set.of("LA28397-0", "LA6729-3", "LA33-6", "almost-every-month", "some-months");

    private static final Set<String> DENIED = Set.of("LA28398-8", "LA32-8", "one-or-two-months");
    private static final List<String> SIX_ITEMS = List.of("HH3", "HH4", "AD1", "AD1a", "AD2", "AD3");

    private static final Map<String, List<Rule>> RULES = rules();

    private record Rule(String answer, Finding meaning, SdohCategory category) {}

    /**
     * A score that is worked out of several answers.
     *
     * @param value {@code value[x]} of its Observation, as an object with that one field
     */
    public record Score(Coding code, ObjectNode value, boolean positive, SdohCategory category) {}

    /** What is said of each kind of need that the form asks about, and the scores that follow. */
    public record Result(Map<SdohCategory, Finding> findings, List<Score> scores) {
        List<String> codes(Finding of) {
            return findings.entrySet().stream()
                    .filter(e -> e.getValue() == of)
                    .map(e -> e.getKey().code())
                    .toList();
        }
    }

    private final Map<String, List<String>> answers = new LinkedHashMap<>();
    private final Map<SdohCategory, Finding> findings = new LinkedHashMap<>();
    private final List<Score> scores = new ArrayList<>();

    private Scoring() {}

    /** Scores a filling that is settled. */
    static Result of(Filling filling) {
        Scoring scoring = new Scoring();
        filling.all().forEach(scoring::take);
        Set<String> panels = filling.form()
                .json()
                .path("code")
                .valueStream()
                .map(code -> Json.text(code, "code"))
                .collect(Collectors.toSet());
        scoring.byAnswer();
        if (scoring.answers.keySet().containsAll(SAFETY)) {
            scoring.safety();
        }
        if (panels.contains(SIX_ITEM)) {
            scoring.sixItems();
        }
        if (panels.contains(HUNGER_VITAL_SIGN)) {
            scoring.hunger();
        }
        return new Result(scoring.findings, scoring.scores);
    }

    private void take(Filled filled) {
        for (JsonNode code : filled.item().codes()) {
            if (filled.item().isQuestion()) {
                answers.computeIfAbsent(Json.text(code, "code"), c -> new ArrayList<>())
                        .addAll(filled.isEnabled() ? codes(filled) : List.of());
            }
        }
    }

    private static List<String> codes(Filled filled) {
        return filled.answers().stream()
                .map(answer -> Json.text(answer.path("valueCoding"), "code"))
                .toList();
    }

    /** The kind of need that a question asks about; the first of several. */
    static Optional<SdohCategory> category(FormItem item) {
        for (JsonNode coding : item.codes()) {
            String code = Json.text(coding, "code");
            List<Rule> rules = RULES.get(code);
            if (rules != null) {
                return Optional.of(rules.getFirst().category());
            }
            if (SAFETY.contains(code)) {
                return Optional.of(SdohCategory.INTIMATE_PARTNER_VIOLENCE);
            }
            if (Json.text(coding, "system").equals(USDA)) {
                return Optional.of(SdohCategory.FOOD_INSECURITY);
            }
        }
        return Optional.empty();
    }

    /** The need that this one answer to this question shows by itself; empty when it shows none. */
    static Optional<SdohCategory> need(FormItem item, ObjectNode answer) {
        String given = Json.text(answer.path("valueCoding"), "code");
        return item.codes().stream()
                .flatMap(code -> RULES.getOrDefault(Json.text(code, "code"), List.of()).stream())
                .filter(rule -> rule.answer().equals(given) && rule.meaning() == Finding.NEED)
                .map(Rule::category)
                .findFirst();
    }

    private void byAnswer() {
        answers.forEach((question, given) -> {
            List<Rule> rules = RULES.getOrDefault(question, List.of());
            rules.stream()
                    .map(Rule::category)
                    .distinct()
                    .forEach(category -> add(category, meaning(rules, category, given)));
        });
    }

    private static Finding meaning(List<Rule> rules, SdohCategory category, List<String> given) {
        List<Finding> says = given.stream()
                .map(answer -> rules.stream()
                        .filter(rule ->
                                rule.category() == category && rule.answer().equals(answer))
                        .map(Rule::meaning)
                        .findFirst()
                        .orElse(Finding.UNKNOWN))
                .toList();
        return says.stream().reduce(Finding::and).orElse(Finding.UNKNOWN);
    }

    private void add(SdohCategory category, Finding finding) {
        findings.merge(category, finding, Finding::and);
    }

    private @Nullable String one(String question) {
        List<String> given = answers.getOrDefault(question, List.of());
        return given.size() == 1 ? given.getFirst() : null;
    }

    /** Four questions of 1 to 5; above 10 is a need. What is missing is no "never": below that, the result is then unknown. */
    private void safety() {
        int sum = 0;
        int missing = 0;
        for (String question : SAFETY) {
            Integer points = OFTEN.get(Objects.requireNonNullElse(one(question), ""));
            sum += points == null ? 0 : points;
            missing += points == null ? 1 : 0;
        }
        Finding finding = sum > SAFE ? Finding.NEED : missing == 0 ? Finding.NO_NEED : Finding.UNKNOWN;
        add(SdohCategory.INTIMATE_PARTNER_VIOLENCE, finding);
        if (missing == 0) {
            scores.add(new Score(
                    new Coding(LOINC, "95614-4", "Total score [HITS]"),
                    points(sum),
                    finding == Finding.NEED,
                    SdohCategory.INTIMATE_PARTNER_VIOLENCE));
        }
    }

    /** Counts what is affirmed; how often meals were cut counts only where they were. */
    private void sixItems() {
        int least = 0;
        int most = 0;
        boolean cut = Objects.requireNonNullElse(one("AD1"), "").equals("LA33-6");
        boolean never = Objects.requireNonNullElse(one("AD1"), "").equals("LA32-8");
        for (String question : SIX_ITEMS) {
            String given = Objects.requireNonNullElse(one(question), "");
            boolean follows = question.equals("AD1a");
            boolean yes = AFFIRMED.contains(given) && (!follows || cut);
            boolean no = DENIED.contains(given) || follows && never;
            least += yes ? 1 : 0;
            most += yes || !no ? 1 : 0;
        }
        Finding finding = least >= 2 ? Finding.NEED : most <= 1 ? Finding.NO_NEED : Finding.UNKNOWN;
        add(SdohCategory.FOOD_INSECURITY, finding);
        if (least == most) {
            scores.add(new Score(
                    new Coding(USDA, "raw-score", "Raw score, six-item short form"),
                    points(least),
                    finding == Finding.NEED,
                    SdohCategory.FOOD_INSECURITY));
        }
        Coding band = band(least);
        if (band.equals(band(most))) {
            scores.add(new Score(
                    new Coding(USDA, "status", "Food security status, six-item short form"),
                    coded(band),
                    finding == Finding.NEED,
                    SdohCategory.FOOD_INSECURITY));
        }
    }

    private static Coding band(int score) {
        return score <= 1
                ? new Coding(USDA, "high-or-marginal", "High or marginal food security")
                : score <= 4
                        ? new Coding(USDA, "low", "Low food security")
                        : new Coding(USDA, "very-low", "Very low food security");
    }

    private void hunger() {
        Finding finding = findings.getOrDefault(SdohCategory.FOOD_INSECURITY, Finding.UNKNOWN);
        if (finding != Finding.UNKNOWN) {
            boolean need = finding == Finding.NEED;
            scores.add(new Score(
                    new Coding(LOINC, "88124-3", "Food insecurity risk [HVS]"),
                    coded(need ? new Coding(LOINC, "LA19952-3", "At risk") : new Coding(LOINC, "LA19983-8", "No risk")),
                    need,
                    SdohCategory.FOOD_INSECURITY));
        }
    }

    private static ObjectNode points(int sum) {
        ObjectNode value = Json.mapper().createObjectNode();
        value.putObject("valueQuantity")
                .put("value", sum)
                .put("unit", "{score}")
                .put("system", "http://unitsofmeasure.org")
                .put("code", "{score}");
        return value;
    }

    private static ObjectNode coded(Coding coding) {
        ObjectNode value = Json.mapper().createObjectNode();
        value.set("valueCodeableConcept", Elements.concept(coding));
        return value;
    }

    private static Map<String, List<Rule>> rules() {
        Map<String, List<Rule>> rules = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(Scoring.class.getResourceAsStream("answers.tsv"), "answers.tsv")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .forEach(f -> rules.computeIfAbsent(f[0], q -> new ArrayList<>())
                            .add(new Rule(
                                    f[1],
                                    Finding.valueOf(f[2]),
                                    SdohCategory.of(f[3]).orElseThrow())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(rules);
    }
}
