package health.weft.signin;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Where a try to sign in comes from.
 *
 * @param address IPv4, or the first 64 bits of an IPv6 address, which are one household
 * @param device the cookie of a browser that somebody signed in with before, or null; not checked yet
 */
record Origin(String address, @Nullable String device) implements Serializable {
    static final String COOKIE = "weft-device";

    static Origin of(HttpServletRequest request) {
        return new Origin(network(request.getRemoteAddr()), cookie(request));
    }

    private static @Nullable String cookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(COOKIE) && cookie.getValue().length() <= 100) {
                    return cookie.getValue();
                }
            }
        }
        return null;
    }

    /** A forwarded address may be any words: what is no address stands for itself, cut. */
    static String network(String address) {
        if (!address.matches("[0-9a-fA-F:.]{2,45}") || !address.contains(":")) {
            return address.length() > 45 ? address.substring(0, 45) : address;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            if (bytes.length != 16) {
                return address;
            }
            StringBuilder network = new StringBuilder();
            for (int i = 0; i < 8; i += 2) {
                network.append("%02x%02x:".formatted(bytes[i], bytes[i + 1]));
            }
            return network + ":";
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
