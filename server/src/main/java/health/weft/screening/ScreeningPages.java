package health.weft.screening;

import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The screening form and what it found. */
@Controller
class ScreeningPages {
    private final Screenings screenings;
    private final Identity identity;
    private final Pages pages;

    ScreeningPages(Screenings screenings, Identity identity, Pages pages) {
        this.screenings = screenings;
        this.identity = identity;
        this.pages = pages;
    }

    @GetMapping("/people/{person}/screening")
    String form(
            Model model, Caller caller, @PathVariable String person, @RequestParam(defaultValue = "") String language) {
        Screenings.mayScreen(caller);
        return form(model, caller, person, language, Map.of(), new Errors(), UUID.randomUUID());
    }

    @PostMapping("/people/{person}/screening")
    String screen(
            Model model,
            Caller caller,
            HttpServletResponse response,
            @PathVariable String person,
            @RequestParam Map<String, String> fields) {
        Map<String, String> answers = new LinkedHashMap<>();
        Errors errors = new Errors();
        for (String question : HungerVitalSign.QUESTIONS) {
            String answer = fields.getOrDefault(question, "");
            if (answer.isBlank()) {
                errors.add(question, pages.text().get("screening.answer.missing"));
            } else {
                answers.put(question, answer);
            }
        }
        UUID formKey = formKey(fields.getOrDefault("_once", ""));
        if (!errors.isEmpty()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
            return form(model, caller, person, fields.getOrDefault("language", ""), answers, errors, formKey);
        }
        Screenings.Screened screened = screenings.screen(caller, person, answers, formKey);
        return "redirect:/people/" + person + "/screening/" + screened.responseId();
    }

    /** What a screening found; read again from the answers, since a result has no place in an address. */
    @GetMapping("/people/{person}/screening/{response}")
    String result(Model model, Caller caller, @PathVariable String person, @PathVariable String response) {
        Screenings.Screened screened = screenings.found(caller, person, response);
        model.addAttribute("page", pages.page("screening.result.title"));
        model.addAttribute("person", identity.person(caller, person));
        model.addAttribute("result", screened.result().key());
        model.addAttribute(
                "need",
                screened.condition()
                        .map(c -> c.substring("Condition/".length()))
                        .orElse(""));
        return "screening/result";
    }

    private String form(
            Model model,
            Caller caller,
            String person,
            String language,
            Map<String, String> answers,
            Errors errors,
            UUID formKey) {
        String spoken = language.equals("es") || language.equals("en")
                ? language
                : pages.text().language();
        Form form = screenings.form(spoken);
        model.addAttribute("page", pages.page("screening.title").titled(form.title()));
        model.addAttribute("person", identity.person(caller, person));
        model.addAttribute("form", form);
        model.addAttribute("language", spoken);
        model.addAttribute("answers", answers);
        model.addAttribute("errors", errors);
        model.addAttribute("formKey", formKey.toString());
        return "screening/form";
    }

    private static UUID formKey(String once) {
        try {
            return UUID.fromString(once);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
    }
}
