package health.weft.notice;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Pages;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The mails that the mail server did not take, for the privacy officer: to see that, and to try again. */
@Controller
class NoticePages {
    private final Posting posting;
    private final Audit audit;
    private final Pages pages;

    NoticePages(Posting posting, Audit audit, Pages pages) {
        this.posting = posting;
        this.audit = audit;
        this.pages = pages;
    }

    @GetMapping("/notices")
    String stuck(Model model, Caller caller) {
        officer(caller);
        model.addAttribute("page", pages.page("notice.stuck.title"));
        model.addAttribute("stuck", posting.stuck());
        return "notice/stuck";
    }

    @PostMapping("/notices/again")
    String again(Caller caller, RedirectAttributes redirect) {
        officer(caller);
        pages.notice(redirect, "notice.stuck.again", posting.again());
        return "redirect:/notices";
    }

    private void officer(Caller caller) {
        if (!caller.is(Role.PRIVACY_OFFICER)) {
            audit.refused(caller, "notices", List.of());
            throw Problem.of(Category.FORBIDDEN, "notice.problem.officer");
        }
    }
}
