package health.weft.notice;

import gg.jte.Content;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Whether a person is written to: on their record, beside a referral, and where they decide about it themselves. */
@Configuration(proxyBeanMethods = false)
class MailPanels {
    private interface Showing {
        Optional<Content> content(Caller caller, String person, Page page);
    }

    private record Shown(Place place, Showing showing) implements Panel {
        @Override
        public Optional<Content> content(Caller caller, String person, Page page) {
            return showing.content(caller, person, page);
        }
    }

    /** That they agreed to be written to, or asked not to be; for whoever meets them. */
    @Bean
    Panel mailsOfRecord(Recipients recipients, MailStops stops, Identity identity, Pages pages) {
        return new Shown(Panel.Place.CHART_NEXT, (caller, id, page) -> {
            if (!Recipients.mayWriteDown(caller)) {
                return Optional.empty();
            }
            Person person = identity.person(caller, id);
            List<String> addresses = recipients.inRecord(caller, person);
            Optional<String> agreed = recipients.agreed(person);
            boolean stopped = stops.isStopped(id);
            return addresses.isEmpty() && agreed.isEmpty() && !stopped
                    ? Optional.empty()
                    : Optional.of(pages.content(
                            "notice/agreed.jte",
                            Map.of(
                                    "page",
                                    page,
                                    "person",
                                    id,
                                    "addresses",
                                    addresses,
                                    "agreed",
                                    agreed.isPresent(),
                                    "stopped",
                                    stopped)));
        });
    }

    @Bean
    Panel mailsOfReferral(MailStops stops, Pages pages) {
        return new Shown(
                Panel.Place.REFERRAL_PERSON,
                (caller, person, page) -> stops.isStopped(person)
                        ? Optional.of(pages.content("notice/asked-not.jte", Map.of("page", page)))
                        : Optional.empty());
    }

    @Bean
    Panel mailsToMe(MailStops stops, Proxies proxies, Pages pages) {
        return new Shown(
                Panel.Place.PORTAL_SHARING,
                (caller, person, page) -> proxies.decides(caller)
                        ? Optional.of(pages.content(
                                "notice/my-mails.jte", Map.of("page", page, "stopped", stops.concerns(person))))
                        : Optional.empty());
    }
}
