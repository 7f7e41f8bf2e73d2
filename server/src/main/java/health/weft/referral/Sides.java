package health.weft.referral;

import health.weft.consent.Consents;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The two organisations of a referral, for features that add to it what both sides read: who they are, what one of them opens to the
 * other, and that the other is told.
 */
@Component
@Transactional
public class Sides {
    private final ReferralStore store;
    private final ReferralSharing sharing;
    private final ReferralNotices notices;
    private final ReferralNews news;
    private final LightLinks links;
    private final Records records;
    private final Consents consents;
    private final SelfReferralPolicy own;
    private final Identity identity;
    private final Duration accessAfterEnd;
    private final Clock clock = Clock.systemUTC();

    Sides(
            ReferralStore store,
            ReferralSharing sharing,
            ReferralNotices notices,
            ReferralNews news,
            LightLinks links,
            Records records,
            Consents consents,
            SelfReferralPolicy own,
            Identity identity,
            @Value("${weft.referral.access-after-end:30d}") Duration accessAfterEnd) {
        this.store = store;
        this.sharing = sharing;
        this.notices = notices;
        this.news = news;
        this.links = links;
        this.records = records;
        this.consents = consents;
        this.own = own;
        this.identity = identity;
        this.accessAfterEnd = accessAfterEnd;
    }

    /** The referral, held until the transaction ends, whoever asks: for books that are kept in the transaction of a write. */
    public Optional<Referral> held(String id) {
        return store.lock(id);
    }

    /** The side that a party is not on, {@code Organization/<id>}; empty for whoever is on none, and while there is only one. */
    public static Optional<String> other(Referral referral, String party) {
        String other = referral.owner().equals(party)
                ? referral.requester()
                : referral.requester().equals(party) ? referral.owner() : "";
        return Optional.of(other).filter(side -> side.startsWith("Organization/") && !side.equals(party));
    }

    /** Its name. */
    public static String nameOf(Referral referral, String party) {
        return referral.owner().equals(party) ? referral.ownerName() : referral.requesterName();
    }

    /** Whether a party is one of the two organisations, and the other is there too. */
    public static boolean isSide(Referral referral, Caller caller) {
        return !caller.is(Role.PATIENT) && other(referral, caller.party()).isPresent();
    }

    /**
     * The other side, as long as one may still say something to it: until the referral ends, and after help was given for as long as the
     * organisation that gave it may read it.
     *
     * @throws Problem forbidden for whoever is on no side; conflict once it has ended, and before anybody has taken it on
     */
    public String reachable(Caller caller, Referral referral) {
        String other = other(referral, caller.party())
                .filter(side -> !caller.is(Role.PATIENT))
                .orElse("");
        if (other.isEmpty()) {
            throw referral.isOpen() && referral.requester().equals(caller.party())
                    ? Problem.of(Category.CONFLICT, "referral.problem.side-none")
                    : Problem.of(Category.FORBIDDEN, "referral.problem.side");
        }
        if (!isReachable(referral)) {
            throw Problem.of(Category.CONFLICT, "referral.problem.side-ended");
        }
        return other;
    }

    /** Whether a referral is for whom the caller decides: for themselves, or for whom they act for. */
    public boolean isOwn(Caller caller, Referral referral) {
        return own.mayAsk(caller)
                && identity.personOf(referral.pat())
                        .filter(identity.idsOf(own.person(caller))::contains)
                        .isPresent();
    }

    /**
     * The organisation that helps, as long as the person may send something to it.
     *
     * @throws Problem forbidden, for all but the person and who decides with them; conflict as {@link #reachable}
     */
    public String helping(Caller caller, Referral referral) {
        if (!isOwn(caller, referral)) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.side");
        }
        if (!referral.owner().startsWith("Organization/")) {
            throw Problem.of(Category.CONFLICT, "referral.problem.side-none");
        }
        if (!isReachable(referral)) {
            throw Problem.of(Category.CONFLICT, "referral.problem.side-ended");
        }
        return referral.owner();
    }

    /** Whether both sides may still say something about it. */
    public boolean isReachable(Referral referral) {
        Instant until = closes(referral);
        return !referral.isOpen()
                && (!referral.status().isEnd()
                        || until != null && clock.instant().isBefore(until));
    }

    /**
     * Opens to the other side what one side wrote about it: to whoever helps under the referral and for as long as that is open, to
     * whoever asked for good, as an answer that it was given.
     *
     * @param rids of what was written
     * @throws Problem unprocessable, when the consent does not permit it any more, or something of it is sensitive in a way that it does
     *     not name
     */
    public void open(Caller by, Referral referral, Collection<Long> rids) {
        Stored consent = records.read(Caller.PLATFORM, "Consent", referral.consentId());
        Consents.Permission permission =
                consents.require(consent.json(), "Patient/" + referral.patientId(), referral.owner(), clock.instant());
        if (by.party().equals(referral.owner())) {
            sharing.answer(referral, rids, permission.categories());
        } else {
            Instant until = earlier(permission.until(), closes(referral));
            sharing.open(
                    referral.id(), referral.owner(), rids, new Consents.Permission(permission.categories(), until));
        }
    }

    /** Closes to the other side what one side wrote about it and takes back. */
    public void takeBack(Referral referral, Collection<Long> rids) {
        sharing.takeBack(referral, rids);
    }

    /** Opens to the person themselves what would not stand in their record otherwise. */
    public void openToPerson(Referral referral, Collection<Long> rids) {
        sharing.toPerson(referral, rids);
    }

    /**
     * Tells the other side that something was written: its open pages, and a mail that says nothing of it.
     *
     * @param words as {@link health.weft.notice.Notices} has them
     */
    public void tell(Caller by, Referral referral, String words) {
        news.tell(referral);
        (by.is(Role.PATIENT) ? Optional.of(referral.owner()) : other(referral, by.party())).ifPresent(side -> {
            if (referral.light() && side.equals(referral.owner())) {
                links.message(referral);
            } else {
                notices.tell(referral.pat(), side, words);
            }
        });
    }

    /** Tells the open pages of all whom it concerns. */
    public void changed(Referral referral) {
        news.tell(referral);
    }

    private @Nullable Instant closes(Referral referral) {
        Instant done = referral.completedAt();
        return referral.status() == ReferralStatus.COMPLETED && done != null ? done.plus(accessAfterEnd) : null;
    }

    private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
        return a == null ? b : b == null || a.isBefore(b) ? a : b;
    }
}
