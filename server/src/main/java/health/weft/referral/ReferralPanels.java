package health.weft.referral;

import gg.jte.Content;
import health.weft.identity.Identity;
import health.weft.security.Caller;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What referrals show on other pages: where people are found, on a person's record, and on the patient's own page. */
@Configuration(proxyBeanMethods = false)
class ReferralPanels {
    private static final int MOST_WAITING = 8;

    /** What came back without help, and waits for whoever asked. */
    @Bean
    Panel referralsThatNeedUs(Referrals referrals, ServiceNames names, Pages pages) {
        return Panel.at(Panel.Place.PEOPLE_NEXT, (caller, person, page) -> {
            List<Referral> waiting = referrals.needRequester(caller);
            List<InboxRow> first = names.forReaderRows(
                    referrals.rows(caller, waiting.subList(0, Math.min(MOST_WAITING, waiting.size()))));
            return Optional.of(
                    pages.content("referral/waiting.jte", Map.of("page", page, "rows", first, "all", waiting.size())));
        });
    }

    @Bean
    Panel referralsOfRecord(
            Referrals referrals, ProgressStore progress, Identity identity, ServiceNames names, Pages pages) {
        return new ReferralPanel(
                Panel.Place.CHART_REFERRALS,
                "referral/of-person.jte",
                referral -> true,
                referrals,
                progress,
                identity,
                names,
                pages);
    }

    /** The way to ask for help oneself. */
    @Bean
    Panel askForHelp(SelfReferralPolicy policy, Pages pages) {
        return Panel.at(Panel.Place.PORTAL_NEEDS, (caller, person, page) -> {
            return policy.mayAsk(caller)
                    ? Optional.of(pages.content("referral/ask-card.jte", Map.of("page", page)))
                    : Optional.empty();
        });
    }

    /** Whether it waits for the patient: for their answer, or for what they do next about help they asked for themselves. */
    private static boolean waits(Referral referral) {
        return referral.asksPerson() || referral.isFromPerson() && referral.needsRequester();
    }

    /** What waits for the patient's answer. */
    @Bean
    Panel questionsToPatient(
            Referrals referrals, ProgressStore progress, Identity identity, ServiceNames names, Pages pages) {
        return new ReferralPanel(
                Panel.Place.PORTAL_NEXT,
                "referral/mine.jte",
                ReferralPanels::waits,
                referrals,
                progress,
                identity,
                names,
                pages);
    }

    @Bean
    Panel referralsOfPatient(
            Referrals referrals, ProgressStore progress, Identity identity, ServiceNames names, Pages pages) {
        return new ReferralPanel(
                Panel.Place.PORTAL_REFERRALS,
                "referral/mine.jte",
                referral -> !waits(referral),
                referrals,
                progress,
                identity,
                names,
                pages);
    }

    private record ReferralPanel(
            Panel.Place place,
            String template,
            Predicate<Referral> shown,
            Referrals referrals,
            ProgressStore progress,
            Identity identity,
            ServiceNames names,
            Pages pages)
            implements Panel {
        @Override
        public Optional<Content> content(Caller caller, String person, Page page) {
            List<Story> stories = names
                    .forReader(referrals
                            .ofPerson(caller, identity.person(caller, person).sources())
                            .stream()
                            .filter(shown)
                            .toList())
                    .stream()
                    .map(referral -> new Story(
                            referral,
                            referrals.story(referral),
                            progress.of(referral.id()),
                            place == Place.CHART_REFERRALS
                                    ? List.of()
                                    : pages.panels(Place.PORTAL_TALK, caller, referral.id(), page)))
                    .toList();
            return stories.isEmpty()
                    ? Optional.empty()
                    : Optional.of(pages.content(template, Map.of("page", page, "stories", stories)));
        }
    }
}
