package health.weft.database;

import java.net.URI;
import java.net.URISyntaxException;

/** The address of a PostgreSQL as people write it, and as JDBC wants it. */
public final class DatabaseUrl {
    private DatabaseUrl() {}

    /**
     * Turns {@code postgresql://user:password@host:port/name?x=y}, as PostgreSQL's own tools write it, into JDBC's form.
     *
     * @throws IllegalArgumentException when it is none; the message shows how one looks
     */
    public static String jdbc(String url) {
        if (url.startsWith("jdbc:")) {
            return url;
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw wrong(); // without the cause, whose message quotes the password
        }
        if (uri.getHost() == null || !String.valueOf(uri.getScheme()).startsWith("postgres")) {
            throw wrong();
        }
        StringBuilder jdbc = new StringBuilder("jdbc:postgresql://").append(uri.getHost());
        if (uri.getPort() > 0) {
            jdbc.append(':').append(uri.getPort());
        }
        jdbc.append(uri.getRawPath()).append('?');
        if (uri.getRawUserInfo() != null) {
            String[] user = uri.getRawUserInfo().split(":", 2);
            jdbc.append("user=").append(user[0]).append('&');
            if (user.length > 1) {
                jdbc.append("password=").append(user[1]).append('&');
            }
        }
        return jdbc.append(uri.getRawQuery() == null ? "" : uri.getRawQuery()).toString();
    }

    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("The database URL must look like postgresql://user:password@host:5432/weft;"
                + " in a password, write what is neither letter nor digit as %40 and the like.");
    }
}
