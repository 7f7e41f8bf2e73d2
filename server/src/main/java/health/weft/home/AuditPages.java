package health.weft.home;

import health.weft.audit.Audit;
import health.weft.audit.AuditFilter;
import health.weft.audit.AuditTrail;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.security.Sight;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;

/** The privacy officer's view of the trail: everything, by filters, and as a file. */
@Controller
class AuditPages {
    private static final int PAGE = 100;
    private static final int MOST = 50_000;
    private static final int LONGEST = 100;

    private static final Role READS = Role.PRIVACY_OFFICER;

    private final Pages pages;
    private final AuditTrail trail;
    private final Audit audit;

    AuditPages(Pages pages, AuditTrail trail, Audit audit) {
        this.pages = pages;
        this.trail = trail;
        this.audit = audit;
    }

    @Bean
    static Sight auditSight() {
        return new Sight("home.sight.audit", Set.of(READS));
    }

    /** Names of people are typed: they are sent as a form and stand in no address. */
    @RequestMapping(
            path = "/audit",
            method = {RequestMethod.GET, RequestMethod.POST})
    String audit(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String who,
            @RequestParam(defaultValue = "") String action,
            @RequestParam(defaultValue = "false") boolean refused,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String until,
            @RequestParam(defaultValue = "9223372036854775807") long before) {
        officer(caller);
        AuditFilter filter = filter(who, action, refused, from, until);
        List<AuditTrail.Entry> entries = trail.search(filter, before, PAGE);
        model.addAttribute("page", pages.page("home.audit.title"));
        model.addAttribute("entries", entries);
        model.addAttribute("filter", filter);
        model.addAttribute("from", from);
        model.addAttribute("until", until);
        model.addAttribute("actions", List.of(Audit.Action.values()));
        model.addAttribute("next", entries.size() < PAGE ? 0 : entries.getLast().id());
        model.addAttribute("later", before != Long.MAX_VALUE);
        return "audit/audit";
    }

    @PostMapping("/audit.csv")
    ResponseEntity<byte[]> file(
            Caller caller,
            @RequestParam(defaultValue = "") String who,
            @RequestParam(defaultValue = "") String action,
            @RequestParam(defaultValue = "false") boolean refused,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String until) {
        officer(caller);
        Csv csv = Csv.of("number", "at", "who", "user name", "for", "did", "outcome", "what", "purpose");
        for (AuditTrail.Entry e : trail.search(filter(who, action, refused, from, until), Long.MAX_VALUE, MOST)) {
            csv.row(
                    e.id(),
                    e.at(),
                    e.name(),
                    e.username(),
                    e.partyName(),
                    e.action(),
                    e.outcome(),
                    e.subject(),
                    e.purpose());
        }
        audit.record(caller, Audit.Action.EXPORT, "audit", List.of());
        return csv.file("audit.csv");
    }

    private AuditFilter filter(String who, String action, boolean refused, String from, String until) {
        boolean known = Arrays.stream(Audit.Action.values())
                .anyMatch(each -> each.name().equals(action));
        String typed = who.strip();
        return new AuditFilter(
                typed.substring(0, Math.min(LONGEST, typed.length())),
                known ? action : "",
                refused,
                day(from, 0),
                day(until, 1));
    }

    /** The beginning of a day of the reader's; what is no day is none. */
    private @Nullable Instant day(String typed, int later) {
        try {
            return typed.isBlank()
                    ? null
                    : LocalDate.parse(typed.strip())
                            .plusDays(later)
                            .atStartOfDay(pages.text().zone())
                            .toInstant();
        } catch (DateTimeParseException e) {
            throw Problem.of(Category.INVALID, "home.audit.day");
        }
    }

    private void officer(Caller caller) {
        if (!caller.is(READS)) {
            audit.refused(caller, "audit", List.of());
            throw Problem.of(Category.FORBIDDEN, "home.problem.audit");
        }
    }
}
