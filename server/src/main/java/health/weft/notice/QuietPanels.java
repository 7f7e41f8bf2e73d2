package health.weft.notice;

import gg.jte.Content;
import health.weft.identity.Identity;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** That no notices may leave, and the way to say so: on a person's record, and where people decide about their own. */
@Configuration(proxyBeanMethods = false)
class QuietPanels {
    @Bean
    Panel quietOfRecord(Quiet quiet, Identity identity, Accounts accounts, Pages pages) {
        return new QuietPanel(Panel.Place.CHART_NEXT, "notice/quiet.jte", quiet, identity, accounts, pages);
    }

    @Bean
    Panel quietOfMine(Quiet quiet, Identity identity, Accounts accounts, Pages pages) {
        return new QuietPanel(Panel.Place.PORTAL_SHARING, "notice/mine.jte", quiet, identity, accounts, pages);
    }

    private record QuietPanel(
            Place place, String template, Quiet quiet, Identity identity, Accounts accounts, Pages pages)
            implements Panel {
        @Override
        public Optional<Content> content(Caller caller, String person, Page page) {
            if (!Quiet.maySet(caller)) {
                return Optional.empty();
            }
            List<String> by = quiet.flags(caller, identity.person(caller, person)).stream()
                    .map(Quiet.Said::owner)
                    .distinct()
                    .toList();
            List<String> others = by.stream()
                    .filter(party -> !party.equals(caller.party()))
                    .map(party -> accounts.partyName(party).orElse(party))
                    .toList();
            return Optional.of(pages.content(
                    template,
                    Map.of("page", page, "person", person, "mine", by.contains(caller.party()), "others", others)));
        }
    }
}
