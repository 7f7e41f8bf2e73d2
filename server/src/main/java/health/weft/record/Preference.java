package health.weft.record;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;

/** What a client says it would like, in Prefer (RFC 7240). */
public final class Preference {
    private Preference() {}

    /** Whether it is said: {@code respond-async}, {@code return=minimal}. */
    public static boolean has(HttpServletRequest request, String preference) {
        for (String header : Collections.list(request.getHeaders("Prefer"))) {
            for (String one : header.split("[,;]")) {
                if (one.strip().replace("\"", "").equalsIgnoreCase(preference)) {
                    return true;
                }
            }
        }
        return false;
    }
}
