package health.weft.signin;

import java.util.List;

/**
 * What "How you sign in" shows.
 *
 * @param recent whether they signed in a moment ago, so that passkeys may come and go
 * @param required whether the account's roles ask for a second factor
 * @param password whether the account has one; without, it came by the network's provider
 * @param code whether a one-time password is set up
 * @param providers those that people may sign in with too
 * @param left recovery codes that were not used
 * @param shortest characters that a new password needs
 */
public record AccountView(
        boolean recent,
        boolean required,
        boolean password,
        List<Elsewhere> providers,
        boolean code,
        int left,
        int shortest,
        List<Passkeys.Named> passkeys,
        List<OwnSessions.Open> sessions) {

    /**
     * A provider of OpenID Connect.
     *
     * @param joined whether the account is joined to somebody there
     */
    public record Elsewhere(String id, String name, boolean joined) {}
}
