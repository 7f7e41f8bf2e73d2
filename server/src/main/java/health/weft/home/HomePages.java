package health.weft.home;

import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.PeopleDoor;
import health.weft.security.Role;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import health.weft.ui.SignInPerson;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Signing in, and where each role starts. */
@Controller
class HomePages {
    private final Pages pages;
    private final Accounts accounts;
    private final PeopleDoor door;
    private final boolean demo;
    private final String demoPassword;

    HomePages(
            Pages pages,
            Accounts accounts,
            PeopleDoor door,
            @Value("${weft.demo:false}") boolean demo,
            @Value("${weft.demo.password:weft-demo}") String demoPassword) {
        this.pages = pages;
        this.accounts = accounts;
        this.door = door;
        this.demo = demo;
        this.demoPassword = demoPassword;
    }

    @GetMapping("/sign-in")
    String signIn(
            Model model,
            @RequestParam(required = false) String refused,
            @RequestParam(required = false) String bye,
            @RequestParam(required = false) String lost,
            @RequestParam(required = false) String there,
            @RequestParam(required = false) String provider,
            @RequestParam(defaultValue = "") String at) {
        Errors errors = new Errors();
        if (refused != null) {
            errors.add("username", pages.text().get("home.signIn.refused"));
        }
        model.addAttribute("page", pages.page("home.signIn.title"));
        model.addAttribute("errors", errors);
        model.addAttribute("signedOut", bye != null);
        model.addAttribute("providers", door.providers());
        if (bye != null && there != null) {
            provider(there).ifPresent(from -> model.addAttribute("there", from));
        }
        if (provider != null) {
            String words = "home.signIn.provider." + provider;
            provider(at)
                    .ifPresent(from -> model.addAttribute(
                            "refused",
                            pages.text()
                                    .get(pages.text().has(words) ? words : "home.signIn.provider.not", from.name())));
        }
        if (lost != null) {
            model.addAttribute("message", pages.text().get("home.signIn.lost"));
        }
        if (demo) {
            model.addAttribute("demo", people());
            model.addAttribute("demoPassword", demoPassword);
        }
        return "people/sign-in";
    }

    /** @param id empty for the first */
    private Optional<PeopleDoor.Elsewhere> provider(String id) {
        return door.providers().stream()
                .filter(from -> id.isEmpty() || from.id().equals(id))
                .findFirst();
    }

    private List<SignInPerson> people() {
        return accounts.people().stream()
                .map(caller -> new SignInPerson(
                        caller.username(),
                        caller.name(),
                        caller.roles().stream()
                                .sorted()
                                .map(role -> pages.text().get("ui.role." + role.key()))
                                .findFirst()
                                .orElse(""),
                        caller.is(Role.PATIENT) ? "" : caller.partyName()))
                .toList();
    }

    /** Each role starts where its work is. */
    @GetMapping("/")
    String home(Caller caller) {
        if (caller.is(Role.PATIENT)) {
            return "redirect:/me";
        }
        if (caller.is(Role.COMMUNITY_WORKER)) {
            return "redirect:/inbox";
        }
        if (caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST)) {
            return "redirect:/people";
        }
        if (caller.is(Role.IDENTITY_STEWARD)) {
            return "redirect:/identity";
        }
        if (caller.is(Role.ORGANISATION_ADMIN)) {
            return "redirect:/people/accounts";
        }
        return caller.is(Role.PRIVACY_OFFICER) ? "redirect:/audit" : "redirect:/scorecard";
    }
}
