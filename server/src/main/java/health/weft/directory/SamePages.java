package health.weft.directory;

import health.weft.security.Caller;
import health.weft.ui.Pages;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Where those who keep the directory say which organisations of two directories are one. */
@Controller
class SamePages {
    private final SameOrganizations same;
    private final SameServices services;
    private final Pages pages;

    SamePages(SameOrganizations same, SameServices services, Pages pages) {
        this.same = same;
        this.services = services;
        this.pages = pages;
    }

    @GetMapping("/directory/same")
    String all(Model model, Caller caller) {
        model.addAttribute("page", pages.page("directory.same.title"));
        model.addAttribute("candidates", same.candidates(caller));
        model.addAttribute("decided", same.decided(caller));
        model.addAttribute("services", services.candidates(caller));
        model.addAttribute("servicesDecided", services.decided(caller));
        return "directory/same";
    }

    @PostMapping("/directory/same/services")
    String decideServices(
            Caller caller,
            RedirectAttributes redirect,
            @RequestParam String one,
            @RequestParam String other,
            @RequestParam String verdict) {
        services.decide(caller, one, other, verdict);
        pages.notice(redirect, "directory.same.kept." + verdict);
        return "redirect:/directory/same";
    }

    @PostMapping("/directory/same")
    String decide(
            Caller caller,
            RedirectAttributes redirect,
            @RequestParam String one,
            @RequestParam String other,
            @RequestParam String verdict) {
        same.decide(caller, one, other, verdict);
        pages.notice(redirect, "directory.same.kept." + verdict);
        return "redirect:/directory/same";
    }
}
