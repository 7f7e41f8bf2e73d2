package health.weft.emergency;

import gg.jte.Content;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What an emergency shows on other pages: the way to it where people are found, that it is on, and to the person that it was. */
@Configuration(proxyBeanMethods = false)
class EmergencyPanels {
    /** How long a person finds it among what is new. */
    private static final java.time.Duration NEW = java.time.Duration.ofDays(30);

    @Bean
    Panel wayToEmergency(Pages pages) {
        return new Shown(
                Panel.Place.PEOPLE_NEXT,
                (caller, person, page) -> Emergencies.mayOpen(caller)
                        ? Optional.of(pages.content("emergency/find.jte", Map.of("page", page)))
                        : Optional.empty());
    }

    @Bean
    Panel emergencyIsOn(Emergencies emergencies, Pages pages, Clock clock) {
        return new Shown(Panel.Place.CHART_NEXT, (caller, person, page) -> emergencies.of(person).stream()
                .filter(opening -> opening.username().equals(caller.username()) && opening.open(clock.instant()))
                .findFirst()
                .map(opening -> pages.content(
                        "emergency/banner.jte", Map.of("page", page, "opening", opening, "person", person))));
    }

    @Bean
    Panel emergencyOfMine(Emergencies emergencies, Proxies proxies, Pages pages, Clock clock) {
        return new Shown(Panel.Place.PORTAL_NEXT, (caller, person, page) -> {
            Instant since = clock.instant().minus(NEW);
            List<Opening> mine = proxies.decides(caller)
                    ? emergencies.of(person).stream()
                            .filter(opening -> opening.at().isAfter(since))
                            .toList()
                    : List.of();
            return mine.isEmpty()
                    ? Optional.empty()
                    : Optional.of(pages.content("emergency/mine.jte", Map.of("page", page, "openings", mine)));
        });
    }

    private interface Showing {
        Optional<Content> content(Caller caller, String person, Page page);
    }

    private record Shown(Place place, Showing showing) implements Panel {
        @Override
        public Optional<Content> content(Caller caller, String person, Page page) {
            return showing.content(caller, person, page);
        }
    }
}
