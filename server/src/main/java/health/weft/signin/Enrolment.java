package health.weft.signin;

import io.nayuki.qrcodegen.QrCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What an authenticator app needs to make somebody's codes.
 *
 * @param secret in groups, to be typed where nothing can be scanned
 * @param address the same for a telephone that shows this page itself
 * @param size of the QR code, in modules with its quiet zone
 * @param path the dark modules, as the data of an SVG path
 */
public record Enrolment(String secret, String address, int size, String path) {
    /** ISO/IEC 18004 asks for four empty modules around. */
    private static final int QUIET = 4;

    static Enrolment of(String username, byte[] secret) {
        String written = Secrets.base32(secret);
        String label = URLEncoder.encode(username, StandardCharsets.UTF_8).replace("+", "%20");
        String address = "otpauth://totp/Weft:" + label + "?secret=" + written + "&issuer=Weft";
        QrCode code = QrCode.encodeText(address, QrCode.Ecc.MEDIUM);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + QUIET)
                            .append(',')
                            .append(y + QUIET)
                            .append("h1v1h-1z");
                }
            }
        }
        return new Enrolment(Secrets.grouped(written), address, code.size + 2 * QUIET, path.toString());
    }
}
