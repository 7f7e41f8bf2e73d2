package health.weft.steward;

import health.weft.identity.RematchFilter;
import health.weft.identity.RematchRun;
import health.weft.identity.Rematching;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Matching all records again: the runs, and one run from its progress over its preview to its undoing. Names typed to filter are posted. */
@Controller
@RequestMapping("/identity/rematch")
class RematchPages {
    private static final String TOPIC = "rematch";

    private final Rematching rematching;
    private final Pages pages;

    RematchPages(Rematching rematching, Pages pages) {
        this.rematching = rematching;
        this.pages = pages;
    }

    @ModelAttribute("filter")
    RematchFilter filter(
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(required = false) @Nullable String kind,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String band) {
        return RematchFilter.of(q, kind, state, band);
    }

    // ------------------------------------------------------------------------------------------------ the runs

    @GetMapping
    String runs(Model model, Caller caller) {
        List<RematchRun> runs = rematching.runs(caller);
        model.addAttribute("page", pages.page("rematch.title").live(TOPIC));
        model.addAttribute("runs", runs);
        return "steward/rematch";
    }

    /** Begins; whoever is too late sees on the overview who was first. */
    @PostMapping
    String start(Caller caller, RedirectAttributes redirect) {
        try {
            return "redirect:/identity/rematch/" + rematching.start(caller);
        } catch (Problem problem) {
            return told(problem, redirect, "redirect:/identity/rematch");
        }
    }

    // ------------------------------------------------------------------------------------------------ a run

    @RequestMapping(
            path = "/{id:\\d{1,18}}",
            method = {RequestMethod.GET, RequestMethod.POST})
    String run(
            Model model,
            Caller caller,
            @ModelAttribute("filter") RematchFilter filter,
            @PathVariable long id,
            @RequestParam(defaultValue = "0") int page) {
        return run(model, caller, filter, id, page, "", new Errors());
    }

    private String run(
            Model model, Caller caller, RematchFilter filter, long id, int page, String reason, Errors errors) {
        int shown = Math.clamp(page, 0, Rematching.MOST / Rematching.PAGE);
        show(model, rematching.run(caller, id), rematching.changes(caller, id, filter, shown), shown);
        model.addAttribute("reason", reason);
        model.addAttribute("errors", errors);
        return "steward/run";
    }

    private void show(Model model, RematchRun run, Rematching.Changes changes, int number) {
        model.addAttribute("page", pages.page("rematch.run.title").live(TOPIC));
        model.addAttribute("run", run);
        model.addAttribute("changes", changes);
        model.addAttribute("number", number);
    }

    @PostMapping("/{id:\\d{1,18}}/changes.csv")
    ResponseEntity<byte[]> file(Caller caller, @ModelAttribute("filter") RematchFilter filter, @PathVariable long id) {
        return ChangesCsv.write(rematching.all(caller, id, filter)).file("changes.csv");
    }

    /** Leaves a change out, or takes it in again. A browser with scripts gets the one row back, any other the list. */
    @PostMapping("/{id:\\d{1,18}}/changes/{change:\\d{1,18}}")
    String leaveOut(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @ModelAttribute("filter") RematchFilter filter,
            @PathVariable long id,
            @PathVariable long change,
            @RequestParam(defaultValue = "false") boolean out,
            @RequestParam(defaultValue = "0") int page,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean row) {
        String back = "redirect:/identity/rematch/" + id + "?page=" + page + filter.query();
        try {
            rematching.leaveOut(caller, id, change, out);
        } catch (Problem problem) {
            if (row && problem.category() == Category.CONFLICT) {
                response.setHeader("HX-Refresh", "true"); // the page as it is now tells what became of the run
                return run(model, caller, filter, id, page, "", new Errors());
            }
            return told(problem, redirect, back);
        }
        if (!row) {
            return back;
        }
        show(model, rematching.run(caller, id), rematching.change(caller, id, change), page);
        model.addAttribute("reason", "");
        model.addAttribute("errors", new Errors());
        return "steward/run";
    }

    // ------------------------------------------------------------------------------------------------ doing

    @PostMapping("/{id:\\d{1,18}}/apply")
    String apply(
            Model model,
            Caller caller,
            HttpServletResponse response,
            @PathVariable long id,
            @RequestParam(defaultValue = "") String reason) {
        return done(model, caller, response, id, reason, () -> rematching.apply(caller, id, reason));
    }

    @PostMapping("/{id:\\d{1,18}}/undo")
    String undo(
            Model model,
            Caller caller,
            HttpServletResponse response,
            @PathVariable long id,
            @RequestParam(defaultValue = "") String reason) {
        return done(model, caller, response, id, reason, () -> rematching.undo(caller, id, reason));
    }

    @PostMapping("/{id:\\d{1,18}}/stop")
    String stop(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        String back = "redirect:/identity/rematch/" + id;
        try {
            rematching.stop(caller, id);
            return back;
        } catch (Problem problem) {
            return told(problem, redirect, back);
        }
    }

    private String done(
            Model model, Caller caller, HttpServletResponse response, long id, String reason, Runnable what) {
        Errors errors = new Errors();
        try {
            what.run();
            return "redirect:/identity/rematch/" + id;
        } catch (Problem problem) {
            if (problem.category() != Category.CONFLICT && problem.category() != Category.UNPROCESSABLE) {
                throw problem;
            }
            errors.add("reason", problem.message(pages.text().locale()));
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return run(model, caller, RematchFilter.ALL, id, 0, reason, errors);
    }

    /** What others did meanwhile is told on the page that follows. */
    private String told(Problem problem, RedirectAttributes redirect, String back) {
        if (problem.category() != Category.CONFLICT) {
            throw problem;
        }
        redirect.addFlashAttribute("trouble", problem.message(pages.text().locale()));
        return back;
    }
}
