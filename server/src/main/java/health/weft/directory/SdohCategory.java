package health.weft.directory;

import health.weft.fhir.Elements.Coding;
import java.util.Optional;

/**
 * The categories of social need, as coded by HL7 Gravity SDOHCC 3.0.0 ({@code SDOHCC-CodeSystemTemporaryCodes}).
 *
 * <p>Screening, directory and referral all speak in these. Protective factors, which the guide lists beside them, are nothing that anybody is
 * helped with.
 */
public enum SdohCategory {
    FOOD_INSECURITY("food-insecurity", "Food Insecurity"),
    HOUSING_INSTABILITY("housing-instability", "Housing Instability"),
    HOMELESSNESS("homelessness", "Homelessness"),
    INADEQUATE_HOUSING("inadequate-housing", "Inadequate Housing"),
    TRANSPORTATION_INSECURITY("transportation-insecurity", "Transportation Insecurity"),
    FINANCIAL_INSECURITY("financial-insecurity", "Financial Insecurity"),
    MATERIAL_HARDSHIP("material-hardship", "Material Hardship"),
    EMPLOYMENT_STATUS("employment-status", "Employment Status"),
    VETERAN_STATUS("veteran-status", "Veteran Status"),
    STRESS("stress", "Stress"),
    SOCIAL_CONNECTION("social-connection", "Social Connection"),
    PERSONAL_HEALTH_LITERACY("personal-health-literacy", "Personal Health Literacy"),
    LANGUAGE_ACCESS("language-access", "Language Access"),
    DIGITAL_ACCESS("digital-access", "Digital Access"),
    DIGITAL_LITERACY("digital-literacy", "Digital Literacy"),
    HEALTH_INSURANCE("health-insurance-coverage-status", "Health Insurance Coverage Status"),
    MEDICAL_COST_BURDEN("medical-cost-burden", "Medical Cost Burden"),
    UTILITY_INSECURITY("utility-insecurity", "Utility Insecurity"),
    EDUCATIONAL_ATTAINMENT("educational-attainment", "Educational Attainment"),
    INCARCERATION_STATUS("incarceration-status", "Incarceration Status"),
    INTIMATE_PARTNER_VIOLENCE("intimate-partner-violence", "Intimate Partner Violence"),
    ELDER_ABUSE("elder-abuse", "Elder Abuse"),
    UNSPECIFIED("sdoh-category-unspecified", "SDOH Category Unspecified");

    public static final String SYSTEM =
            "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";

    private final String code;
    private final String display;

    SdohCategory(String code, String display) {
        this.code = code;
        this.display = display;
    }

    public String code() {
        return code;
    }

    /** Whether whoever lives with the person may be the danger, so that their own pages do not speak of it. */
    public boolean isDangerAtHome() {
        return this == INTIMATE_PARTNER_VIOLENCE || this == ELDER_ABUSE;
    }

    public Coding coding() {
        return new Coding(SYSTEM, code, display);
    }

    /** The category with this code; empty for one that Weft does not route. */
    public static Optional<SdohCategory> of(String code) {
        for (SdohCategory category : values()) {
            if (category.code.equals(code)) {
                return Optional.of(category);
            }
        }
        return Optional.empty();
    }
}
