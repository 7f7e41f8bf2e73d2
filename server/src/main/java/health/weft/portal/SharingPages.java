package health.weft.portal;

import health.weft.consent.Consents;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Relations;
import health.weft.security.SensitiveCategory;
import health.weft.ui.Errors;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Who can see a person's record: what the person decides about it themselves. */
@Controller
class SharingPages {
    private final Myself myself;
    private final Consents consents;
    private final Relations relations;
    private final Accounts accounts;
    private final Pages pages;
    private final Clock clock = Clock.systemUTC();

    SharingPages(Myself myself, Consents consents, Relations relations, Accounts accounts, Pages pages) {
        this.myself = myself;
        this.consents = consents;
        this.relations = relations;
        this.accounts = accounts;
        this.pages = pages;
    }

    @GetMapping("/me/sharing")
    String sharing(Model model, Caller caller) {
        return sharing(model, caller, new Errors());
    }

    private String sharing(Model model, Caller caller, Errors errors) {
        Person person = myself.whole(caller);
        List<Agreement> agreements = Agreement.of(consents.inForce(
                caller, person.sources().stream().map(SourcePatient::reference).toList()));
        Page page = pages.page("portal.sharing.title");
        model.addAttribute("page", page);
        model.addAttribute("panels", pages.panels(Panel.Place.PORTAL_SHARING, caller, person.id(), page));
        model.addAttribute("readers", relations.readers(person.pats()));
        model.addAttribute("agreements", agreements);
        model.addAttribute("members", accounts.members());
        model.addAttribute("errors", errors);
        return "portal/sharing";
    }

    /** The person lets an organisation read their record. */
    @PostMapping("/me/sharing")
    String share(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String party,
            @RequestParam(defaultValue = "") List<String> sensitive) {
        Optional<Accounts.Member> member = member(party);
        List<SensitiveCategory> categories = Arrays.stream(SensitiveCategory.values())
                .filter(category -> sensitive.contains(category.key()))
                .toList();
        if (member.isEmpty() || categories.size() != sensitive.size()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
            return sharing(model, caller, new Errors().add("party", pages.text().get("portal.sharing.choose")));
        }
        consents.share(
                caller,
                patient(caller),
                member.get().party(),
                member.get().name(),
                SensitiveCategory.bits(categories),
                clock.instant());
        pages.notice(redirect, "portal.sharing.shared", member.get().name());
        return "redirect:/me/sharing";
    }

    /** The person does not want an organisation to read what others wrote. */
    @PostMapping("/me/sharing/stop")
    String stop(
            Model model, Caller caller, RedirectAttributes redirect, @RequestParam(defaultValue = "") String party) {
        Accounts.Member member =
                member(party).orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "portal.sharing.choose"));
        Person person = myself.whole(caller);
        if (!consents.isRefused(caller, patients(person), member.party())) {
            consents.refuse(
                    caller, person.sources().getFirst().reference(), member.party(), member.name(), clock.instant());
        }
        pages.notice(redirect, "portal.sharing.stopped", member.name());
        return "redirect:/me/sharing";
    }

    @PostMapping("/me/sharing/{consent}/back")
    String takeBack(Caller caller, RedirectAttributes redirect, @PathVariable String consent) {
        myself.whole(caller);
        consents.takeBack(caller, consent);
        pages.notice(redirect, "portal.sharing.back");
        return "redirect:/me/sharing";
    }

    private static List<String> patients(Person person) {
        return person.sources().stream().map(SourcePatient::reference).toList();
    }

    private Optional<Accounts.Member> member(String party) {
        return accounts.members().stream()
                .filter(member -> member.party().equals(party))
                .findFirst();
    }

    private String patient(Caller caller) {
        return myself.whole(caller).sources().getFirst().reference();
    }
}
