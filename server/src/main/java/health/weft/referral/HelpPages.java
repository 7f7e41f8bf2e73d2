package health.weft.referral;

import health.weft.notice.Recipients;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * "Did you get help?", without an account. Whoever finds the link learns that help was asked for on some day, and neither for whom, nor
 * what, nor of whom. Opening the page changes nothing. There is no session: the link itself is the secret that a form needs.
 */
@Controller
class HelpPages {
    private static final int LONGEST = 2_000;

    private final HelpLinks links;
    private final Recipients recipients;
    private final Pages pages;

    HelpPages(HelpLinks links, Recipients recipients, Pages pages) {
        this.links = links;
        this.recipients = recipients;
        this.pages = pages;
    }

    @GetMapping("/helped/{token}")
    String show(Model model, HttpServletResponse response, @PathVariable String token) {
        return show(model, response, token, new Errors(), "");
    }

    @PostMapping("/helped/{token}")
    String answer(
            Model model,
            HttpServletResponse response,
            @PathVariable String token,
            @RequestParam(defaultValue = "") String help,
            @RequestParam(defaultValue = "") String words) {
        Errors errors = new Errors();
        if (!help.equals("true") && !help.equals("false")) {
            errors.add("words", pages.text().get("referral.helped.press"));
        }
        if (words.length() > LONGEST) {
            errors.add("words", pages.text().get("referral.note.long"));
        }
        if (errors.isEmpty()) {
            boolean yes = help.equals("true");
            try {
                links.answer(token, yes, words);
            } catch (Problem problem) {
                return gone(model, response, token, problem);
            }
            return "redirect:" + HelpLinks.PATH + (yes ? "thanks" : token);
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(model, response, token, errors, words);
    }

    @GetMapping("/helped/thanks")
    String thanks(Model model) {
        model.addAttribute("page", pages.page("referral.helped.thanks").withoutSession());
        return "referral/helped-thanks";
    }

    private String show(Model model, HttpServletResponse response, String token, Errors errors, String words) {
        HelpLinks.Opened opened;
        try {
            opened = links.open(token);
        } catch (Problem problem) {
            return gone(model, response, token, problem);
        }
        pages.reads(opened.language());
        model.addAttribute(
                "page",
                pages.page(opened.saidNo() ? "referral.helped.no.title" : "referral.helped.title")
                        .withoutSession()
                        .at(HelpLinks.PATH + token));
        model.addAttribute("action", HelpLinks.PATH + token);
        model.addAttribute("day", opened.referral().sentAt());
        model.addAttribute("saidNo", opened.saidNo());
        model.addAttribute("stop", recipients.stopPath(opened.person()).orElse(""));
        model.addAttribute("errors", errors);
        model.addAttribute("words", words);
        return "referral/helped";
    }

    private String gone(Model model, HttpServletResponse response, String token, Problem problem) {
        if (problem.category() != Category.GONE) {
            throw problem;
        }
        response.setStatus(Category.GONE.status().value());
        model.addAttribute(
                "page",
                pages.page("referral.helped.gone.title").withoutSession().at(HelpLinks.PATH + token));
        return "referral/helped-gone";
    }
}
