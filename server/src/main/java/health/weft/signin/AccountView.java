package health.weft.signin;

import java.util.List;

/**
 * What "How you sign in" shows.
 *
 * @param required whether the account's roles ask for a second factor
 * @param code whether a one-time password is set up
 * @param left recovery codes that were not used
 * @param shortest characters that a new password needs
 */
public record AccountView(
        boolean required,
        boolean code,
        int left,
        int shortest,
        List<Passkeys.Named> passkeys,
        List<OwnSessions.Open> sessions) {}
