package health.weft.proxy;

import gg.jte.Content;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.security.Role;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.support.RequestContextUtils;

/** What acting for others shows on other pages. */
@Configuration(proxyBeanMethods = false)
class ProxyPanels {
    static final String TYPED = "proxyTyped";
    static final String WRONG = "proxyWrong";

    private interface Showing {
        Optional<Content> content(Caller caller, String person, Page page);
    }

    private record Shown(Place place, Showing showing) implements Panel {
        @Override
        public Optional<Content> content(Caller caller, String person, Page page) {
            return showing.content(caller, person, page);
        }
    }

    /** Whose record this is, while somebody acts; for whom they could, while they do not. */
    @Bean
    Panel helpingOthers(Proxies proxies, Pages pages) {
        return new Shown(Panel.Place.PORTAL_NEXT, (caller, person, page) -> {
            Optional<Proxies.Proxy> acting = proxies.of(caller);
            if (acting.isPresent()) {
                return Optional.of(pages.content(
                        "proxy/acting.jte",
                        Map.of(
                                "page",
                                page,
                                "proxy",
                                acting.get(),
                                "whole",
                                acting.get().whole(Instant.now()))));
            }
            List<Proxies.Proxy> helped = proxies.helpedBy(caller.username());
            return helped.isEmpty()
                    ? Optional.empty()
                    : Optional.of(pages.content("proxy/helped.jte", Map.of("page", page, "helped", helped)));
        });
    }

    /** Who helps the person, where they decide who sees their record. */
    @Bean
    Panel myHelpers(Helping helping, Proxies proxies, Pages pages, HttpServletRequest request) {
        return new Shown(
                Panel.Place.PORTAL_SHARING,
                (caller, person, page) ->
                        caller.is(Role.PATIENT) && proxies.of(caller).isEmpty()
                                ? Optional.of(pages.content(
                                        "proxy/mine.jte",
                                        typed(request, Map.of("page", page, "helpers", helping.mine(caller)))))
                                : Optional.empty());
    }

    /** Who acts for a child, on its record. */
    @Bean
    Panel helpersOfChild(Helping helping, Identity identity, Pages pages, HttpServletRequest request) {
        return new Shown(Panel.Place.CHART_NEXT, (caller, id, page) -> {
            if (!caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST)) {
                return Optional.empty();
            }
            Person person = identity.person(caller, id);
            List<Proxies.Proxy> helpers = helping.of(caller, person);
            boolean child = helping.isChild(person) && helping.mayNameParents(caller, person);
            return child || !helpers.isEmpty()
                    ? Optional.of(pages.content(
                            "proxy/child.jte",
                            typed(
                                    request,
                                    Map.of(
                                            "page",
                                            page,
                                            "person",
                                            id,
                                            "name",
                                            person.name(),
                                            "child",
                                            child,
                                            "helpers",
                                            helpers))))
                    : Optional.empty();
        });
    }

    private static Map<String, Object> typed(HttpServletRequest request, Map<String, Object> known) {
        Map<String, Object> all = new HashMap<>(known);
        Map<String, ?> flash = RequestContextUtils.getInputFlashMap(request);
        all.put("typed", flash != null && flash.get(TYPED) instanceof String words ? words : "");
        all.put("wrong", flash != null && flash.get(WRONG) instanceof String words ? words : "");
        return all;
    }
}
