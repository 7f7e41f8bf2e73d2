package health.weft.subscription;

import health.weft.problem.Problem;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Where a rest-hook goes: an http or https address on the public internet. The host is resolved and each of its addresses looked at
 * when something is sent, and the connection goes to the address that was looked at, so that a name that changes its meaning in
 * between leads nowhere.
 *
 * @param path with its query
 */
public record Destination(boolean tls, String host, int port, String path) {

    /**
     * Reads it, without asking anybody for the host.
     *
     * @throws Problem saying what it must look like
     */
    public static Destination of(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("The endpoint must be an http or https address.");
        }
        String scheme = String.valueOf(uri.getScheme());
        String host = uri.getHost();
        if (!(scheme.equals("http") || scheme.equals("https")) || host == null || uri.getRawUserInfo() != null) {
            throw Problem.invalid(
                    "The endpoint must be an http or https address with a host and without a user; credentials go into channel.header.");
        }
        boolean tls = scheme.equals("https");
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new Destination(
                tls,
                host.replaceAll("^\\[|]$", ""),
                uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80,
                uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
    }

    /**
     * The address to connect to.
     *
     * @param allowed hosts that are always allowed, by name
     * @param privateToo whether private addresses are
     * @throws IOException when the name is not known, or any of its addresses is not allowed
     */
    public InetAddress address(Set<String> allowed, boolean privateToo) throws IOException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("The host's name is not known.");
        }
        if (!privateToo && !allowed.contains(host)) {
            for (InetAddress address : addresses) {
                if (!isPublic(address)) {
                    throw new IOException("The host has an address that is not on the public internet.");
                }
            }
        }
        return addresses[0];
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
