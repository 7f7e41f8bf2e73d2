package health.weft.screening;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** How a need of each kind is coded: SNOMED CT and ICD-10-CM (SDOHCC 3.0.0); in words alone where neither has it. */
final class NeedCode {
    private NeedCode() {}

    static ObjectNode of(SdohCategory category) {
        return switch (category) {
            case FOOD_INSECURITY -> coded("Food insecurity", "733423003", "Z59.41");
            case HOUSING_INSTABILITY -> coded("Housing instability", "", "Z59.819");
            case HOMELESSNESS -> coded("Homelessness", "32911000", "Z59.00");
            case INADEQUATE_HOUSING -> coded("Inadequate housing", "", "Z59.10");
            case TRANSPORTATION_INSECURITY -> coded("Transportation insecurity", "", "Z59.82");
            case FINANCIAL_INSECURITY -> coded("Financial insecurity", "", "Z59.86");
            case MATERIAL_HARDSHIP -> coded("Material hardship", "", "Z59.87");
            case UTILITY_INSECURITY -> coded("Inadequate housing utilities", "", "Z59.12");
            case EMPLOYMENT_STATUS -> coded("Unemployed", "73438004", "Z56.0");
            case EDUCATIONAL_ATTAINMENT -> coded("Less than a high school diploma", "", "Z55.5");
            case STRESS -> coded("Stress", "", "Z73.3");
            case HEALTH_INSURANCE -> coded("Insufficient health insurance coverage", "", "Z59.71");
            case INTIMATE_PARTNER_VIOLENCE -> coded("May not be safe at home", "706893006", "");
            case ELDER_ABUSE -> Elements.text("May not be safe with whoever cares for them");
            case VETERAN_STATUS ->
                Elements.text("Has served in the armed forces and needs help with what follows from it");
            case LANGUAGE_ACCESS -> Elements.text("Cannot use services in the languages they are offered in");
            case DIGITAL_ACCESS -> Elements.text("Has no device or connection to the internet");
            case DIGITAL_LITERACY -> Elements.text("Has difficulty using devices and the internet");
            case SOCIAL_CONNECTION -> Elements.text("Few contacts with others");
            case INCARCERATION_STATUS -> Elements.text("Was in jail or prison in the past year");
            case MEDICAL_COST_BURDEN -> Elements.text("Could not get medicine or health care when needed");
            case PERSONAL_HEALTH_LITERACY -> Elements.text("Difficulty understanding health information");
            case UNSPECIFIED -> Elements.text("Social need");
        };
    }

    /** What is aimed at. */
    static ObjectNode goal(SdohCategory category, String words) {
        ObjectNode description = Json.mapper().createObjectNode();
        if (category == SdohCategory.FOOD_INSECURITY) {
            description = Elements.concept(new Coding("http://snomed.info/sct", "1078229009", "Food security"));
        }
        return description.put("text", words);
    }

    private static ObjectNode coded(String words, String snomed, String icd10) {
        List<Coding> codings = new ArrayList<>();
        if (!snomed.isEmpty()) {
            codings.add(new Coding("http://snomed.info/sct", snomed, words));
        }
        if (!icd10.isEmpty()) {
            codings.add(new Coding("http://hl7.org/fhir/sid/icd-10-cm", icd10, words));
        }
        return Elements.concept(codings.toArray(Coding[]::new)).put("text", words);
    }
}
