package health.weft.partner;

import health.weft.partner.Partners.Said;
import health.weft.problem.Category;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Where the convener says which organisations work on a server of their own, and where those servers say that something changed. */
@Controller
class PartnerPages {
    private static final Said NOTHING = new Said("", "", "", "", true, "");

    private final Partners partners;
    private final Pages pages;

    PartnerPages(Partners partners, Pages pages) {
        this.partners = partners;
        this.pages = pages;
    }

    @GetMapping("/partners")
    String all(Model model, Caller caller) {
        return show(model, caller, NOTHING, new Errors());
    }

    @PostMapping("/partners")
    String add(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String party,
            @RequestParam(defaultValue = "") String base,
            @RequestParam(defaultValue = "") String asker,
            @RequestParam(defaultValue = "") String asked,
            @RequestParam(defaultValue = "copies") String way,
            @RequestParam(defaultValue = "") String token) {
        Said said = new Said(party, base, asker.strip(), asked.strip(), way.equals("copies"), token.strip());
        Optional<Partners.Wrong> wrong = partners.wrong(said);
        if (wrong.isEmpty()) {
            partners.add(caller, said);
            pages.notice(redirect, "partner.added");
            return "redirect:/partners";
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(
                model,
                caller,
                said,
                new Errors()
                        .add(wrong.get().field(), pages.text().get(wrong.get().key())));
    }

    @PostMapping("/partners/Organization/{id}/check")
    String check(Caller caller, RedirectAttributes redirect, @PathVariable String id) {
        Optional<String> wrong = partners.check(caller, "Organization/" + id);
        pages.notice(redirect, wrong.isEmpty() ? "partner.checked" : "partner.checked.wrong");
        return "redirect:/partners";
    }

    @PostMapping("/partners/Organization/{id}/end")
    String end(Caller caller, RedirectAttributes redirect, @PathVariable String id) {
        partners.end(caller, "Organization/" + id);
        pages.notice(redirect, "partner.ended");
        return "redirect:/partners";
    }

    /** A notification by a Subscription of ours there: what it says is not read, it only makes us look. */
    @PostMapping("/partners/changed/{nudge}")
    ResponseEntity<Void> changed(@PathVariable UUID nudge) {
        return partners.nudged(nudge)
                ? ResponseEntity.ok().build()
                : ResponseEntity.notFound().build();
    }

    private String show(Model model, Caller caller, Said said, Errors errors) {
        model.addAttribute("page", pages.page("partner.title"));
        model.addAttribute("rows", partners.all(caller));
        model.addAttribute("organisations", partners.organisations(caller));
        model.addAttribute("said", said);
        model.addAttribute("errors", errors);
        return "partner/partners";
    }
}
