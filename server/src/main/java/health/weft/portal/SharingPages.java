package health.weft.portal;

import health.weft.consent.Consents;
import health.weft.consent.ReportableCodes;
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
import health.weft.ui.Text;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
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
    private final ReportableCodes reportable;
    private final Pages pages;
    private final Clock clock = Clock.systemUTC();

    SharingPages(
            Myself myself,
            Consents consents,
            Relations relations,
            Accounts accounts,
            ReportableCodes reportable,
            Pages pages) {
        this.myself = myself;
        this.consents = consents;
        this.relations = relations;
        this.accounts = accounts;
        this.reportable = reportable;
        this.pages = pages;
    }

    @GetMapping("/me/sharing")
    String sharing(Model model, Caller caller) {
        return sharing(model, caller, new Errors(), "", List.of(), "");
    }

    /** @param party what was chosen, as the two after it: what was typed is not lost when something is missing */
    private String sharing(
            Model model, Caller caller, Errors errors, String party, List<String> sensitive, String signed) {
        Person person = myself.whole(caller);
        List<Agreement> agreements = Agreement.of(consents.inForce(
                caller, person.sources().stream().map(SourcePatient::reference).toList()));
        Page page = pages.page("portal.sharing.title");
        model.addAttribute("page", page);
        model.addAttribute("panels", pages.panels(Panel.Place.PORTAL_SHARING, caller, person.id(), page));
        model.addAttribute("readers", relations.readers(person.pats()));
        model.addAttribute("agreements", agreements);
        model.addAttribute("members", accounts.members());
        model.addAttribute("reported", reportable.named());
        model.addAttribute("errors", errors);
        model.addAttribute("party", party);
        model.addAttribute("sensitive", sensitive);
        model.addAttribute("signed", signed.substring(0, Math.min(signed.length(), 100)));
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
            @RequestParam(defaultValue = "") List<String> sensitive,
            @RequestParam(defaultValue = "") String signed) {
        Optional<Accounts.Member> member = member(party);
        List<SensitiveCategory> categories = Arrays.stream(SensitiveCategory.values())
                .filter(category -> sensitive.contains(category.key()))
                .toList();
        String name = signed.strip();
        Errors errors = new Errors();
        if (member.isEmpty() || categories.size() != sensitive.size()) {
            errors.add("party", pages.text().get("portal.sharing.choose"));
        }
        if (name.length() < 2 || name.length() > 100) {
            errors.add("signed", pages.text().get("portal.sharing.sign"));
        }
        if (!errors.isEmpty()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
            return sharing(model, caller, errors, party, sensitive, signed);
        }
        Person person = myself.whole(caller);
        Instant now = clock.instant();
        consents.share(
                caller,
                person.sources().getFirst().reference(),
                member.get().party(),
                member.get().name(),
                SensitiveCategory.bits(categories),
                form(person, member.get().name(), categories, name, now),
                now);
        pages.notice(redirect, "portal.sharing.shared", member.get().name());
        return "redirect:/me/sharing";
    }

    /** The words that the person signs (what 42 CFR 2.31 wants said), in the language in which they read them. */
    private Consents.Signed form(
            Person person, String organisation, List<SensitiveCategory> categories, String name, Instant now) {
        Text text = pages.text();
        List<String> words = new ArrayList<>();
        words.add(text.get("portal.sharing.form", person.name(), organisation));
        if (!categories.isEmpty()) {
            words.add(text.get(
                    "portal.sharing.form.also",
                    categories.stream()
                            .map(category -> text.get("ui.sensitive." + category.key()))
                            .collect(Collectors.joining(", "))));
        }
        words.add(text.get("portal.sharing.form.rights", organisation));
        words.add(text.get("portal.sharing.form.signed", name, text.time(now)));
        return new Consents.Signed(text.get("portal.sharing.more"), String.join("\n", words), text.language());
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
}
