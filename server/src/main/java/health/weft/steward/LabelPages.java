package health.weft.steward;

import health.weft.identity.Answer;
import health.weft.identity.Dealt;
import health.weft.identity.Labels;
import health.weft.identity.Models;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Blind labelling: one pair after the other, and how far stewards agree. */
@Controller
@RequestMapping("/identity/labels")
class LabelPages {
    private static final String HERE = "redirect:/identity/labels";

    private final Labels labels;
    private final Models models;
    private final Pages pages;

    LabelPages(Labels labels, Models models, Pages pages) {
        this.labels = labels;
        this.models = models;
        this.pages = pages;
    }

    @GetMapping
    String pair(Model model, Caller caller) {
        return pair(model, caller, "", new Errors());
    }

    private String pair(Model model, Caller caller, String note, Errors errors) {
        Optional<Dealt> dealt = labels.deal(caller);
        model.addAttribute("page", pages.page(dealt.isPresent() ? "labels.pair" : "labels.title"));
        dealt.ifPresent(shown -> {
            model.addAttribute("dealt", shown);
            model.addAttribute("rows", Comparison.of(shown.one(), shown.other(), pages.text()));
        });
        model.addAttribute("progress", labels.progress(caller));
        model.addAttribute("note", note);
        model.addAttribute("errors", errors);
        return "steward/labels";
    }

    @PostMapping("/{look:\\d{1,18}}")
    String say(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable long look,
            @RequestParam(defaultValue = "") String answer,
            @RequestParam(defaultValue = "") String note) {
        Errors errors = new Errors();
        Optional<Answer> chosen = Arrays.stream(Answer.values())
                .filter(known -> known.key().equals(answer))
                .findFirst();
        if (chosen.isEmpty()) {
            errors.add("answer", pages.text().get("labels.missing"));
        } else {
            try {
                labels.say(caller, look, chosen.get(), note);
                redirect.addFlashAttribute("said", pages.text().get("labels.said." + answer));
                return HERE;
            } catch (Problem problem) {
                switch (problem.category()) {
                    case UNPROCESSABLE -> errors.add("note", words(problem));
                    case CONFLICT, NOT_FOUND -> {
                        redirect.addFlashAttribute("trouble", words(problem));
                        return HERE;
                    }
                    default -> throw problem;
                }
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return pair(model, caller, note, errors);
    }

    @PostMapping("/undo")
    String undo(Caller caller, RedirectAttributes redirect) {
        try {
            labels.undo(caller);
            pages.notice(redirect, "labels.undone");
        } catch (Problem problem) {
            tell(redirect, problem);
        }
        return HERE;
    }

    @PostMapping("/draw")
    String draw(Caller caller, RedirectAttributes redirect, @RequestParam(defaultValue = "") String pairs) {
        try {
            int drawn = labels.draw(caller, pairs.matches("\\d{1,6}") ? Integer.parseInt(pairs) : 0);
            pages.notice(redirect, drawn == 0 ? "labels.drewNone" : "labels.drew", drawn);
        } catch (Problem problem) {
            tell(redirect, problem);
        }
        return HERE;
    }

    @GetMapping("/results")
    String results(Model model, Caller caller) {
        labels.progress(caller);
        model.addAttribute("page", pages.page("labels.results"));
        model.addAttribute("report", models.report(caller));
        return "steward/results";
    }

    /** Says on the next page what could not be done; who may not at all is refused here. */
    private void tell(RedirectAttributes redirect, Problem problem) {
        if (problem.category() != Category.CONFLICT && problem.category() != Category.UNPROCESSABLE) {
            throw problem;
        }
        redirect.addFlashAttribute("trouble", words(problem));
    }

    private String words(Problem problem) {
        return problem.message(pages.text().locale());
    }
}
