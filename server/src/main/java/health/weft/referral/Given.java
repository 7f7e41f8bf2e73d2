package health.weft.referral;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements.Coding;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What was given, as far as standards have a code for it: Procedure.code, SNOMED CT. */
public enum Given {
    FOOD("710925007", "Provision of food"),
    PANTRY("464031000124101", "Referral to food pantry program"),
    PANTRY_APPLICATION("467771000124109", "Assistance with application for food pantry program"),
    SOCIAL_SERVICE("410606002", "Social service procedure");

    private final String code;
    private final String display;

    Given(String code, String display) {
        this.code = code;
        this.display = display;
    }

    public String code() {
        return code;
    }

    Coding coding() {
        return new Coding(ReferralFhir.SNOMED, code, display);
    }

    /** The kinds to choose from for a need, the most usual first. */
    public static List<Given> forCategory(SdohCategory category) {
        return category == SdohCategory.FOOD_INSECURITY
                ? List.of(FOOD, PANTRY, PANTRY_APPLICATION, SOCIAL_SERVICE)
                : List.of(SOCIAL_SERVICE);
    }

    static Optional<Given> of(String code) {
        return Arrays.stream(values()).filter(given -> given.code.equals(code)).findFirst();
    }
}
