package health.weft.oversight;

import health.weft.audit.Audit;
import health.weft.audit.AuditTrail;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Unusual looks and watched records, for the privacy officer. */
@Controller
@RequestMapping("/audit")
class OversightPages {
    private static final int PAGE = 25;
    private static final int MOST = 50_000;
    private static final int BUSIEST = 10;
    private static final String BACK = "redirect:/audit/unusual";

    private final Findings findings;
    private final WatchedRecords watched;
    private final AuditTrail trail;
    private final Audit audit;
    private final Pages pages;

    OversightPages(Findings findings, WatchedRecords watched, AuditTrail trail, Audit audit, Pages pages) {
        this.findings = findings;
        this.watched = watched;
        this.trail = trail;
        this.audit = audit;
        this.pages = pages;
    }

    @GetMapping("/unusual")
    String unusual(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String kind,
            @RequestParam(defaultValue = "false") boolean reviewed,
            @RequestParam(defaultValue = "" + Long.MAX_VALUE) long before) {
        findings.officer(caller);
        if (before == Long.MAX_VALUE) {
            findings.refresh();
        }
        return page(model, caller, OversightFilter.of(kind, reviewed), before, 0, "", new Errors());
    }

    private String page(
            Model model, Caller caller, OversightFilter filter, long before, long at, String note, Errors errors) {
        List<Finding> found = findings.search(caller, filter, before, PAGE + 1);
        boolean more = found.size() > PAGE;
        List<Finding> shown = more ? found.subList(0, PAGE) : found;
        model.addAttribute("page", pages.page("home.unusual.title"));
        model.addAttribute("findings", shown);
        model.addAttribute("filter", filter);
        model.addAttribute("older", more ? filter.address(shown.getLast().id()) : null);
        model.addAttribute("newest", before == Long.MAX_VALUE ? null : filter.address(Long.MAX_VALUE));
        model.addAttribute("volumes", trail.volumes(BUSIEST));
        model.addAttribute("at", at);
        model.addAttribute("note", note);
        model.addAttribute("errors", errors);
        return "oversight/unusual";
    }

    @PostMapping("/unusual/{id}")
    String review(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable long id,
            @RequestParam(defaultValue = "") String outcome,
            @RequestParam(defaultValue = "") String note) {
        try {
            findings.review(caller, id, outcome, note);
            pages.notice(redirect, "oversight.reviewed");
            return BACK;
        } catch (Problem refused) {
            String wrong = wrong(refused, response);
            return page(
                    model,
                    caller,
                    OversightFilter.of("", false),
                    id + 1,
                    id,
                    note,
                    new Errors().add("outcome-" + id, wrong));
        }
    }

    @PostMapping("/unusual.csv")
    ResponseEntity<byte[]> file(
            Caller caller,
            @RequestParam(defaultValue = "") String kind,
            @RequestParam(defaultValue = "false") boolean reviewed) {
        OversightFilter filter = OversightFilter.of(kind, reviewed);
        Csv csv = Csv.of(
                "number",
                "why",
                "day",
                "last look",
                "who",
                "user name",
                "for",
                "whose record",
                "detail",
                "people",
                "usual",
                "peers",
                "outcome",
                "note",
                "reviewed",
                "reviewer");
        for (Finding f : findings.search(caller, filter, Long.MAX_VALUE, MOST)) {
            csv.row(
                    f.id(),
                    f.kind(),
                    f.day(),
                    f.at(),
                    f.name(),
                    f.username(),
                    f.partyName(),
                    f.person(),
                    f.detail(),
                    f.people(),
                    f.usual(),
                    f.peers(),
                    f.outcome(),
                    f.note(),
                    f.reviewed(),
                    f.reviewer());
        }
        audit.record(caller, Audit.Action.EXPORT, "unusual-access", List.of());
        return csv.file("unusual-access.csv");
    }

    @GetMapping("/watched")
    String watched(Model model, Caller caller) {
        return watched(model, caller, "", "", new Errors());
    }

    private String watched(Model model, Caller caller, String patient, String reason, Errors errors) {
        model.addAttribute("watched", watched.all(caller));
        model.addAttribute("page", pages.page("oversight.watched.title"));
        model.addAttribute("patient", patient);
        model.addAttribute("reason", reason);
        model.addAttribute("errors", errors);
        return "oversight/watched";
    }

    @PostMapping("/watched")
    String watch(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String patient,
            @RequestParam(defaultValue = "") String reason) {
        try {
            watched.watch(caller, patient, reason);
            pages.notice(redirect, "oversight.watched.on");
            return "redirect:/audit/watched";
        } catch (Problem refused) {
            String field = refused.category().status().value() == 422 ? "reason" : "patient";
            return watched(model, caller, patient, reason, new Errors().add(field, wrong(refused, response)));
        }
    }

    @PostMapping("/watched/{id}/end")
    String end(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        watched.end(caller, id);
        pages.notice(redirect, "oversight.watched.off");
        return "redirect:/audit/watched";
    }

    /** What the form says of it; what is no fault of what was typed goes on. */
    private String wrong(Problem refused, HttpServletResponse response) {
        switch (refused.category()) {
            case UNPROCESSABLE, CONFLICT, NOT_FOUND ->
                response.setStatus(refused.category().status().value());
            default -> throw refused;
        }
        return refused.message(pages.text().locale());
    }
}
