package health.weft.referral;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Attempt.Medium;
import health.weft.referral.ContactAttempts.Tally;
import health.weft.referral.LightLinks.Link;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.security.Grant;
import health.weft.security.Grant.Interaction;
import health.weft.security.Grant.Rule;
import health.weft.security.Role;
import health.weft.store.Visibility;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What whoever holds a link sees and does: as the organisation that it was mailed to, and of its whole record no more than the one
 * referral. A link that opens nothing is refused in the same words whatever the reason, and that is in the trail.
 */
@Component
@Transactional
public class LightAnswers {
    private final LightLinks links;
    private final OpenReferrals open;
    private final Referrals referrals;
    private final Outcomes outcomes;
    private final ContactAttempts attempts;
    private final ServiceNames names;
    private final Identity identity;
    private final Audit audit;
    private final Clock clock = Clock.systemUTC();

    LightAnswers(
            LightLinks links,
            OpenReferrals open,
            Referrals referrals,
            Outcomes outcomes,
            ContactAttempts attempts,
            ServiceNames names,
            Identity identity,
            Audit audit) {
        this.links = links;
        this.open = open;
        this.referrals = referrals;
        this.outcomes = outcomes;
        this.attempts = attempts;
        this.names = names;
        this.identity = identity;
        this.audit = audit;
    }

    /**
     * A referral as a link shows it.
     *
     * @param person hidden until the organisation has accepted, and after it has ended
     * @param note that came with it, under the same rule
     * @param attempts to reach the person
     * @param service that is asked, as the reader calls it, and {@code organization}: of several that are asked at once, whose link it is
     */
    record View(
            Referral referral, PersonFacts person, String note, Tally attempts, String service, String organization) {}

    /**
     * Whoever holds a link, and the referral that it lets them into.
     *
     * @param caller the organisation, of whose record no more is open than this referral
     */
    public record Holder(Caller caller, Referral referral) {}

    /**
     * Who holds a link, for features that add to what it shows: once the organisation has said yes, and until the referral ends.
     *
     * @throws Problem gone, when it opens nothing, and before and after that
     */
    public Holder holder(String token) {
        Link link = open(token);
        Referral referral = link.referral();
        Caller caller = caller(link);
        if (!Referrals.underWay().contains(referral.status())) {
            throw refused(caller, referral);
        }
        return new Holder(caller, referral);
    }

    /**
     * What the link shows.
     *
     * @throws Problem gone, when it opens nothing
     */
    View view(String token) {
        Link link = open(token);
        Referral referral = link.referral();
        Caller caller = caller(link);
        if (referral.isOpen()) {
            Candidate asked = names.forReader(
                    open.stillAsked(referral, link.holder()).orElseThrow(() -> refused(caller, referral)));
            referrals.find(caller, referral.id());
            return new View(
                    referral, PersonFacts.HIDDEN, "", attempts.of(referral), asked.serviceName(), asked.partyName());
        }
        referrals.find(caller, referral.id());
        boolean accepted = Referrals.underWay().contains(referral.status());
        PersonFacts person =
                accepted ? referrals.rows(caller, List.of(referral)).getFirst().person() : PersonFacts.HIDDEN;
        if (person.known()) {
            person = identity.personOf(referral.pat())
                    .map(id -> identity.person(caller, id))
                    .map(person::completedBy)
                    .orElse(person);
        }
        return new View(
                referral,
                person,
                person.known() ? note(referral) : "",
                attempts.of(referral),
                names.forReader(referral).serviceName(),
                referral.ownerName());
    }

    /**
     * Takes a step.
     *
     * @param step accept, decline, give or fail
     * @throws Problem gone, when the link opens nothing or has taken this step; what the transition table refuses
     */
    void answer(String token, String step, int version, Optional<Reason> reason, String words) {
        Link link = open(token);
        Referral referral = link.referral();
        Caller caller = caller(link);
        if (!links.take(link, step)) {
            throw refused(caller, referral);
        }
        String id = referral.id();
        switch (step) {
            case "accept" -> {
                if (referral.isOpen()) {
                    referrals.claim(caller, id, words);
                } else {
                    referrals.accept(caller, id, version, words);
                }
            }
            case "decline" -> {
                if (referral.isOpen()) {
                    referrals.pass(caller, id, given(reason), words);
                } else {
                    referrals.stop(caller, id, version, ReferralStatus.REJECTED, given(reason), words);
                }
            }
            case "fail" -> referrals.stop(caller, id, version, ReferralStatus.FAILED, given(reason), words);
            case "give" -> {
                outcomes.give(caller, id, version, words.isBlank() ? referral.serviceName() : words, Outcome.UNSAID);
            }
            default -> throw Problem.of(Category.NOT_FOUND, "referral.problem.step");
        }
    }

    /**
     * Records an attempt to reach the person; this may be done more than once, each form of it once.
     *
     * @throws Problem gone, when the link opens nothing; unprocessable without a way of reaching somebody
     */
    void attempt(String token, UUID formKey, Optional<Medium> medium, String words) {
        Link link = open(token);
        Referral referral = link.referral();
        attempts.record(
                caller(link),
                referral.id(),
                formKey,
                medium.orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "referral.problem.attempt-how")),
                clock.instant(),
                words);
    }

    /** Sends a new link to the organisation, where the old one was ever made here. Whether one was sent is told to nobody. */
    void again(String token) {
        links.madeFor(token).filter(link -> !link.isLate()).ifPresent(link -> {
            Referral referral = link.referral();
            if (referral.isOpen()) {
                open.stillAsked(referral, link.holder()).ifPresent(asked -> links.again(referral, asked));
            } else {
                links.again(referral);
            }
        });
    }

    /** Whether a link asked one of several, and another helps: that it is settled, and not by whom, may be told. */
    boolean isLate(String token) {
        return links.madeFor(token).filter(Link::isLate).isPresent();
    }

    private Link open(String token) {
        return links.open(token).orElseThrow(() -> links.madeFor(token)
                .map(link -> refused(caller(link), link.referral()))
                .orElseGet(() ->
                        refused(new Caller("link", "Link", "Link", "Link", Set.of(Role.COMMUNITY_WORKER), "en"))));
    }

    private Problem refused(Caller caller, Referral referral) {
        audit.refused(caller, "Task/" + referral.id(), List.of(referral.pat()));
        return Problem.of(Category.GONE, "referral.problem.link");
    }

    private Problem refused(Caller stranger) {
        audit.refused(stranger, "Task", List.of());
        return Problem.of(Category.GONE, "referral.problem.link");
    }

    private String note(Referral referral) {
        return referrals.story(referral).stream()
                .filter(event -> event.what() == What.SENT)
                .map(Referral.Event::words)
                .filter(words -> words != null)
                .findFirst()
                .orElse("");
    }

    private static Reason given(Optional<Reason> reason) {
        return reason.orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "referral.reason.missing"));
    }

    /** Whoever holds a link. */
    private Caller caller(Link link) {
        return link.referral().isOpen() || link.isLate()
                ? caller(
                        link.referral(),
                        link.holder(),
                        open.stillAsked(link.referral(), link.holder())
                                .map(Candidate::partyName)
                                .orElse(link.holder()))
                : caller(link.referral());
    }

    /** Whoever holds the link: the organisation, let into what this referral opens and what it writes for it. */
    static Caller caller(Referral referral) {
        return caller(referral, referral.owner(), referral.ownerName());
    }

    private static Caller caller(Referral referral, String party, String name) {
        Visibility opened = new Visibility(
                "exists (select from security.share l where l.rid = r.rid and l.party = ? and l.basis in (?, ?, ?))",
                List.of(
                        party,
                        ReferralSharing.basisOfAsking(referral.id()),
                        ReferralSharing.basis(referral.id()),
                        ReferralSharing.basisOfEnd(referral.id())));
        Visibility written = new Visibility("r.pat = ? and r.owner = ?", List.of(referral.pat(), party));
        Grant grant = new Grant(
                List.of(
                        new Rule(
                                "*",
                                EnumSet.of(Interaction.READ, Interaction.SEARCH, Interaction.UPDATE),
                                false,
                                opened),
                        new Rule("Procedure", EnumSet.of(Interaction.CREATE, Interaction.READ), false, written),
                        new Rule(
                                "Communication",
                                EnumSet.of(Interaction.CREATE, Interaction.READ, Interaction.SEARCH),
                                false,
                                written)),
                null);
        return new Caller("link:" + referral.id(), name, party, name, Set.of(Role.COMMUNITY_WORKER), "en", grant);
    }
}
