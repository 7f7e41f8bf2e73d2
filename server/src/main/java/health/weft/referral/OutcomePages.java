package health.weft.referral;

import health.weft.directory.SdohCategory;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Outcome.Enrolment;
import health.weft.referral.Outcome.Given;
import health.weft.referral.Outcome.Resolved;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Closing a referral with more than one field: what was given, how much, what it cost, and whether that was all that was needed. */
@Controller
class OutcomePages {
    private static final BigDecimal MOST = new BigDecimal("1000000");
    private static final int LONGEST_UNIT = 60;

    private final Referrals referrals;
    private final Pages pages;

    OutcomePages(Referrals referrals, Pages pages) {
        this.referrals = referrals;
        this.pages = pages;
    }

    @GetMapping("/referrals/{id}/outcome")
    String form(Model model, Caller caller, @PathVariable String id) {
        Referral referral = mine(caller, id);
        return form(model, referral, Map.of("version", String.valueOf(referral.version())), new Errors());
    }

    @PostMapping("/referrals/{id}/outcome")
    String close(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> form) {
        Referral referral = mine(caller, id);
        Errors errors = new Errors();
        String words = form.getOrDefault("words", "").strip();
        if (words.isEmpty()) {
            errors.add("words", pages.text().get("referral.problem.given"));
        } else if (words.length() > 2_000) {
            errors.add("words", pages.text().get("referral.note.long"));
        }
        Outcome outcome = new Outcome(
                Given.of(form.getOrDefault("given", ""))
                        .orElse(Given.of(category(referral)).getFirst()),
                number(form, "amount", BigDecimal.valueOf(0.01), errors),
                form.getOrDefault("unit", "").strip(),
                number(form, "cost", BigDecimal.ZERO, errors),
                Enrolment.of(form.getOrDefault("enrolment", "")).orElse(null),
                Resolved.of(form.getOrDefault("resolved", "")).orElse(null));
        if (outcome.unit().length() > LONGEST_UNIT) {
            errors.add("unit", pages.text().get("referral.outcome.problem.unit", LONGEST_UNIT));
        }
        if (errors.isEmpty()) {
            try {
                referrals.give(caller, id, version(form), words, outcome);
                pages.notice(redirect, "referral.done.give");
                return "redirect:/referrals/" + id;
            } catch (Problem problem) {
                if (problem.category() != Category.CONFLICT && problem.category() != Category.UNPROCESSABLE) {
                    throw problem;
                }
                errors.add("words", problem.message(pages.text().locale()));
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return form(model, referral, form, errors);
    }

    private String form(Model model, Referral referral, Map<String, String> form, Errors errors) {
        model.addAttribute("page", pages.page("referral.outcome.title").titled(referral.serviceName()));
        model.addAttribute("referral", referral);
        model.addAttribute("kinds", Given.of(category(referral)));
        model.addAttribute("form", form);
        model.addAttribute("errors", errors);
        return "referral/outcome";
    }

    /** One that the caller's organisation helps with; another's is as if it were not there. */
    private Referral mine(Caller caller, String id) {
        Referral referral = referrals.find(caller, id);
        if (!referral.owner().equals(caller.party())) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.owner", ReferralStatus.COMPLETED.words());
        }
        return referral;
    }

    private static SdohCategory category(Referral referral) {
        return SdohCategory.of(referral.category()).orElse(SdohCategory.UNSPECIFIED);
    }

    private @Nullable BigDecimal number(Map<String, String> form, String field, BigDecimal least, Errors errors) {
        String typed = form.getOrDefault(field, "").strip().replace("$", "").replace(",", "");
        if (typed.isEmpty()) {
            return null;
        }
        if (typed.matches("\\d{1,9}(\\.\\d{1,2})?")) {
            BigDecimal number = new BigDecimal(typed);
            if (number.compareTo(least) >= 0 && number.compareTo(MOST) <= 0) {
                return number;
            }
        }
        errors.add(field, pages.text().get("referral.outcome.problem." + field));
        return null;
    }

    private static int version(Map<String, String> form) {
        try {
            return Integer.parseInt(form.getOrDefault("version", ""));
        } catch (NumberFormatException e) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
    }
}
