package health.weft.screening;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.screening.HungerVitalSign.Result;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HungerVitalSignTest {

    @ParameterizedTest(name = "{0} and {1} is {2}")
    @CsvSource({
        // often, sometimes, never, don't know or refused; empty: not answered
        "LA28397-0, LA28398-8, AT_RISK",
        "LA28398-8, LA6729-3,  AT_RISK",
        "LA6729-3,  LA15775-2, AT_RISK",
        "LA15775-2, LA28397-0, AT_RISK",
        "LA28398-8, LA28398-8, NO_RISK",
        "LA28398-8, LA15775-2, UNKNOWN",
        "LA15775-2, LA15775-2, UNKNOWN",
        "LA28398-8, '',        UNKNOWN",
        "'',        '',        UNKNOWN",
    })
    void either_positive_answer_is_a_risk_and_a_refusal_is_never_no_risk(
            String worried, String lasted, Result expected) {
        Map<String, String> answers = new HashMap<>();
        if (!worried.isEmpty()) {
            answers.put(HungerVitalSign.WORRIED, worried);
        }
        if (!lasted.isEmpty()) {
            answers.put(HungerVitalSign.DID_NOT_LAST, lasted);
        }
        assertThat(HungerVitalSign.score(answers)).isEqualTo(expected);
    }
}
