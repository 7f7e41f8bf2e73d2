package health.weft.emergency;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.DateParts;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
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

/** Opening a record in an emergency, and the privacy officer's review. */
@Controller
class EmergencyPages {
    private final Emergencies emergencies;
    private final Pages pages;

    EmergencyPages(Emergencies emergencies, Pages pages) {
        this.emergencies = emergencies;
        this.pages = pages;
    }

    @GetMapping("/emergency")
    String form(Model model, Caller caller) {
        if (!Emergencies.mayOpen(caller)) {
            throw Problem.of(Category.FORBIDDEN, "emergency.problem.role");
        }
        return form(model, TypedEmergency.NOTHING, new Errors());
    }

    private String form(Model model, TypedEmergency typed, Errors errors) {
        model.addAttribute("page", pages.page("emergency.title"));
        model.addAttribute("typed", typed);
        model.addAttribute("errors", errors);
        return "emergency/open";
    }

    @PostMapping("/emergency")
    String open(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String name,
            @RequestParam Map<String, String> all,
            @RequestParam(defaultValue = "") String reason) {
        TypedEmergency typed = new TypedEmergency(
                name, DateParts.of(all.get("born-day"), all.get("born-month"), all.get("born-year")), reason);
        Errors errors = new Errors();
        if (name.strip().split("\\s+").length < 2 || name.length() > 200) {
            errors.add("name", pages.text().get("emergency.name.missing"));
        }
        if (typed.born().date().isEmpty()) {
            errors.add("born", pages.text().get("emergency.born.missing"));
        }
        int length = reason.strip().length();
        if (length < Emergencies.SHORTEST || length > Emergencies.LONGEST) {
            errors.add("reason", pages.text().get("emergency.problem.reason"));
        }
        if (errors.isEmpty()) {
            Optional<String> opened = opened(caller, typed, errors);
            if (opened.isPresent()) {
                pages.notice(redirect, "emergency.opened");
                return "redirect:/people/" + opened.get();
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return form(model, typed, errors);
    }

    private Optional<String> opened(Caller caller, TypedEmergency typed, Errors errors) {
        try {
            return Optional.of(
                    emergencies.open(caller, typed.name(), typed.born().date().orElseThrow(), typed.reason()));
        } catch (Problem refused) {
            if (refused.category() != Category.UNPROCESSABLE && refused.category() != Category.TOO_MANY) {
                throw refused;
            }
            errors.add("name", refused.message(pages.text().locale()));
            return Optional.empty();
        }
    }

    @PostMapping("/people/{person}/emergency/close")
    String close(Caller caller, RedirectAttributes redirect, @PathVariable String person) {
        emergencies.close(caller, person);
        pages.notice(redirect, "emergency.closed");
        return "redirect:/people";
    }

    @GetMapping("/emergencies")
    String reviews(Model model, Caller caller) {
        return reviews(model, caller, 0, "", new Errors());
    }

    private String reviews(Model model, Caller caller, long at, String note, Errors errors) {
        List<Opening> waiting = emergencies.waiting(caller);
        model.addAttribute("page", pages.page("emergency.reviews.title"));
        model.addAttribute("waiting", waiting);
        model.addAttribute("reviewed", emergencies.reviewed(caller));
        model.addAttribute("at", at);
        model.addAttribute("note", note);
        model.addAttribute("errors", errors);
        return "emergency/reviews";
    }

    @PostMapping("/emergencies/{id}")
    String review(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable long id,
            @RequestParam(defaultValue = "") String outcome,
            @RequestParam(defaultValue = "") String note) {
        try {
            emergencies.review(caller, id, outcome, note);
            pages.notice(redirect, "emergency.reviewed");
            return "redirect:/emergencies";
        } catch (Problem refused) {
            if (refused.category() != Category.UNPROCESSABLE && refused.category() != Category.CONFLICT) {
                throw refused;
            }
            response.setStatus(refused.category().status().value());
            return reviews(
                    model,
                    caller,
                    id,
                    note,
                    new Errors()
                            .add("outcome-" + id, refused.message(pages.text().locale())));
        }
    }
}
