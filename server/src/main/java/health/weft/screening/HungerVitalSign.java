package health.weft.screening;

import health.weft.fhir.Elements.Coding;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The Hunger Vital Sign (LOINC 88121-9): two questions, and at risk when either is often or sometimes true.
 *
 * <p>Hager, E. R. et al. (2010), Pediatrics 126(1), e26-e32. "Don't know or refused" is no answer: with it, and without a
 * positive answer to the other question, the result is unknown and never "no risk".
 */
final class HungerVitalSign {
    static final String LOINC = "http://loinc.org";
    static final String WORRIED = "88122-7";
    static final String DID_NOT_LAST = "88123-5";
    static final Coding RISK = new Coding(LOINC, "88124-3", "Food insecurity risk [HVS]");
    static final List<String> QUESTIONS = List.of(WORRIED, DID_NOT_LAST);

    private static final Set<String> POSITIVE = Set.of("LA28397-0", "LA6729-3");
    private static final String NEVER = "LA28398-8";

    private HungerVitalSign() {}

    /** What the two answers say together. */
    enum Result {
        AT_RISK,
        NO_RISK,
        UNKNOWN;

        /** The answer code of LOINC 88124-3; there is none for unknown. */
        Coding coding() {
            return switch (this) {
                case AT_RISK -> new Coding(LOINC, "LA19952-3", "At risk");
                case NO_RISK -> new Coding(LOINC, "LA19983-8", "No risk");
                case UNKNOWN -> throw new IllegalStateException("an unknown result has no answer code");
            };
        }

        String key() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** Whether an answer code is one that puts a person at risk. */
    static boolean isPositive(String answer) {
        return POSITIVE.contains(answer);
    }

    /**
     * The score.
     *
     * @param answers LOINC answer code by question code; a question may be missing
     */
    static Result score(Map<String, String> answers) {
        if (QUESTIONS.stream().anyMatch(question -> isPositive(answers.getOrDefault(question, "")))) {
            return Result.AT_RISK;
        }
        return QUESTIONS.stream()
                        .allMatch(question -> answers.getOrDefault(question, "").equals(NEVER))
                ? Result.NO_RISK
                : Result.UNKNOWN;
    }
}
