package health.weft.referral;

import health.weft.directory.SdohCategory;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
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

    @PostMapping("/me/help")
    String services(Model model, Caller caller, @RequestParam(defaultValue = "") String category) {
        return services(model, caller, SendPages.category(category), "", "", false, new Errors(), UUID.randomUUID());
    }

    @PostMapping("/me/help/send")
    String send(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "") String service,
            @RequestParam(defaultValue = "") String note,
            @RequestParam(defaultValue = "false") boolean consent,
            @RequestParam(name = "_once", defaultValue = "") String once) {
        SdohCategory kind = SendPages.category(category);
        UUID formKey = SendPages.formKey(once);
        Errors errors = new Errors();
        if (service.isBlank()) {
            errors.add("service", pages.text().get("referral.service.missing"));
        }
        if (!consent) {
            errors.add("consent", pages.text().get("referral.self.consent.missing"));
        }
        if (note.length() > SelfReferral.LONGEST_NOTE) {
            errors.add("note", pages.text().get("referral.note.long"));
        }
        if (errors.isEmpty()) {
            try {
                self.ask(caller, new SelfReferral.Asking(kind, service, note.strip(), consent, formKey));
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
        return services(model, caller, kind, service, note, consent, errors, formKey);
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

    private String services(
            Model model,
            Caller caller,
            SdohCategory category,
            String service,
            String note,
            boolean consent,
            Errors errors,
            UUID formKey) {
        model.addAttribute("options", self.options(caller, category));
        model.addAttribute("page", pages.page("referral.self.choose"));
        model.addAttribute("category", category);
        model.addAttribute("service", service);
        model.addAttribute("note", note);
        model.addAttribute("consent", consent);
        model.addAttribute("errors", errors);
        model.addAttribute("formKey", formKey.toString());
        return "referral/ask";
    }
}
