package health.weft.oversight;

import gg.jte.Content;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.ui.Errors;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** "Why did they look?": the person asks and reads the answer beside who looked; the privacy officer answers. */
@Controller
class QuestionPages implements Panel {
    private final Questions questions;
    private final Proxies proxies;
    private final Pages pages;

    QuestionPages(Questions questions, Proxies proxies, Pages pages) {
        this.questions = questions;
        this.proxies = proxies;
        this.pages = pages;
    }

    @Override
    public Place place() {
        return Place.PORTAL_ACCESS;
    }

    @Override
    public Optional<Content> content(Caller caller, String person, Page page) {
        List<Question> mine = proxies.decides(caller) ? questions.of(person) : List.of();
        return mine.isEmpty()
                ? Optional.empty()
                : Optional.of(pages.content("oversight/mine.jte", Map.of("page", page, "questions", mine)));
    }

    @GetMapping("/me/access/ask/{event}")
    String ask(Model model, Caller caller, @PathVariable long event) {
        return ask(model, caller, event, "", new Errors());
    }

    private String ask(Model model, Caller caller, long event, String words, Errors errors) {
        model.addAttribute("look", questions.look(caller, event));
        model.addAttribute("page", pages.page("oversight.ask.title"));
        model.addAttribute("words", words);
        model.addAttribute("errors", errors);
        return "oversight/ask";
    }

    @PostMapping("/me/access/ask/{event}")
    String send(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable long event,
            @RequestParam(defaultValue = "") String words) {
        try {
            questions.ask(caller, event, words);
            pages.notice(redirect, "oversight.asked");
            return "redirect:/me/access";
        } catch (Problem refused) {
            if (refused.category() == Category.FORBIDDEN || refused.category() == Category.NOT_FOUND) {
                throw refused;
            }
            response.setStatus(refused.category().status().value());
            return ask(model, caller, event, words, said("words", refused));
        }
    }

    @GetMapping("/questions")
    String all(Model model, Caller caller) {
        return all(model, caller, 0, "", new Errors());
    }

    private String all(Model model, Caller caller, long at, String answer, Errors errors) {
        model.addAttribute("waiting", questions.all(caller, false));
        model.addAttribute("answered", questions.all(caller, true));
        model.addAttribute("page", pages.page("oversight.questions.title"));
        model.addAttribute("at", at);
        model.addAttribute("answer", answer);
        model.addAttribute("errors", errors);
        return "oversight/questions";
    }

    @PostMapping("/questions/{id}")
    String answer(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable long id,
            @RequestParam(defaultValue = "") String answer) {
        try {
            questions.answer(caller, id, answer);
            pages.notice(redirect, "oversight.answered");
            return "redirect:/questions";
        } catch (Problem refused) {
            if (refused.category() != Category.UNPROCESSABLE && refused.category() != Category.CONFLICT) {
                throw refused;
            }
            response.setStatus(refused.category().status().value());
            return all(model, caller, id, answer, said("answer-" + id, refused));
        }
    }

    private Errors said(String field, Problem refused) {
        return new Errors().add(field, refused.message(pages.text().locale()));
    }
}
