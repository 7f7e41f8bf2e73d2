package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UcumTest {
    @ParameterizedTest
    @CsvSource({
        "7.20,  mg/dL,   72.0,                 g.m-3",
        "4.0,   mg,      0.0040,               g",
        "5,     %,       0.05,                 1",
        "5,     1,       5,                    1",
        "5,     {score}, 5,                    1",
        "60,    /min,    1,                    s-1",
        "0.5,   h,       1800,                 s",
        "1,     [lb_av], 453.59237,            g",
        "120,   mm[Hg],  15998640,             g.m-1.s-2",
        "37.0,  Cel,     310.15,               K",
        "98.6,  [degF],  310.15,               K",
        "7.4,   [pH],    7.4,                  [pH]",
        "3,     dB,      3,                    dB",
        "40,    [IU]/mL, 40000000,             [iU].m-3",
        "40,    [iU]/mL, 40000000,             [iU].m-3",
        "40,    [beth'U]/mL, 40000000,         [beth'U].m-3",
        "1,     [Btu],   1054350,              g.m2.s-2",
    })
    void a_quantity_comes_in_base_units(BigDecimal value, String code, BigDecimal expected, String unit) {
        Ucum.Canonical canonical = Ucum.canonical(value, code).orElseThrow();
        assertThat(canonical.unit()).isEqualTo(unit);
        assertThat(canonical.value()).isEqualByComparingTo(expected);
    }

    @Test
    void significant_digits_stay() {
        assertThat(Ucum.canonical(new BigDecimal("7.20"), "cm").orElseThrow().value())
                .isEqualTo(new BigDecimal("0.0720"));
        assertThat(Ucum.canonical(new BigDecimal("12345678901234567890.123"), "mg")
                        .orElseThrow()
                        .value())
                .isEqualTo(new BigDecimal("12345678901234567.890123"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "mg dL", "foo", "mg/", "(mg", "((((((((((", "\u00b5g", "years", "]["})
    void what_is_no_unit_is_none(String code) {
        assertThat(Ucum.canonical(BigDecimal.ONE, code)).isEmpty();
    }

    @Test
    void an_overlong_code_is_none() {
        assertThat(Ucum.isUnit("m".concat(".m".repeat(500)))).isFalse();
        assertThat(Ucum.isUnit("(".repeat(199))).isFalse();
    }
}
