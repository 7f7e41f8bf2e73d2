package health.weft.referral;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A service that is asked by a referral together with others.
 *
 * @param serviceId null where the organisation is asked and no service is named
 * @param state what came of it there
 * @param reasonText why it said no, null otherwise
 * @param light whether it answers by a mailed link
 */
public record Candidate(
        String party,
        String partyName,
        @Nullable String serviceId,
        String serviceName,
        State state,
        @Nullable String reasonCode,
        @Nullable String reasonText,
        boolean light) {

    /** What came of asking one of several. */
    public enum State {
        /** It has not answered. */
        ASKED,
        /** It said no. */
        DECLINED,
        /** It was the first to say yes. */
        CLAIMED,
        /** Another helps, or it was withdrawn. */
        PASSED;

        /** The part of a message key that names this. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean isWaiting() {
        return state == State.ASKED;
    }

    /** The same calling its service so. */
    Candidate calling(String name) {
        return new Candidate(party, partyName, serviceId, name, state, reasonCode, reasonText, light);
    }
}
