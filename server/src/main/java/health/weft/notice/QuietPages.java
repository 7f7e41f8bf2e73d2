package health.weft.notice;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.ui.Pages;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Says on a person's record, or on one's own page, that no notices may leave, and takes it back. */
@Controller
class QuietPages {
    private final Quiet quiet;
    private final Proxies proxies;
    private final Pages pages;

    QuietPages(Quiet quiet, Proxies proxies, Pages pages) {
        this.quiet = quiet;
        this.proxies = proxies;
        this.pages = pages;
    }

    @PostMapping("/people/{person}/quiet")
    String set(Caller caller, RedirectAttributes redirect, @PathVariable String person) {
        quiet.set(caller, person);
        pages.notice(redirect, "notice.quiet.done");
        return "redirect:/people/" + person;
    }

    @PostMapping("/people/{person}/quiet/lift")
    String lift(Caller caller, RedirectAttributes redirect, @PathVariable String person) {
        quiet.lift(caller, person);
        pages.notice(redirect, "notice.quiet.lifted");
        return "redirect:/people/" + person;
    }

    @PostMapping("/me/quiet")
    String mine(Caller caller, RedirectAttributes redirect) {
        quiet.set(caller, me(caller));
        pages.notice(redirect, "notice.mine.done");
        return "redirect:/me/sharing";
    }

    @PostMapping("/me/quiet/lift")
    String liftMine(Caller caller, RedirectAttributes redirect) {
        quiet.lift(caller, me(caller));
        pages.notice(redirect, "notice.mine.lifted");
        return "redirect:/me/sharing";
    }

    private String me(Caller caller) {
        return proxies.person(caller)
                .filter(person -> proxies.decides(caller))
                .orElseThrow(() -> Problem.of(Category.FORBIDDEN, "notice.problem.own"));
    }
}
