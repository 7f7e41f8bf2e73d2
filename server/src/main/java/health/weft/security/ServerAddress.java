package health.weft.security;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.Set;

/** Which servers of others this one may be sent to by an address that somebody typed. */
public final class ServerAddress {
    private static final int LONGEST = 500;

    private ServerAddress() {}

    /**
     * Whether an API can be at this address: TLS, a host, no name and password, nothing after the path.
     *
     * @param httpHosts hosts that may be reached without TLS
     */
    public static boolean isBase(String base, Set<String> httpHosts) {
        try {
            URI uri = URI.create(base);
            boolean safe = "https".equals(uri.getScheme())
                    || "http".equals(uri.getScheme()) && httpHosts.contains(String.valueOf(uri.getHost()));
            return base.length() <= LONGEST
                    && safe
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether an address is one of the public internet (IANA special-purpose registries, RFC 6890). */
    public static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] b = address.getAddress();
        int first = b[0] & 0xff;
        int second = b[1] & 0xff;
        return switch (address) {
            case Inet4Address v4 ->
                first != 0
                        && first < 240
                        && !(first == 100 && second >= 64 && second < 128)
                        && !(first == 192 && second == 0 && (b[2] == 0 || b[2] == 2))
                        && !(first == 198 && (second == 18 || second == 19))
                        && !(first == 198 && second == 51 && b[2] == 100)
                        && !(first == 203 && second == 0 && b[2] == 113);
            case Inet6Address v6 ->
                // Only global unicast, without the ranges that carry an IPv4 address inside or stand for documentation.
                (first & 0xe0) == 0x20
                        && !(first == 0x20 && second == 0x02)
                        && !(first == 0x20 && second == 0x01 && b[2] == 0 && b[3] == 0)
                        && !(first == 0x20 && second == 0x01 && b[2] == 0x0d && (b[3] & 0xff) == 0xb8);
            default -> false;
        };
    }
}
