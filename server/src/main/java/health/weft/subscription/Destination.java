package health.weft.subscription;

import health.weft.problem.Problem;
import java.net.URI;

/**
 * Where a rest-hook goes: an http or https address of a host, without a user. Whether the host is one that may be reached is looked at when
 * something is sent ({@link health.weft.security.Outgoing}).
 */
public record Destination(URI uri) {

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
        if (!(scheme.equals("http") || scheme.equals("https"))
                || uri.getHost() == null
                || uri.getRawUserInfo() != null) {
            throw Problem.invalid(
                    "The endpoint must be an http or https address with a host and without a user; credentials go into channel.header.");
        }
        return new Destination(uri);
    }

    public boolean tls() {
        return uri.getScheme().equals("https");
    }
}
