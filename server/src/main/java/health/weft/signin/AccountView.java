package health.weft.signin;

import java.util.List;

/**
 * What "How you sign in" shows.
 *
 * @param recent whether they signed in a moment ago, so that passkeys may come and go
 * @param required whether the account's roles ask for a second factor
 * @param code whether a one-time password is set up
 * @param left recovery codes that were not used
 * @param shortest characters that a new password needs
 */
public record AccountView(
        boolean recent,
        boolean required,
        boolean code,
        int left,
        int shortest,
        List<Passkeys.Named> passkeys,
        List<OwnSessions.Open> sessions) {}
