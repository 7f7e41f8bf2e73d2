package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FhirDateTest {
    @ParameterizedTest
    @CsvSource({
        "2024,                       2024-01-01T00:00:00Z, 2025-01-01T00:00:00Z",
        "1066-10-14,                 1066-10-14T00:00:00Z, 1066-10-15T00:00:00Z",
        "9999,                       9999-01-01T00:00:00Z, +10000-01-01T00:00:00Z",
        "2024-02,                    2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z",
        "2024-02-29,                 2024-02-29T00:00:00Z, 2024-03-01T00:00:00Z",
        "2024-02-29T10:00:00+02:00,  2024-02-29T08:00:00Z, 2024-02-29T08:00:01Z",
        "2024-02-29T10:00:00.5Z,     2024-02-29T10:00:00.500Z, 2024-02-29T10:00:00.600Z",
        "2024-02-29T10:00:00.1234567-05:30, 2024-02-29T15:30:00.123456Z, 2024-02-29T15:30:00.123457Z",
        "2024-02-29T10:00:60Z,       2024-02-29T10:01:00Z, 2024-02-29T10:01:01Z",
        "2024-02-29T10:00:00 02:00,  2024-02-29T08:00:00Z, 2024-02-29T08:00:01Z",
        "2024-02-29T10:00Z,          2024-02-29T10:00:00Z, 2024-02-29T10:01:00Z"
    })
    void a_date_is_the_span_it_means(String text, Instant lo, Instant hi) {
        FhirDate date = FhirDate.parse(text).orElseThrow();
        assertThat(date.lo()).isEqualTo(micros(lo));
        assertThat(date.hi()).isEqualTo(micros(hi));
    }

    private static long micros(Instant at) {
        return at.getEpochSecond() * 1_000_000 + at.getNano() / 1000;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "24",
                "2024-",
                "2024-1",
                "2024-13",
                "2024-00",
                "2023-02-29",
                "2024-02-29T",
                "2024-02-29T10",
                "2024-02-29T25:00:00Z",
                "2024-02-29T24:00",
                "2024-02-29T10:60",
                "2024-02-29T10:00:61Z",
                "2024-02-29T10:00:00.Z",
                "2024-02-29T10:00:00.1234567890Z",
                "2024-02-29T10:00:00+19:00",
                "2024-02-29T10:00:00+14:01",
                "0000",
                "0000-01-01",
                "2024-02-29T10:00:00+1",
                "2024-02-29T10:00:00ZZ",
                "2024-2-1",
                "yesterday",
                "2024-02-29T10:00:00x",
                "+024-01-01"
            })
    void what_is_no_date_is_none(String text) {
        assertThat(FhirDate.parse(text)).isEmpty();
    }

    @Test
    void without_a_zone_utc_is_meant() {
        assertThat(FhirDate.parse("2024-01-01T00:00:00")).isEqualTo(FhirDate.parse("2024-01-01T00:00:00Z"));
    }
}
