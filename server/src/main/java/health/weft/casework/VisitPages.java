package health.weft.casework;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A visit added, corrected, taken back; the visits of a day, ticked off; all of them as a file. */
@Controller
class VisitPages {
    private final Visits visits;
    private final Cases cases;
    private final CasePages clients;
    private final Days days;
    private final Pages pages;

    VisitPages(Visits visits, Cases cases, CasePages clients, Days days, Pages pages) {
        this.visits = visits;
        this.cases = cases;
        this.clients = clients;
        this.days = days;
        this.pages = pages;
    }

    @PostMapping("/cases/{id}/visits")
    String add(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> typed) {
        CaseForm form = new CaseForm(typed);
        Filled said = form.visit(pages.text(), days.today());
        form.refused(pages.text(), visits.wrong(said));
        if (form.errors().isEmpty()) {
            try {
                visits.add(caller, id, said, form.once());
                pages.notice(
                        redirect, "casework.visit.added." + said.attendance().key());
                return "redirect:/cases/" + id;
            } catch (Problem problem) {
                clients.refused(form, "service", problem);
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return clients.show(model, caller, id, form);
    }

    @GetMapping("/cases/{id}/visits/{visit}")
    String visit(Model model, Caller caller, @PathVariable String id, @PathVariable String visit) {
        return show(model, caller, id, visit, CaseForm.NONE);
    }

    @PostMapping("/cases/{id}/visits/{visit}")
    String correct(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @PathVariable String visit,
            @RequestParam int version,
            @RequestParam Map<String, String> typed) {
        CaseForm form = new CaseForm(typed);
        Filled said = form.visit(pages.text(), days.today());
        form.refused(pages.text(), visits.wrong(said));
        if (form.errors().isEmpty()) {
            try {
                visits.correct(caller, id, visit, version, said);
                pages.notice(redirect, "casework.saved");
                return "redirect:/cases/" + id;
            } catch (Problem problem) {
                clients.refused(form, "service", problem);
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(model, caller, id, visit, form);
    }

    private String show(Model model, Caller caller, String id, String visit, CaseForm form) {
        Client client = cases.one(caller, id);
        model.addAttribute(
                "page", pages.page("casework.visit.title", client.name()).at("/cases/" + id + "/visits/" + visit));
        model.addAttribute("client", client);
        model.addAttribute("visit", visits.one(caller, id, visit));
        model.addAttribute("services", visits.services(caller));
        model.addAttribute("form", form);
        return "casework/visit";
    }

    @PostMapping("/cases/{id}/visits/{visit}/undo")
    String undo(Caller caller, RedirectAttributes redirect, @PathVariable String id, @PathVariable String visit) {
        visits.undo(caller, id, visit);
        pages.notice(redirect, "casework.visit.undone");
        return "redirect:/cases/" + id;
    }

    @PostMapping("/cases/{id}/visits/{visit}/join")
    String join(Caller caller, RedirectAttributes redirect, @PathVariable String id, @PathVariable String visit) {
        visits.join(caller, id, visit);
        pages.notice(redirect, "casework.visit.joined");
        return "redirect:/cases/" + id;
    }

    // ------------------------------------------------------------------------------------------------ a day

    @GetMapping("/cases/today")
    String today(Model model, Caller caller, @RequestParam(defaultValue = "") String day) {
        LocalDate shown = day.isEmpty() ? days.today() : date(day);
        List<Visit> all = visits.between(caller, shown, shown);
        model.addAttribute(
                "page",
                pages.page(
                        shown.equals(days.today()) ? "casework.today.title" : "casework.day.title",
                        pages.text().date(shown)));
        model.addAttribute("visits", all);
        model.addAttribute("day", shown);
        model.addAttribute("today", days.today());
        return "casework/today";
    }

    @PostMapping("/cases/today/{visit}")
    String tick(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String visit,
            @RequestParam String attendance,
            @RequestParam(defaultValue = "") String day) {
        visits.attend(
                caller,
                visit,
                Attendance.of(attendance)
                        .orElseThrow(() -> Problem.of(Category.INVALID, "casework.problem.attendance")));
        return "redirect:/cases/today" + (day.isEmpty() ? "" : "?day=" + date(day));
    }

    @GetMapping("/cases/visits.csv")
    ResponseEntity<byte[]> file(
            Caller caller,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String until) {
        Csv csv = Csv.of(
                "id",
                "client_number",
                "client",
                "date",
                "time",
                "attendance",
                "service",
                "amount",
                "unit",
                "note",
                "by");
        LocalDate first = from.isEmpty() ? days.today().minusYears(1) : date(from);
        LocalDate last = until.isEmpty() ? days.today().plusYears(1) : date(until);
        for (Visit visit : visits.between(caller, first, last)) {
            csv.row(
                    visit.id(),
                    visit.number(),
                    visit.name(),
                    visit.day(),
                    visit.time(),
                    visit.attendance().key(),
                    visit.service(),
                    visit.quantity(),
                    visit.unit(),
                    visit.note(),
                    visit.by());
        }
        return csv.file("visits.csv");
    }

    static LocalDate date(String day) {
        try {
            return LocalDate.parse(day);
        } catch (DateTimeException e) {
            throw Problem.of(Category.INVALID, "casework.problem.date");
        }
    }
}
