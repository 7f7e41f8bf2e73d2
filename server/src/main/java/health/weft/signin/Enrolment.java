package health.weft.signin;

import health.weft.ui.ScanCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What an authenticator app needs to make somebody's codes.
 *
 * @param secret in groups, to be typed where nothing can be scanned
 * @param code the same to be scanned; its address is for a telephone that shows this page itself
 */
public record Enrolment(String secret, ScanCode code) {
    static Enrolment of(String username, byte[] secret) {
        String written = Secrets.base32(secret);
        String label = URLEncoder.encode(username, StandardCharsets.UTF_8).replace("+", "%20");
        return new Enrolment(
                Secrets.grouped(written),
                ScanCode.of("otpauth://totp/Weft:" + label + "?secret=" + written + "&issuer=Weft"));
    }
}
