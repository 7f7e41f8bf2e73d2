package health.weft.casework;

import health.weft.identity.Identity;
import health.weft.referral.Referral;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Referrals;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beside a referral that was taken on: the way to the client, or onto the list. */
@Configuration(proxyBeanMethods = false)
class CasePanels {
    @Bean
    Panel onTheCaseList(Cases cases, Referrals referrals, Identity identity, Pages pages) {
        return Panel.at(Panel.Place.REFERRAL_PERSON, (caller, person, page) -> {
            if (!CasePolicy.works(caller)) {
                return Optional.empty();
            }
            List<Referral> asked = referrals.receivedFor(caller, identity.idsOf(person));
            if (asked.stream().noneMatch(referral -> isTakenOn(referral.status()))) {
                return Optional.empty();
            }
            Map<String, Object> shown = new HashMap<>(Map.of("page", page, "person", person));
            cases.ofPerson(caller, person).ifPresent(client -> shown.put("client", client));
            return Optional.of(pages.content("casework/on-list.jte", shown));
        });
    }

    private static boolean isTakenOn(ReferralStatus status) {
        return switch (status) {
            case ACCEPTED, IN_PROGRESS, ON_HOLD, COMPLETED -> true;
            case REQUESTED, REJECTED, FAILED, CANCELLED -> false;
        };
    }
}
