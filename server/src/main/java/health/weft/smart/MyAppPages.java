package health.weft.smart;

import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Pages;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.UriComponentsBuilder;

/** The apps that somebody let in, and opening one from a person's record. */
@Controller
class MyAppPages {
    private final Authorizations authorizations;
    private final Apps apps;
    private final Identity identity;
    private final OpenVisits visits;
    private final Pages pages;

    MyAppPages(Authorizations authorizations, Apps apps, Identity identity, OpenVisits visits, Pages pages) {
        this.authorizations = authorizations;
        this.apps = apps;
        this.identity = identity;
        this.visits = visits;
        this.pages = pages;
    }

    @GetMapping("/apps")
    String mine(Model model, Caller caller) {
        model.addAttribute("page", pages.page("smart.mine.title"));
        model.addAttribute(
                "apps",
                authorizations.of(caller.username()).stream()
                        .map(a -> mine(caller, a))
                        .toList());
        return "smart/mine";
    }

    private MyApp mine(Caller caller, Authorized a) {
        return new MyApp(
                a.id(),
                apps.find(a.app()).orElseThrow(),
                name(caller, a.patient()),
                Wish.of(a.scopes()),
                a.created(),
                a.lastUsed());
    }

    /** Null also when the person's record is not open any more to whoever let the app in. */
    private @Nullable String name(Caller caller, @Nullable String patient) {
        if (patient == null) {
            return null;
        }
        try {
            return identity.personOfPatient(patient.substring("Patient/".length()))
                    .map(person -> identity.person(caller, person))
                    .map(Person::name)
                    .orElse(null);
        } catch (Problem closed) {
            return null;
        }
    }

    @PostMapping("/apps/{id}/withdraw")
    String withdraw(Caller caller, RedirectAttributes redirect, @PathVariable UUID id) {
        String app = authorizations
                .find(id.toString())
                .filter(a -> a.username().equals(caller.username()))
                .flatMap(a -> apps.find(a.app()))
                .map(App::name)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.own"));
        authorizations.withdraw(caller, id);
        pages.notice(redirect, "smart.mine.withdrawn", app);
        return "redirect:/apps";
    }

    /** An EHR launch (SMART App Launch 2.2, section 2.0.8): the app is told where and with which handle, and asks for the rest. */
    @GetMapping("/apps/open/{id}")
    String open(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "") String person) {
        String launch = apps.launched().stream()
                .filter(app -> app.id().equals(id))
                .map(App::launchUri)
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.app"));
        List<SourcePatient> sources = identity.person(caller, person).sources();
        SourcePatient patient = sources.stream()
                .filter(source -> !source.contactOnly())
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.person"));
        String encounter = visits.now(caller, patient).orElse(null);
        String handle = authorizations.launch(id, caller.username(), patient.pat(), patient.reference(), encounter);
        return "redirect:"
                + UriComponentsBuilder.fromUriString(String.valueOf(launch))
                        .queryParam("iss", "{iss}")
                        .queryParam("launch", handle)
                        .encode()
                        .buildAndExpand(ServletUriComponentsBuilder.fromCurrentContextPath()
                                .path("/fhir")
                                .toUriString())
                        .toUriString();
    }
}
