package health.weft.directory;

import health.weft.problem.Category;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Where the convener says which APIs of others are read, and everybody who keeps the directory sees what came of it. */
@Controller
class PullPages {
    private final Pulls pulls;
    private final Pages pages;

    PullPages(Pulls pulls, Pages pages) {
        this.pulls = pulls;
        this.pages = pages;
    }

    @GetMapping("/directory/pulls")
    String all(Model model, Caller caller) {
        return show(model, caller, Pulls.Said.NOTHING, new Errors());
    }

    private String show(Model model, Caller caller, Pulls.Said said, Errors errors) {
        model.addAttribute("page", pages.page("directory.pull.title"));
        model.addAttribute("pulls", pulls.all(caller));
        model.addAttribute("decides", Pulls.decides(caller));
        model.addAttribute("said", said);
        model.addAttribute("errors", errors);
        return "directory/pulls";
    }

    @PostMapping("/directory/pulls")
    String add(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String feed,
            @RequestParam(defaultValue = "") String base,
            @RequestParam(defaultValue = "24") int hours,
            @RequestParam(defaultValue = "false") boolean applies) {
        Pulls.Said said = new Pulls.Said(feed.strip(), base.strip(), hours, applies);
        Optional<List<String>> wrong = pulls.wrong(said);
        if (wrong.isPresent()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
            List<String> why = wrong.get();
            return show(
                    model,
                    caller,
                    said,
                    new Errors().add(why.getFirst(), pages.text().get(why.getLast())));
        }
        pulls.add(caller, said);
        pages.notice(redirect, "directory.pull.added");
        return "redirect:/directory/pulls";
    }

    @PostMapping("/directory/pulls/{feed}/now")
    String now(Caller caller, RedirectAttributes redirect, @PathVariable String feed) {
        pulls.now(caller, feed);
        pages.notice(redirect, "directory.pull.soon");
        return "redirect:/directory/pulls";
    }

    @PostMapping("/directory/pulls/{feed}/end")
    String end(Caller caller, RedirectAttributes redirect, @PathVariable String feed) {
        pulls.end(caller, feed);
        pages.notice(redirect, "directory.pull.ended");
        return "redirect:/directory/pulls";
    }
}
