package health.weft.referral;

import health.weft.identity.Identity;
import health.weft.notice.Notices;
import org.springframework.stereotype.Component;

/** Tells whoever is concerned by a referral, that there is something for them: those who work for an organisation, or the person. */
@Component
class ReferralNotices {
    private final Identity identity;
    private final Notices notices;

    ReferralNotices(Identity identity, Notices notices) {
        this.identity = identity;
        this.notices = notices;
    }

    /**
     * Tells one side.
     *
     * @param pat whom it is about, row id of the Patient
     * @param party that is told
     * @param words key of the messages as {@link Notices} has it; to a person, {@code own-} and this
     */
    void tell(long pat, String party, String words) {
        identity.personOf(pat).ifPresent(person -> {
            if (party.startsWith("Person/")) {
                notices.person(person, identity.idsOf(person), "own-" + words);
            } else {
                notices.party(party, words, person);
            }
        });
    }
}
