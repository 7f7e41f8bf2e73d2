package health.weft.referral;

import gg.jte.Content;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.identity.Identity;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** The page of one referral, for whichever of its forms was sent. */
@Component
class ReferralView {
    private final Referrals referrals;
    private final ProgressStore progress;
    private final ContactAttempts attempts;
    private final Outcomes outcomes;
    private final Identity identity;
    private final Records records;
    private final Quiet quiet;
    private final Deadlines deadlines;
    private final ServiceNames names;
    private final Pages pages;

    ReferralView(
            Referrals referrals,
            ProgressStore progress,
            ContactAttempts attempts,
            Outcomes outcomes,
            Identity identity,
            Records records,
            Quiet quiet,
            Deadlines deadlines,
            ServiceNames names,
            Pages pages) {
        this.referrals = referrals;
        this.progress = progress;
        this.attempts = attempts;
        this.outcomes = outcomes;
        this.identity = identity;
        this.records = records;
        this.quiet = quiet;
        this.deadlines = deadlines;
        this.names = names;
        this.pages = pages;
    }

    /** @param said a form of it that was not taken; {@link Said#NOTHING} otherwise */
    String show(Model model, Caller caller, String id, Said said) {
        Referral referral = referrals.find(caller, id);
        if (referral.isOpen() && !referral.requester().equals(caller.party())) {
            return claimable(model, caller, referral, said);
        }
        PersonFacts person =
                referrals.rows(caller, List.of(referral)).getFirst().person();
        List<String> needs = new ArrayList<>();
        if (referral.conditionId() != null) {
            records.find(caller, "Condition", referral.conditionId())
                    .ifPresent(condition ->
                            needs.add(Elements.words(condition.json().path("code"))));
        }
        Page page = pages.page("referral.title")
                .titled(names.forReader(referral).serviceName())
                .live("referrals");
        model.addAttribute("page", page);
        model.addAttribute("contact", contact(caller, referral, person, page));
        model.addAttribute("talk", pages.panels(Panel.Place.REFERRAL_TALK, caller, id, page));
        model.addAttribute("referral", referral);
        model.addAttribute("person", reachable(caller, referral, person));
        model.addAttribute(
                "quiet",
                person.known()
                        && identity.personOf(referral.pat())
                                .filter(quiet::about)
                                .isPresent());
        model.addAttribute(
                "personId",
                caller.party().equals(referral.requester())
                        ? identity.personOf(referral.pat()).orElse("")
                        : "");
        model.addAttribute("needs", needs);
        model.addAttribute("events", referrals.story(referral));
        model.addAttribute("passing", passing(caller, referral, person));
        model.addAttribute("parts", names.forReader(referrals.parts(caller, referral)));
        model.addAttribute("candidates", names.forReaderAsked(referrals.candidates(referral)));
        model.addAttribute("choices", referral.choices(caller.party()));
        // Refused because the referral has moved on to where this step's form is no more: its words are shown instead.
        model.addAttribute("unsaid", isOffered(referral, caller, said.step()) ? "" : said.of("words"));
        model.addAttribute("isOwner", referral.owner().equals(caller.party()));
        Progress stands = progress.of(id);
        boolean contacted = progress.isContacted(id);
        Instant now = Instant.now();
        model.addAttribute(
                "turn", Turn.of(referral, stands, contacted, deadlines, now).orElse(null));
        model.addAttribute("progress", stands);
        model.addAttribute("contacted", contacted);
        model.addAttribute("attempts", attempts.of(referral));
        model.addAttribute("outcome", outcomes.of(referral).orElse(Outcome.UNSAID));
        model.addAttribute(
                "given", Given.forCategory(SdohCategory.of(referral.category()).orElse(SdohCategory.UNSPECIFIED)));
        model.addAttribute("now", now);
        model.addAttribute("once", UUID.randomUUID().toString());
        model.addAttribute("errors", said.errors());
        model.addAttribute("said", said);
        return "referral/referral";
    }

    /** What one of several that are asked sees of it: not whose it is. */
    private String claimable(Model model, Caller caller, Referral referral, Said said) {
        Candidate asked = names.forReaderAsked(referrals.candidates(referral)).stream()
                .filter(candidate -> candidate.party().equals(caller.party()) && candidate.isWaiting())
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
        model.addAttribute(
                "page",
                pages.page("referral.open.title").titled(asked.serviceName()).live("referrals"));
        model.addAttribute("referral", referral);
        model.addAttribute(
                "language",
                PersonFacts.languageIn(
                        referral.outline().language(), pages.text().locale()));
        model.addAttribute("errors", said.errors());
        model.addAttribute("words", said.of("words"));
        return "referral/open";
    }

    /** Where it can be passed on; empty for whoever may not, and once it has ended. */
    private String passing(Caller caller, Referral referral, PersonFacts person) {
        boolean may = caller.is(ReferralPolicy.REFERRERS) && referral.owner().equals(caller.party());
        return may && person.known() && !referral.status().isEnd()
                ? identity.personOf(referral.pat())
                        .map(id -> "/people/" + id + "/referrals/new?follows=" + referral.id()
                                + (referral.conditionId() == null ? "" : "&need=" + referral.conditionId()))
                        .orElse("")
                : "";
    }

    private static boolean isOffered(Referral referral, Caller caller, String step) {
        boolean helps = referral.owner().equals(caller.party());
        return switch (step) {
            case "appointment", "attempt", "attendance" ->
                helps && Referrals.underWay().contains(referral.status());
            case "position" -> helps && referral.isOnWaitlist();
            default -> referral.choices(caller.party()).contains(wanted(step));
        };
    }

    private static ReferralStatus wanted(String step) {
        return switch (step) {
            case "accept" -> ReferralStatus.ACCEPTED;
            case "start" -> ReferralStatus.IN_PROGRESS;
            case "give" -> ReferralStatus.COMPLETED;
            case "decline" -> ReferralStatus.REJECTED;
            case "hold" -> ReferralStatus.ON_HOLD;
            case "fail" -> ReferralStatus.FAILED;
            default -> ReferralStatus.CANCELLED;
        };
    }

    /** What is to be known before somebody reaches out to the person. */
    private List<Content> contact(Caller caller, Referral referral, PersonFacts person, Page page) {
        return identity.personOf(referral.pat())
                .filter(id -> person.known())
                .map(id -> pages.panels(Panel.Place.REFERRAL_PERSON, caller, id, page))
                .orElse(List.of());
    }

    /** The person with the phone number or address that another organisation knows, where this copy has none. */
    private PersonFacts reachable(Caller caller, Referral referral, PersonFacts person) {
        return person.known()
                ? identity.personOf(referral.pat())
                        .map(id -> person.completedBy(identity.person(caller, id)))
                        .orElse(person)
                : person;
    }
}
