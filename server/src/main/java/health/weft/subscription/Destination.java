package health.weft.subscription;

import health.weft.problem.Problem;
import health.weft.security.ServerAddress;
import java.io.IOException;
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
                if (!ServerAddress.isPublic(address)) {
                    throw new IOException("The host has an address that is not on the public internet.");
                }
            }
        }
        return addresses[0];
    }
}
