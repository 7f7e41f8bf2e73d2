package health.weft.security;

import health.weft.store.RecordStore.Question;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whom apps act for and what they were let do; {@code smart} knows. */
public interface AppCallers {
    /** How each token of an app begins. */
    String TOKEN = "weftapp_";

    /** Stands in the user name of a caller that is an app, between that of the account and the id of what the account gave. */
    char VIA = '/';

    /** The caller whose token it is, when nothing of it has ended. */
    Optional<Caller> byToken(String token);

    /**
     * Whom a token lets in, and how to ask in the journey of a later request whether it still does.
     *
     * @param still the answer is true for the very same caller alone; null when what the caller may is worked out anew for each request
     */
    record Known(Caller caller, @Nullable Question<Boolean> still) {}

    /** The same as {@link #byToken}, to be remembered for some seconds. */
    Optional<Known> known(String token);

    /** The caller of this user name, for work that goes on without a request: {@code maya/<id>}. */
    Optional<Caller> byName(String username);

    /** Whether pages of this origin belong to an approved app, so that a browser lets them ask this server. */
    boolean isOrigin(String origin);
}
