package health.weft.chart;

import health.weft.ui.Text;
import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How much of a medicine to take how often, from FHIR's Dosage (R4, 2.24.0.13) where its author wrote no words.
 *
 * @param amount units or tablets at a time
 * @param frequency how many times in a period
 * @param period how many of its unit
 * @param unit UCUM: h, d, wk, mo
 */
record Dose(BigDecimal amount, int frequency, int period, String unit) {
    private static final Set<String> UNITS = Set.of("h", "d", "wk", "mo");

    /** Null when it is said in a way that these four cannot hold, such as as needed or before meals. */
    static @Nullable Dose of(JsonNode dosage) {
        JsonNode repeat = dosage.path("timing").path("repeat");
        JsonNode amount =
                dosage.path("doseAndRate").path(0).path("doseQuantity").path("value");
        JsonNode period = repeat.path("period");
        String unit = repeat.path("periodUnit").asString("");
        if (!amount.isNumber()
                || !repeat.path("frequency").isIntegralNumber()
                || !period.isNumber()
                || period.decimalValue().stripTrailingZeros().scale() > 0
                || !UNITS.contains(unit)) {
            return null;
        }
        return new Dose(amount.decimalValue(), repeat.path("frequency").intValue(), period.intValue(), unit);
    }

    /** Short and the same in every language: {@code 1 × 2/d}, {@code 1 × 1/4 wk}. */
    String code() {
        return number() + " × " + frequency + "/" + (period == 1 ? "" : period + " ") + unit;
    }

    /** In the reader's words: {@code 1, twice a day}. */
    String in(Text text) {
        return text.get(
                "chart.dose",
                number(),
                text.count("chart.dose.times", frequency),
                text.count("chart.dose.per." + unit, period));
    }

    private String number() {
        return amount.stripTrailingZeros().toPlainString();
    }
}
