package health.weft.referral;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of a referral, beside the words: each part only where somebody said it.
 *
 * @param quantity how much was given, in {@code unit}; above 0, two decimals
 * @param unit in words, such as "boxes"; empty without a quantity
 * @param cost what it cost whoever gave it, US dollars, 0 to 1,000,000, two decimals
 */
public record Outcome(
        @Nullable Given kind,
        @Nullable BigDecimal quantity,
        String unit,
        @Nullable BigDecimal cost,
        @Nullable Resolved resolved,
        @Nullable Enrolment enrolment) {

    public static final int LONGEST_UNIT = 40;

    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000);
    /** R4's Procedure has no element for either; see decision 34. */
    private static final String AMOUNT = "https://weft.health/fhir/StructureDefinition/amount-given";

    private static final String COST = "https://weft.health/fhir/StructureDefinition/cost";

    public static final Outcome UNSAID = new Outcome(null, null, "", null, null, null);

    /**
     * Held against what can be.
     *
     * @throws Problem unprocessable, saying which part is out of bounds
     */
    public Outcome checked() {
        if (quantity != null && (quantity.signum() <= 0 || quantity.compareTo(MOST) > 0 || quantity.scale() > 2)) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.quantity");
        }
        if (unit.length() > LONGEST_UNIT) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.unit", LONGEST_UNIT);
        }
        if (cost != null && (cost.signum() < 0 || cost.compareTo(MOST) > 0 || cost.scale() > 2)) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.cost");
        }
        return this;
    }

    /** Whether anything is said at all. */
    public boolean isSaid() {
        return quantity != null || cost != null || resolved != null || enrolment != null;
    }

    /** Writes what a Procedure carries of it; nothing else of the Procedure is touched. */
    public void into(ObjectNode procedure) {
        if (quantity != null) {
            ObjectNode amount = procedure.withArray("extension").addObject().put("url", AMOUNT);
            ObjectNode value = amount.putObject("valueQuantity").put("value", quantity);
            if (!unit.isEmpty()) {
                value.put("unit", unit);
            }
        }
        if (cost != null) {
            ObjectNode price = procedure.withArray("extension").addObject().put("url", COST);
            price.putObject("valueMoney")
                    .put("value", cost.setScale(2, RoundingMode.UNNECESSARY))
                    .put("currency", "USD");
        }
        if (resolved != null) {
            procedure.set("outcome", Elements.concept(resolved.coding()));
        }
    }

    /**
     * What a Procedure says.
     *
     * @throws Problem as {@link #checked}
     */
    public static Outcome of(JsonNode procedure) {
        JsonNode amount = extension(procedure, AMOUNT).path("valueQuantity");
        JsonNode cost = extension(procedure, COST).path("valueMoney");
        if (cost.has("currency") && !Json.text(cost, "currency").equals("USD")) {
            throw Problem.unprocessable("The extension " + COST + " is in US dollars: currency USD.");
        }
        return new Outcome(
                        Elements.code(procedure.path("code"), ReferralFhir.SNOMED)
                                .flatMap(Given::of)
                                .orElse(null),
                        number(amount.path("value")),
                        Json.text(amount, "unit"),
                        number(cost.path("value")),
                        Elements.code(procedure.path("outcome"), ReferralFhir.SNOMED)
                                .flatMap(Resolved::of)
                                .orElse(null),
                        null)
                .checked();
    }

    Outcome enrolled(Optional<Enrolment> status) {
        return new Outcome(kind, quantity, unit, cost, resolved, status.orElse(enrolment));
    }

    private static @Nullable BigDecimal number(JsonNode value) {
        if (!value.isNumber()) {
            return null;
        }
        BigDecimal number = value.decimalValue();
        return number.stripTrailingZeros().scale() < 0 ? number.setScale(0, RoundingMode.UNNECESSARY) : number;
    }

    private static JsonNode extension(JsonNode procedure, String url) {
        return procedure
                .path("extension")
                .valueStream()
                .filter(extension -> Json.text(extension, "url").equals(url))
                .findFirst()
                .orElse(Json.mapper().missingNode());
    }
}
