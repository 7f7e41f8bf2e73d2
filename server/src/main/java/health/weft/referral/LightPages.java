package health.weft.referral;

import health.weft.identity.Identity;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Attempt.Medium;
import health.weft.ui.Errors;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Where the link in a mail to an organisation without accounts leads. Opening it changes nothing, since mail servers open links to look at
 * them; pressing one of its buttons does. There is no session: the link itself is the secret that a form needs.
 */
@Controller
class LightPages {
    private static final int LONGEST = 2_000;

    private final LightAnswers answers;
    private final Identity identity;
    private final Quiet quiet;
    private final Pages pages;

    LightPages(LightAnswers answers, Identity identity, Quiet quiet, Pages pages) {
        this.answers = answers;
        this.identity = identity;
        this.quiet = quiet;
        this.pages = pages;
    }

    @GetMapping("/reply/{token}")
    String show(Model model, HttpServletResponse response, @PathVariable String token) {
        return show(model, response, token, new Errors(), "");
    }

    @PostMapping("/reply/{token}/{step}")
    String step(
            Model model,
            HttpServletResponse response,
            @PathVariable String token,
            @PathVariable String step,
            @RequestParam(defaultValue = "0") int version,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String words) {
        Errors errors = new Errors();
        if (words.length() > LONGEST) {
            errors.add("words", pages.text().get("referral.note.long"));
        }
        return take(
                model,
                response,
                token,
                errors,
                "words",
                words,
                () -> answers.answer(token, step, version, Reason.of(reason), words.strip()));
    }

    private String take(
            Model model,
            HttpServletResponse response,
            String token,
            Errors errors,
            String field,
            String words,
            Runnable taking) {
        try {
            if (errors.isEmpty()) {
                taking.run();
                return "redirect:" + LightLinks.PATH + token;
            }
        } catch (Problem problem) {
            switch (problem.category()) {
                case GONE -> {
                    return gone(model, response, token);
                }
                case UNPROCESSABLE, CONFLICT, PRECONDITION_FAILED ->
                    errors.add(field, problem.message(pages.text().locale()));
                default -> throw problem;
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(model, response, token, errors, words);
    }

    @PostMapping("/reply/{token}/attempt")
    String attempt(
            Model model,
            HttpServletResponse response,
            @PathVariable String token,
            @RequestParam(defaultValue = "") String medium,
            @RequestParam Map<String, String> typed) {
        Said said = new Said("attempt", new Errors(), typed);
        Typed form = new Typed(said, pages.text());
        String words = form.words();
        return take(
                model,
                response,
                token,
                said.errors(),
                "words-attempt",
                words,
                () -> answers.attempt(token, form.once(), Medium.ofKey(medium), words));
    }

    /** A new link goes to the organisation's own mailbox, whoever asks; the answer is always the same. */
    @PostMapping("/reply/again")
    String again(Model model, @RequestParam(defaultValue = "") String token) {
        answers.again(token);
        model.addAttribute("page", pages.page("referral.light.again.title").withoutSession());
        return "referral/light-asked";
    }

    private String show(Model model, HttpServletResponse response, String token, Errors errors, String words) {
        LightAnswers.View view;
        try {
            view = answers.view(token);
        } catch (Problem problem) {
            if (problem.category() != Category.GONE && problem.category() != Category.NOT_FOUND) {
                throw problem;
            }
            return gone(model, response, token);
        }
        Referral referral = view.referral();
        Page page = pages.page(
                        referral.status().isEnd()
                                ? "referral.light.title.ended"
                                : "referral.light.title." + referral.status().code())
                .withoutSession();
        model.addAttribute("page", page);
        model.addAttribute(
                "contact",
                identity.personOf(referral.pat())
                        .filter(id -> view.person().known())
                        .map(id -> pages.panels(Panel.Place.REFERRAL_PERSON, LightAnswers.caller(referral), id, page))
                        .orElse(List.of()));
        model.addAttribute(
                "talk",
                view.person().known()
                        ? pages.panels(Panel.Place.LIGHT_TALK, LightAnswers.caller(referral), token, page)
                        : List.of());
        model.addAttribute("token", token);
        model.addAttribute("referral", referral);
        model.addAttribute("caption", view.service() + ", " + view.organization());
        model.addAttribute("person", view.person());
        model.addAttribute("note", view.note());
        model.addAttribute("attempts", view.attempts());
        model.addAttribute("once", UUID.randomUUID().toString());
        model.addAttribute(
                "language",
                PersonFacts.languageIn(
                        referral.outline().language(), pages.text().locale()));
        model.addAttribute(
                "quiet",
                view.person().known()
                        && identity.personOf(referral.pat())
                                .filter(quiet::about)
                                .isPresent());
        model.addAttribute("errors", errors);
        model.addAttribute("words", words);
        return "referral/light";
    }

    private String gone(Model model, HttpServletResponse response, String token) {
        response.setStatus(Category.GONE.status().value());
        model.addAttribute(
                "page", pages.page("referral.light.gone.title").withoutSession().at(LightLinks.PATH + token));
        model.addAttribute("token", token);
        model.addAttribute("late", answers.isLate(token));
        return "referral/light-gone";
    }
}
