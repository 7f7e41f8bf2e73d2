package health.weft.ui;

import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who reads this page, as the header shows them.
 *
 * @param username their account
 * @param name the person's name
 * @param party for whom the page is drawn: an organisation, the person themselves, or one that they act for
 * @param organisation who they act for; empty for a patient
 * @param role their roles in words
 * @param home where the mark in the header leads
 * @param nav the main navigation of their roles
 */
public record Reader(
        String username, String name, String party, String organisation, String role, String home, List<Link> nav) {

    /**
     * One entry of the main navigation.
     *
     * @param href the page; it is marked as current when the request's path starts with it
     * @param key the message key of its words
     */
    public record Link(String href, String key) {}

    static Reader of(Caller caller, Text text) {
        boolean patient = caller.is(Role.PATIENT);
        String roles = caller.roles().stream()
                .sorted()
                .map(role -> text.get("ui.role." + role.key()))
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
        return new Reader(
                caller.username(),
                caller.name(),
                caller.party(),
                !patient ? caller.partyName() : acts(caller) ? text.get("ui.reader.for", caller.partyName()) : "",
                roles,
                patient ? "/me" : "/",
                nav(caller));
    }

    /** Whether a patient's pages are read by somebody who acts for them. */
    private static boolean acts(Caller caller) {
        return caller.party().startsWith("Proxy/");
    }

    /** What each role comes to do, the most frequent first. */
    private static List<Link> nav(Caller caller) {
        List<Link> nav = new ArrayList<>();
        if (caller.is(Role.PATIENT)) {
            nav.add(new Link("/me", "ui.nav.me"));
            if (!acts(caller)) {
                nav.add(new Link("/me/sharing", "ui.nav.sharing"));
                nav.add(new Link("/me/access", "ui.nav.access"));
                nav.add(new Link("/apps", "ui.nav.apps"));
            }
        }
        if (caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST)) {
            nav.add(new Link("/people", "ui.nav.people"));
            nav.add(new Link("/screenings", "ui.nav.screenings"));
        }
        if (caller.is(
                Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST, Role.COMMUNITY_WORKER)) {
            nav.add(new Link("/inbox", "ui.nav.inbox"));
        }
        if (caller.is(Role.COORDINATOR, Role.COMMUNITY_WORKER)) {
            nav.add(new Link("/cases", "ui.nav.cases"));
        }
        if (caller.publicHealth()
                && caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST)) {
            nav.addFirst(new Link("/reported", "ui.nav.reported"));
        }
        nav.add(new Link("/directory", "ui.nav.directory"));
        if (!caller.is(Role.PATIENT)) {
            nav.add(new Link("/scorecard", "ui.nav.scorecard"));
        }
        if (caller.is(Role.IDENTITY_STEWARD)) {
            nav.addFirst(new Link("/identity", "ui.nav.identity"));
        }
        if (caller.is(Role.CONVENER) && !caller.is(Role.IDENTITY_STEWARD)) {
            nav.add(new Link("/identity/model", "ui.nav.model"));
        }
        if (caller.is(Role.ORGANISATION_ADMIN)) {
            nav.add(new Link("/people/accounts", "ui.nav.accounts"));
        }
        if (caller.is(Role.CONVENER, Role.ORGANISATION_ADMIN)) {
            nav.add(new Link("/apps/registered", "ui.nav.registeredApps"));
        }
        if (caller.is(Role.CONVENER)) {
            nav.add(new Link("/partners", "ui.nav.partners"));
        }
        if (caller.is(Role.PRIVACY_OFFICER)) {
            nav.add(new Link("/audit", "ui.nav.audit"));
            nav.add(new Link("/emergencies", "ui.nav.emergencies"));
            nav.add(new Link("/questions", "ui.nav.questions"));
            nav.add(new Link("/notices", "ui.nav.notices"));
        }
        return List.copyOf(nav);
    }

    static Optional<Link> current(List<Link> nav, String path) {
        return nav.stream()
                .filter(link -> link.href().equals("/")
                        ? path.equals("/")
                        : path.equals(link.href()) || path.startsWith(link.href() + "/"))
                .reduce((a, b) -> b.href().length() > a.href().length() ? b : a);
    }
}
