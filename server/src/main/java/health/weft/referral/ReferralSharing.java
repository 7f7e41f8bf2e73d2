package health.weft.referral;

import health.weft.consent.Consents;
import health.weft.identity.Identity;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Relations;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What a referral opens to whom, and when that closes. */
@Component
class ReferralSharing {
    private final Relations relations;
    private final Records records;
    private final Identity identity;
    private final Consents consents;
    private final CandidateStore candidates;
    private final Clock clock = Clock.systemUTC();

    ReferralSharing(
            Relations relations, Records records, Identity identity, Consents consents, CandidateStore candidates) {
        this.relations = relations;
        this.records = records;
        this.identity = identity;
        this.consents = consents;
        this.candidates = candidates;
    }

    /** What everything stands under that a referral opens. */
    static String basis(String id) {
        return "Task/" + id;
    }

    /** What stands under it while several are asked: the Task alone. */
    static String basisOfAsking(String id) {
        return basis(id) + "/open";
    }

    /** What stands under it that was written for whoever asked, and stays theirs. */
    static String basisOfAnswers(String id) {
        return basis(id) + "/answers";
    }

    /** What stays open of it after it has ended, or its consent was taken back: the Task alone. */
    static String basisOfEnd(String id) {
        return basis(id) + "/ended";
    }

    /**
     * Opens to a party what it needs to help.
     *
     * @throws Problem unprocessable, when something of it is sensitive in a way that the person did not agree to show
     */
    void open(String id, String party, Collection<Long> rids, Consents.Permission permission) {
        if (!relations.share(party, rids, basis(id), permission.until(), permission.categories())) {
            throw sensitive();
        }
    }

    /**
     * Opens to whoever asked what the organisation that helps wrote for it.
     *
     * @throws Problem as {@link #open}
     */
    void answer(Referral referral, Collection<Long> rids, int categories) {
        if (!relations.share(referral.requester(), rids, basisOfAnswers(referral.id()), null, categories)) {
            throw sensitive();
        }
    }

    /** Closes to both sides what one of them wrote for the other and takes back. */
    void takeBack(Referral referral, Collection<Long> rids) {
        Instant now = clock.instant();
        relations.share(referral.owner(), rids, basis(referral.id()), now, 0);
        relations.share(referral.requester(), rids, basisOfAnswers(referral.id()), now, 0);
    }

    /** Opens to the person what was written about their referral. */
    void toPerson(Referral referral, Collection<Long> rids) {
        identity.partiesOf(referral.pat())
                .forEach(party ->
                        relations.share(party, rids, basisOfAnswers(referral.id()), null, relations.sensitive(rids)));
    }

    /**
     * Opens the Task alone, to a party that may not know yet whose it is; what it would open is held against the consent already.
     *
     * @param basis what the Task stands under
     * @throws Problem as {@link #open}
     */
    void openTask(String basis, String party, long task, Collection<Long> rids, Consents.Permission permission) {
        int categories = permission.categories();
        if ((relations.sensitive(rids) & ~categories) != 0
                || !relations.share(party, List.of(task), basis, permission.until(), categories)) {
            throw sensitive();
        }
    }

    /** Ends what one of several that are asked may see, or all of them. */
    void endAsking(String id, Optional<String> party) {
        party.ifPresentOrElse(
                one -> relations.share(one, List.of(read("Task", id).rid()), basisOfAsking(id), clock.instant(), 0),
                () -> relations.endShares(basisOfAsking(id), clock.instant()));
    }

    /**
     * Opens all of it, once the organisation has said that it helps: of the person's copies those that whoever sent it could read.
     *
     * @throws Problem unprocessable, when the consent does not permit it any more
     */
    void openAll(Referral referral, String party) {
        Stored consent = read("Consent", referral.consentId());
        Consents.Permission permission =
                consents.require(consent.json(), "Patient/" + referral.patientId(), party, clock.instant());
        List<Long> rids = new ArrayList<>(List.of(
                read("Task", referral.id()).rid(),
                read("ServiceRequest", referral.requestId()).rid(),
                consent.rid(),
                referral.pat()));
        Optional.ofNullable(referral.conditionId())
                .ifPresent(condition -> rids.add(read("Condition", condition).rid()));
        rids.addAll(candidates.offered(referral.id()));
        open(referral.id(), party, rids, permission);
    }

    /** The copies of the person that the caller may read: what another organisation knows of how to reach them, nobody types again. */
    Collection<Long> copies(Caller caller, long pat) {
        return identity.personOf(pat).stream()
                .flatMap(person -> identity.person(caller, person).pats().stream())
                .toList();
    }

    /** Closes it; the Task alone stays readable, so that both sides know how it ended. */
    void close(Referral referral) {
        end(referral.id(), clock.instant());
        endAsking(referral.id(), Optional.empty());
        if (!referral.owner().isEmpty()) {
            List<Long> task = List.of(read("Task", referral.id()).rid());
            relations.share(referral.owner(), task, basisOfEnd(referral.id()), null, relations.sensitive(task));
        }
    }

    /** Closes all of it at a moment. */
    void end(String id, @Nullable Instant at) {
        relations.endShares(basis(id), at);
    }

    private Stored read(String type, String id) {
        return records.read(Caller.PLATFORM, type, id);
    }

    private static Problem sensitive() {
        return Problem.unprocessable("What the referral shows is marked as sensitive. The Consent must name that: a"
                + " provision of type permit with its securityLabel.");
    }
}
