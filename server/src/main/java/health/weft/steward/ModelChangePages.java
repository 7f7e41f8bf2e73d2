package health.weft.steward;

import health.weft.identity.ModelChanges;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What labels would change of the model, putting that into force, and taking it back. */
@Controller
@RequestMapping("/identity/model")
class ModelChangePages {
    private static final Set<Category> TOLD = Set.of(Category.CONFLICT, Category.UNPROCESSABLE);

    private final ModelChanges changes;
    private final Pages pages;

    ModelChangePages(ModelChanges changes, Pages pages) {
        this.changes = changes;
        this.pages = pages;
    }

    @GetMapping("/labels")
    String proposal(Model model, Caller caller) {
        return proposal(model, caller, "", new Errors());
    }

    private String proposal(Model model, Caller caller, String reason, Errors errors) {
        model.addAttribute("page", pages.page("model.proposal"));
        model.addAttribute("proposal", changes.proposal(caller));
        model.addAttribute("reason", reason);
        model.addAttribute("errors", errors);
        model.addAttribute("steward", caller.is(Role.IDENTITY_STEWARD));
        return "steward/proposal";
    }

    @PostMapping("/labels")
    String put(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String reason,
            RedirectAttributes redirect,
            jakarta.servlet.http.HttpServletResponse response) {
        try {
            pages.notice(redirect, "model.put", changes.put(caller, from, reason));
            return "redirect:/identity/model";
        } catch (Problem problem) {
            if (problem.category() != Category.UNPROCESSABLE) {
                return back(problem, redirect);
            }
            response.setStatus(Category.UNPROCESSABLE.status().value());
            Errors errors = new Errors();
            errors.add("reason", problem.message(pages.text().locale()));
            return proposal(model, caller, reason, errors);
        }
    }

    @PostMapping("/undo")
    String undo(
            Caller caller,
            @RequestParam(defaultValue = "") String version,
            @RequestParam(defaultValue = "") String reason,
            RedirectAttributes redirect) {
        try {
            pages.notice(redirect, "model.undone", changes.undo(caller, version, reason));
            return "redirect:/identity/model";
        } catch (Problem problem) {
            return back(problem, redirect);
        }
    }

    private String back(Problem problem, RedirectAttributes redirect) {
        if (!TOLD.contains(problem.category())) {
            throw problem;
        }
        redirect.addFlashAttribute("trouble", problem.message(pages.text().locale()));
        return "redirect:/identity/model";
    }
}
