package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    /** RFC 6238, appendix B, the rows of SHA-1. */
    @ParameterizedTest
    @CsvSource({
        "59, 94287082",
        "1111111109, 07081804",
        "1111111111, 14050471",
        "1234567890, 89005924",
        "2000000000, 69279037",
        "20000000000, 65353130"
    })
    void the_codes_are_those_of_the_standard(long second, String code) {
        assertThat(Totp.code(SECRET, Totp.step(Instant.ofEpochSecond(second)), 8))
                .isEqualTo(code);
    }

    /** RFC 4226, appendix D. */
    @ParameterizedTest
    @CsvSource({"0, 755224", "1, 287082", "2, 359152", "5, 254676", "9, 520489"})
    void six_digits_are_those_of_the_standard_for_counters(long counter, String code) {
        assertThat(Totp.code(SECRET, counter, 6)).isEqualTo(code);
    }

    @Test
    void a_clock_may_be_one_step_off_and_no_more() {
        Instant now = Instant.ofEpochSecond(1_111_111_111);
        long step = Totp.step(now);
        for (long off = -1; off <= 1; off++) {
            assertThat(Totp.matching(SECRET, Totp.code(SECRET, step + off, 6), now))
                    .hasValue(step + off);
        }
        assertThat(Totp.matching(SECRET, Totp.code(SECRET, step - 2, 6), now)).isEmpty();
        assertThat(Totp.matching(SECRET, Totp.code(SECRET, step + 2, 6), now)).isEmpty();
        assertThat(Totp.matching(SECRET, "", now)).isEmpty();
        assertThat(Totp.matching(SECRET, "1".repeat(100_000), now)).isEmpty();
    }

    /** RFC 4648, section 10, without padding. */
    @ParameterizedTest
    @CsvSource({"f, MY", "fo, MZXQ", "foo, MZXW6", "foob, MZXW6YQ", "fooba, MZXW6YTB", "foobar, MZXW6YTBOI"})
    void a_secret_is_written_as_apps_read_it(String words, String written) {
        assertThat(Secrets.base32(words.getBytes(StandardCharsets.US_ASCII))).isEqualTo(written);
    }

    @Test
    void the_picture_is_square_and_says_what_the_text_says() {
        Enrolment enrolment = Enrolment.of("ana maría@example.org", SECRET);
        assertThat(enrolment.code().address())
                .isEqualTo(
                        "otpauth://totp/Weft:ana%20mar%C3%ADa%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Weft");
        assertThat(enrolment.secret()).isEqualTo("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assertThat(enrolment.code().size()).isGreaterThan(40);
        assertThat(enrolment.code().path()).startsWith("M4,4h1v1h-1z");
    }
}
