package health.weft.screening;

import gg.jte.Content;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What screening shows on other pages: open needs and what is due on a person's record and on their own page. */
@Configuration(proxyBeanMethods = false)
class ScreeningPanels {
    @Bean
    Panel needsOfRecord(Needs needs, Overview overview, Identity identity, Pages pages) {
        return new NeedPanel(Panel.Place.CHART_NEXT, "screening/of-person.jte", needs, overview, identity, pages);
    }

    @Bean
    Panel needsOfPatient(Needs needs, Overview overview, Identity identity, Pages pages) {
        return new NeedPanel(Panel.Place.PORTAL_NEEDS, "screening/of-me.jte", needs, overview, identity, pages);
    }

    private record NeedPanel(
            Place place, String template, Needs needs, Overview overview, Identity identity, Pages pages)
            implements Panel {
        @Override
        public Optional<Content> content(Caller caller, String person, Page page) {
            boolean acts = caller.is(Role.PATIENT) && !caller.party().startsWith("Person/");
            if (acts
                    || !caller.is(
                            Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST, Role.PATIENT)) {
                return Optional.empty();
            }
            Person known = identity.person(caller, person);
            List<Needs.Line> open = needs.of(caller, known).stream()
                    .filter(line -> line.state().endsWith("confirmed"))
                    // On the person's own page somebody else may be looking.
                    .filter(line -> !caller.is(Role.PATIENT) || !line.category().isDangerAtHome())
                    .toList();
            boolean due = overview.dueOf(caller, known.pats()).values().stream().anyMatch(Instant.now()::isAfter);
            return Optional.of(
                    pages.content(template, Map.of("page", page, "person", known.id(), "needs", open, "due", due)));
        }
    }
}
