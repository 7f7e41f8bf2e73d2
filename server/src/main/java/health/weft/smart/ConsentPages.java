package health.weft.smart;

import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** Whether an app is let in, and to whose record. The answer itself goes to the authorization server. */
@Controller
class ConsentPages {
    private static final String PERSON = "Person/";
    private static final int SHOWN = 20;

    private final Authorizations authorizations;
    private final Apps apps;
    private final Identity identity;
    private final Pages pages;

    ConsentPages(Authorizations authorizations, Apps apps, Identity identity, Pages pages) {
        this.authorizations = authorizations;
        this.apps = apps;
        this.identity = identity;
        this.pages = pages;
    }

    /** Whether these scopes mean one person's record. */
    static boolean needsPatient(Collection<String> scopes) {
        return scopes.contains("launch/patient")
                || scopes.contains("launch")
                || scopes.contains("launch/encounter")
                || Scope.all(scopes).stream().anyMatch(Scope::ofPatient);
    }

    @GetMapping(AuthorizationServer.CONSENT_PAGE)
    String ask(
            Model model, Caller caller, HttpServletResponse response, @RequestParam(defaultValue = "") String state) {
        Authorized waiting = waiting(caller, state);
        List<String> asked = waiting.asked();
        boolean needed = needsPatient(asked);
        String patient = waiting.patient();
        boolean launched = waiting.request().containsKey("launch");
        if (needed && patient == null) {
            Optional<String> found = patient(caller, waiting);
            if (found.isEmpty()) {
                return "redirect:/apps/authorise/choose?state=" + encoded(state);
            }
            patient = found.get();
        }
        App app = app(waiting);
        // Letting in leads to the app's own address, which the page's policy would not allow by itself.
        response.setHeader("Content-Security-Policy", policy(app));
        model.addAttribute("page", pages.page("smart.ask.title", app.name()));
        model.addAttribute("app", app);
        model.addAttribute("state", state);
        model.addAttribute("about", patient == null ? null : name(caller, patient));
        model.addAttribute("other", needed && !launched && !caller.is(Role.PATIENT));
        model.addAttribute("writes", Scope.all(asked).stream().anyMatch(Scope::writes));
        model.addAttribute("wishes", Wish.of(asked));
        model.addAttribute(
                "hidden",
                asked.stream().filter(s -> Wish.of(List.of(s)).isEmpty()).toList());
        return "smart/ask";
    }

    /** Whose record it is about when nobody need choose: the person's own, or the one it was launched from. */
    private Optional<String> patient(Caller caller, Authorized waiting) {
        String handle = waiting.request().get("launch");
        if (handle != null) {
            if (!authorizations.launched(waiting, handle)) {
                throw Problem.of(Category.INVALID, "smart.problem.launch");
            }
            return Optional.ofNullable(
                    authorizations.find(waiting.id().toString()).orElseThrow().patient());
        }
        if (!caller.is(Role.PATIENT) || !caller.party().startsWith(PERSON)) {
            return Optional.empty();
        }
        SourcePatient own = identity.patientOf(caller, caller.party().substring(PERSON.length()));
        authorizations.about(waiting.id(), own.pat(), own.reference());
        return Optional.of(own.reference());
    }

    @GetMapping("/apps/authorise/choose")
    String choose(Model model, Caller caller, @RequestParam(defaultValue = "") String state) {
        return choose(model, caller, state, "");
    }

    @PostMapping("/apps/authorise/choose")
    String choose(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String q) {
        Authorized waiting = waiting(caller, state);
        model.addAttribute("page", pages.page("smart.choose.title", app(waiting).name()));
        model.addAttribute("state", state);
        model.addAttribute("q", q);
        model.addAttribute("hits", q.isBlank() ? List.of() : identity.search(caller, q, SHOWN));
        return "smart/choose";
    }

    @PostMapping("/apps/authorise/about")
    String about(
            Caller caller,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String person) {
        Authorized waiting = waiting(caller, state);
        SourcePatient patient = identity.person(caller, person).sources().stream()
                .filter(source -> !source.contactOnly())
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.person"));
        if (caller.is(Role.PATIENT) || waiting.request().containsKey("launch")) {
            throw Problem.of(Category.FORBIDDEN, "smart.problem.person");
        }
        authorizations.about(waiting.id(), patient.pat(), patient.reference());
        return "redirect:" + AuthorizationServer.CONSENT_PAGE + "?state=" + encoded(state);
    }

    private Authorized waiting(Caller caller, String state) {
        if (caller.is(Role.PATIENT) && !caller.party().startsWith(PERSON)) {
            throw Problem.of(Category.FORBIDDEN, "smart.problem.acting", caller.partyName());
        }
        return authorizations
                .waiting(caller.username(), state)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.waiting"));
    }

    private App app(Authorized waiting) {
        return apps.find(waiting.app())
                .filter(app -> app.state() == App.State.APPROVED)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.waiting"));
    }

    private String name(Caller caller, String patient) {
        return identity.personOfPatient(patient.substring("Patient/".length()))
                .map(person -> identity.person(caller, person))
                .map(Person::name)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.person"));
    }

    private static String policy(App app) {
        StringBuilder origins = new StringBuilder();
        app.redirectUris().stream().map(App::origin).distinct().forEach(origin -> origins.append(' ')
                .append(origin));
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
                + " form-action 'self'" + origins + "; base-uri 'none'; frame-ancestors 'none'";
    }

    private static String encoded(String state) {
        return UriComponentsBuilder.newInstance()
                .queryParam("s", "{s}")
                .encode()
                .buildAndExpand(state)
                .toUriString()
                .substring("?s=".length());
    }
}
