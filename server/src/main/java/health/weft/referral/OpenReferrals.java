package health.weft.referral;

import static health.weft.fhir.Elements.target;

import health.weft.consent.Consents;
import health.weft.directory.Directory;
import health.weft.directory.Service;
import health.weft.fhir.Elements;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Candidate.State;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Referrals without owner (SDOHCC's open Task): several are asked at once, each reads the kind of help and the area and not whose it is,
 * and the first to say yes has it. Who may claim it is who the person's consent names.
 */
@Component
class OpenReferrals {
    /** Asked at once, at most. */
    static final int MOST = 20;

    private static final int NAMED = 3;

    private final CandidateStore candidates;
    private final ReferralStore store;
    private final Records records;
    private final Directory directory;
    private final Consents consents;
    private final ReferralSharing sharing;
    private final LightLinks links;
    private final Accounts accounts;
    private final Clock clock = Clock.systemUTC();

    OpenReferrals(
            CandidateStore candidates,
            ReferralStore store,
            Records records,
            Directory directory,
            Consents consents,
            ReferralSharing sharing,
            LightLinks links,
            Accounts accounts) {
        this.candidates = candidates;
        this.store = store;
        this.records = records;
        this.directory = directory;
        this.consents = consents;
        this.sharing = sharing;
        this.links = links;
        this.accounts = accounts;
    }

    /**
     * Who is asked: the services that ServiceRequest.performer names, or without any the organisations that the consent names.
     *
     * @throws Problem unprocessable, when that is nobody, too many, one twice, or one that cannot see a Task; conflict, when a service
     *     takes nobody now
     */
    List<Candidate> candidates(ObjectNode serviceRequest, ObjectNode consent) {
        List<Candidate> asked = new ArrayList<>(
                references(serviceRequest.path("performer").valueStream().map(Elements::target), "HealthcareService")
                        .map(this::service)
                        .toList());
        if (asked.isEmpty()) {
            references(
                            consent.path("provision")
                                    .path("actor")
                                    .valueStream()
                                    .map(actor -> target(actor.path("reference"))),
                            "Organization")
                    .flatMap(id -> organization("Organization/" + id).stream())
                    .forEach(asked::add);
        }
        if (asked.isEmpty()) {
            throw Problem.unprocessable(
                    "A Task without owner is open to those that the person agreed to: name their services"
                            + " in ServiceRequest.performer, or the organisations in Consent.provision.actor.");
        }
        if (asked.size() > MOST) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.many", MOST);
        }
        Set<String> once = new HashSet<>();
        for (Candidate candidate : asked) {
            if (!once.add(candidate.party())) {
                throw Problem.of(Category.UNPROCESSABLE, "referral.problem.twice", candidate.partyName());
            }
        }
        return asked;
    }

    private static Stream<String> references(Stream<String> references, String type) {
        return references
                .flatMap(reference -> Referrals.id(reference, type).stream())
                .distinct();
    }

    private Candidate service(String id) {
        Service service = directory.forReferral(id);
        return new Candidate(
                service.party(),
                service.organizationName(),
                service.id(),
                service.name(),
                State.ASKED,
                null,
                null,
                service.isReachedByMail());
    }

    private Optional<Candidate> organization(String party) {
        return accounts.partyName(party)
                .map(name -> new Candidate(party, name, null, name, State.ASKED, null, null, false));
    }

    /**
     * Asks them. The row of the referral stands already.
     *
     * @param shared what opens to the one that claims it
     * @throws Problem unprocessable, when the consent does not permit that for each of them; conflict, when one answers by mail and none may
     *     leave about the person
     */
    void ask(Referral referral, List<Candidate> asked, long task, Collection<Long> shared, ObjectNode consent) {
        for (Candidate candidate : asked) {
            Consents.Permission permission =
                    consents.require(consent, "Patient/" + referral.patientId(), candidate.party(), clock.instant());
            sharing.openTask(ReferralSharing.basisOfAsking(referral.id()), candidate.party(), task, shared, permission);
            candidates.ask(referral.id(), candidate);
            if (candidate.light()) {
                links.ask(referral, candidate);
            }
        }
    }

    /** The names of those asked, as one line. */
    static String names(List<Candidate> asked, Function<Candidate, String> name) {
        String first = asked.stream().limit(NAMED).map(name).distinct().collect(Collectors.joining(", "));
        return asked.size() <= NAMED ? first : first + " +" + (asked.size() - NAMED);
    }

    /**
     * One of those asked has claimed it.
     *
     * @return the referral as that organisation's
     */
    Referral claimed(Referral open, String party) {
        Candidate by = waiting(open, party);
        candidates.claim(open.id(), party);
        store.claimed(open.id(), by);
        sharing.endAsking(open.id(), Optional.empty());
        return store.find(open.id()).orElseThrow();
    }

    /**
     * The party that was asked and has not answered.
     *
     * @throws Problem gone, when another was quicker or it said no before; not found, when it was never asked
     */
    Candidate waiting(Referral referral, String party) {
        Candidate candidate = candidates
                .of(referral.id(), party)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
        if (!candidate.isWaiting() || !referral.isOpen() || referral.status() != ReferralStatus.REQUESTED) {
            throw Problem.of(
                    Category.GONE,
                    candidate.state() == State.DECLINED ? "referral.problem.declined" : "referral.problem.taken");
        }
        return candidate;
    }

    /** Whether this party was asked together with others. */
    boolean isAsked(String referral, String party) {
        return candidates.of(referral, party).isPresent();
    }

    /** One of those asked cannot help. When all have said so, it goes back to whoever asked. */
    void decline(Referral referral, Caller by, Reason reason, String words) {
        waiting(referral, by.party());
        candidates.decline(referral.id(), by.party(), reason, words.isBlank() ? null : words);
        sharing.endAsking(referral.id(), Optional.of(by.party()));
        store.happened(
                referral.id(),
                Referral.What.DECLINED,
                by,
                words.isBlank() ? reason.coding().display() : words);
        if (candidates.of(referral.id()).stream().noneMatch(Candidate::isWaiting)) {
            back(referral, Reason.ALL_DECLINED);
        }
    }

    /** Nobody takes it on: it ends, and whoever asked sees it among what needs them. */
    void back(Referral referral, Reason reason) {
        ObjectNode task = records.read(Caller.PLATFORM, "Task", referral.id()).json();
        records.update(
                Caller.PLATFORM,
                ReferralFhir.changed(
                        task,
                        Caller.PLATFORM,
                        ReferralStatus.REJECTED,
                        reason,
                        reason.coding().display(),
                        clock.instant()),
                null);
    }

    /** It has ended before anybody claimed it. */
    void end(Referral referral) {
        candidates.end(referral.id());
    }

    /** Reminds those who answer by mail and have not. */
    void remindByMail(Referral referral) {
        if (referral.isOpen()) {
            candidates.of(referral.id()).stream()
                    .filter(candidate -> candidate.light() && candidate.isWaiting())
                    .forEach(candidate -> links.remind(referral, candidate));
        }
    }

    /** The party as it was asked; empty for one that has answered, or once anybody has said yes. */
    Optional<Candidate> stillAsked(Referral referral, String party) {
        return candidates
                .of(referral.id(), party)
                .filter(candidate ->
                        candidate.isWaiting() && referral.isOpen() && referral.status() == ReferralStatus.REQUESTED);
    }

    /** Those who are to be told of it: the organisation that has it, or all that have not answered. */
    List<String> parties(Referral referral) {
        return referral.isOpen()
                ? candidates.of(referral.id()).stream()
                        .filter(Candidate::isWaiting)
                        .map(Candidate::party)
                        .toList()
                : List.of(referral.owner());
    }
}
