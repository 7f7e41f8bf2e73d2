package health.weft.chart;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import health.weft.ui.Text;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.support.ResourceBundleMessageSource;
import tools.jackson.databind.node.ObjectNode;

class DoseTest {
    private static final String DOSAGE = """
            {"timing":{"repeat":{"frequency":%s,"period":%s,"periodUnit":"%s"}},"doseAndRate":[{"doseQuantity":{"value":%s}}]}""";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1 | 1.0 | d  | 1.0 | 1 × 1/d    | 1, once a day              | 1, una vez al día
                    2 | 1   | d  | 1   | 1 × 2/d    | 1, 2 times a day           | 1, 2 veces al día
                    1 | 6   | h  | 2.5 | 2.5 × 1/6 h| 2.5, once every 6 hours    | 2.5, una vez cada 6 horas
                    1 | 4   | wk | 1   | 1 × 1/4 wk | 1, once every 4 weeks      | 1, una vez cada 4 semanas
                    """)
    void a_dose_without_words_is_said_in_the_readers(
            String frequency, String period, String unit, String amount, String code, String english, String spanish) {
        Dose dose = Objects.requireNonNull(Dose.of(dosage(frequency, period, unit, amount)));
        assertThat(dose.code()).isEqualTo(code);
        assertThat(dose.in(text("en-US"))).isEqualTo(english);
        assertThat(dose.in(text("es-US"))).isEqualTo(spanish);
    }

    @Test
    void what_does_not_fit_is_left_unsaid_rather_than_said_wrong() {
        assertThat(Dose.of(dosage("1", "1.5", "d", "1"))).isNull();
        assertThat(Dose.of(dosage("1", "1", "min", "1"))).isNull();
        assertThat(Dose.of(Json.parse("{\"asNeededBoolean\":true}".getBytes(StandardCharsets.UTF_8))))
                .isNull();
    }

    private static ObjectNode dosage(String frequency, String period, String unit, String amount) {
        return Json.parse(DOSAGE.formatted(frequency, period, unit, amount).getBytes(StandardCharsets.UTF_8));
    }

    private static Text text(String language) {
        ResourceBundleMessageSource messages = new ResourceBundleMessageSource();
        messages.setDefaultEncoding("UTF-8");
        messages.setFallbackToSystemLocale(false);
        messages.setBasename("messages/chart");
        return new Text(messages, Locale.forLanguageTag(language), ZoneOffset.UTC);
    }
}
