package health.weft.screening;

import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.DateParts;
import health.weft.ui.Pages;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A person's needs over time, their goals, and what to ask next. */
@Controller
class NeedPages {
    private final Needs needs;
    private final Overview overview;
    private final Forms forms;
    private final Drafts drafts;
    private final Links links;
    private final Identity identity;
    private final Pages pages;

    NeedPages(Needs needs, Overview overview, Forms forms, Drafts drafts, Links links, Identity identity, Pages pages) {
        this.needs = needs;
        this.overview = overview;
        this.forms = forms;
        this.drafts = drafts;
        this.links = links;
        this.identity = identity;
        this.pages = pages;
    }

    @GetMapping("/people/{id}/needs")
    String needs(@PathVariable String id, Caller caller, Model model) {
        if (caller.is(Role.PATIENT)) {
            throw Problem.of(Category.FORBIDDEN, "screening.problem.role");
        }
        Person person = identity.person(caller, id);
        boolean screens = caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST);
        model.addAttribute("page", pages.page("screening.needs.title"));
        model.addAttribute("person", person);
        model.addAttribute("needs", needs.of(caller, person));
        model.addAttribute("goals", needs.goals(caller, person));
        model.addAttribute("past", overview.past(caller, person.pats()));
        model.addAttribute("due", overview.dueOf(caller, person.pats()));
        model.addAttribute("forms", screens ? forms.offered(caller) : List.of());
        model.addAttribute("drafts", screens ? drafts.open(person.id(), caller.party(), Way.DESK) : List.of());
        model.addAttribute("links", screens ? links.of(caller, person.id()) : List.of());
        model.addAttribute("caller", caller);
        return "screening/needs";
    }

    /** Says something of a need: confirmed with the person's agreement, none after all, resolved, there again. */
    @PostMapping("/people/{id}/needs/{need}")
    String say(
            @PathVariable String id,
            @PathVariable String need,
            Caller caller,
            @RequestParam(defaultValue = "") String step,
            @RequestParam(defaultValue = "") String version,
            RedirectAttributes redirect) {
        Screenings.mayScreen(caller);
        needs.say(caller, id, need, number(version), step(step));
        pages.notice(redirect, "screening.need.said." + step);
        return "redirect:/people/" + id + "/needs";
    }

    @PostMapping("/people/{id}/needs/{need}/goals")
    String aim(
            @PathVariable String id,
            @PathVariable String need,
            Caller caller,
            @RequestParam Map<String, String> fields,
            RedirectAttributes redirect) {
        Screenings.mayScreen(caller);
        DateParts due = DateParts.of(fields.get("due-day"), fields.get("due-month"), fields.get("due-year"));
        needs.aim(
                caller,
                id,
                need,
                fields.getOrDefault("words", ""),
                due.date().orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "screening.problem.goal")));
        pages.notice(redirect, "screening.goal.set");
        return "redirect:/people/" + id + "/needs";
    }

    @PostMapping("/people/{id}/goals/{goal}")
    String goal(
            @PathVariable String id,
            @PathVariable String goal,
            Caller caller,
            @RequestParam(defaultValue = "") String version,
            @RequestParam(defaultValue = "false") boolean reached) {
        Screenings.mayScreen(caller);
        needs.goal(caller, id, goal, number(version), reached);
        return "redirect:/people/" + id + "/needs";
    }

    private static int number(String version) {
        if (!version.matches("\\d{1,9}")) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
        return Integer.parseInt(version);
    }

    private static Needs.Step step(String step) {
        try {
            return Needs.Step.valueOf(step.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
    }
}
