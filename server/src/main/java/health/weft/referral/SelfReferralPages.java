package health.weft.referral;

import health.weft.directory.Option;
import health.weft.directory.SdohCategory;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A person chooses what kind of help they need and whom to ask. What they choose is posted: it has no place in an address. */
@Controller
class SelfReferralPages {
    private final SelfReferral self;
    private final SelfReferralPolicy policy;
    private final Pages pages;

    SelfReferralPages(SelfReferral self, SelfReferralPolicy policy, Pages pages) {
        this.self = self;
        this.policy = policy;
        this.pages = pages;
    }

    @GetMapping("/me/help")
    String kinds(Model model, Caller caller) {
        policy.person(caller);
        model.addAttribute("page", pages.page("referral.self.title"));
        model.addAttribute("categories", List.of(SdohCategory.values()));
        return "referral/ask-kind";
    }

    /** The services for a kind of help, and once they are there, others of them: those found by words, or more. */
    @PostMapping("/me/help")
    String services(Model model, Caller caller, @RequestParam MultiValueMap<String, String> typed) {
        SdohCategory category = Agreed.category(Agreed.said(typed, "category"));
        Form form = typed.containsKey("_once")
                ? Form.of(typed)
                : new Form(category, "", Shortlist.Look.FEW, Agreed.nothing());
        return services(model, caller, form, new Errors());
    }

    /** @param service id of the one that is asked; empty before it is chosen */
    private record Form(SdohCategory category, String service, Shortlist.Look look, Agreed agreed) {
        static Form of(MultiValueMap<String, String> typed) {
            return new Form(
                    Agreed.category(Agreed.said(typed, "category")),
                    Agreed.said(typed, "service"),
                    Shortlist.Look.of(typed),
                    Agreed.of(typed));
        }
    }

    @PostMapping("/me/help/send")
    String send(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam MultiValueMap<String, String> typed) {
        Form form = Form.of(typed);
        Agreed agreed = form.agreed();
        Errors errors = new Errors();
        if (form.service().isEmpty()) {
            errors.add("service", pages.text().get("referral.service.missing"));
        }
        if (!agreed.consent()) {
            errors.add("consent", pages.text().get("referral.self.consent.missing"));
        }
        if (agreed.note().length() > SelfReferral.LONGEST_NOTE) {
            errors.add("note", pages.text().get("referral.note.long"));
        }
        if (errors.isEmpty()) {
            try {
                self.ask(
                        caller,
                        new SelfReferral.Asking(
                                form.category(), form.service(), agreed.note(), agreed.consent(), agreed.key()));
                pages.notice(redirect, "referral.self.sent");
                return "redirect:/me";
            } catch (Problem problem) {
                switch (problem.category()) {
                    case CONFLICT, UNPROCESSABLE ->
                        errors.add("service", problem.message(pages.text().locale()));
                    default -> throw problem;
                }
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return services(model, caller, form, errors);
    }

    @PostMapping("/me/referrals/{id}/withdraw")
    String withdraw(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam(defaultValue = "0") int version) {
        try {
            self.withdraw(caller, id, version, pages.text().get("referral.reason.no-longer-needed"));
            pages.notice(redirect, "referral.self.withdrawn");
        } catch (Problem problem) {
            if (problem.category() != Category.CONFLICT) {
                throw problem;
            }
            pages.notice(redirect, "referral.self.moved"); // it was answered meanwhile: the page says how it stands
        }
        return "redirect:/me";
    }

    @PostMapping("/me/referrals/{id}/settle")
    String settle(Caller caller, RedirectAttributes redirect, @PathVariable String id) {
        self.settle(caller, id);
        pages.notice(redirect, "referral.self.settled");
        return "redirect:/me";
    }

    private String services(Model model, Caller caller, Form form, Errors errors) {
        ServicesToAsk.Choice choice = self.services(caller, form.category());
        List<Option> all = choice.best("");
        List<String> chosen = form.service().isEmpty() ? List.of() : List.of(form.service());
        model.addAttribute("list", choice.few(form.look(), all, chosen));
        model.addAttribute("possible", all.stream().anyMatch(Option::canBeChosen));
        model.addAttribute("page", pages.page("referral.self.choose"));
        model.addAttribute("category", form.category());
        model.addAttribute("services", chosen);
        model.addAttribute("agreed", form.agreed());
        model.addAttribute("errors", errors);
        return "referral/ask";
    }
}
