package health.weft.security;

import java.util.Optional;

/** Whom apps act for and what they were let do; {@code smart} knows. */
public interface AppCallers {
    /** How each token of an app begins. */
    String TOKEN = "weftapp_";

    /** Stands in the user name of a caller that is an app, between that of the account and the id of what the account gave. */
    char VIA = '/';

    /** The caller whose token it is, when nothing of it has ended. */
    Optional<Caller> byToken(String token);

    /** The caller of this user name, for work that goes on without a request: {@code maya/<id>}. */
    Optional<Caller> byName(String username);

    /** Whether pages of this origin belong to an approved app, so that a browser lets them ask this server. */
    boolean isOrigin(String origin);
}
