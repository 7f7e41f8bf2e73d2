package health.weft.chart;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What the law has reported, for those who act for public health: a list, whom to call, and a file of it. */
@Controller
class ReportedPages {
    private static final int SHOWN = 50;
    /** Rows of a file. */
    private static final int MOST = 10_000;

    private final ReportedFacts reported;
    private final Audit audit;
    private final Pages pages;

    ReportedPages(ReportedFacts reported, Audit audit, Pages pages) {
        this.reported = reported;
        this.audit = audit;
        this.pages = pages;
    }

    @GetMapping("/reported")
    String list(
            Caller caller,
            Model model,
            @RequestParam(defaultValue = "condition") String kind,
            @RequestParam(defaultValue = "") String since,
            @RequestParam(name = "page", defaultValue = "") String token) {
        Reported.Kind asked = kind(kind);
        Reported found = reported.find(caller, asked, moment(since), token, SHOWN);
        model.addAttribute("page", pages.page("chart.reported.title"));
        model.addAttribute("kind", asked);
        model.addAttribute("since", since);
        model.addAttribute("said", reported.isSaid());
        model.addAttribute("found", found);
        model.addAttribute("newest", token.isEmpty() ? null : address(asked, since, ""));
        model.addAttribute("older", found.older() == null ? null : address(asked, since, found.older()));
        return "chart/reported";
    }

    /** Posted, since a file of people is no address to come back to. */
    @PostMapping("/reported.csv")
    ResponseEntity<byte[]> file(
            Caller caller,
            @RequestParam(defaultValue = "condition") String kind,
            @RequestParam(defaultValue = "") String since) {
        Reported.Kind asked = kind(kind);
        Csv csv = Csv.of("what", "found", "since", "written", "written by", "name", "phone", "place", "resource");
        @Nullable String token = "";
        int rows = 0;
        while (token != null && rows < MOST) {
            Reported found = reported.find(caller, asked, moment(since), token, SHOWN);
            for (Reported.Line line : found.lines()) {
                csv.row(
                        line.what(),
                        line.value(),
                        line.date(),
                        line.written(),
                        line.organisation(),
                        line.name(),
                        line.phone(),
                        line.place(),
                        line.reference());
            }
            rows += found.lines().size();
            token = found.older();
        }
        audit.record(caller, Audit.Action.EXPORT, asked.type() + " (" + rows + ")", List.of());
        return csv.file("reported-" + asked.key() + ".csv");
    }

    private static String address(Reported.Kind kind, String since, String token) {
        return "/reported?kind=" + kind.key() + (since.isEmpty() ? "" : "&since=" + since)
                + (token.isEmpty() ? "" : "&page=" + token);
    }

    private static Reported.Kind kind(String key) {
        return Arrays.stream(Reported.Kind.values())
                .filter(kind -> kind.key().equals(key))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "chart.reported.problem.kind"));
    }

    private @Nullable Instant moment(String since) {
        try {
            return since.isEmpty()
                    ? null
                    : LocalDate.parse(since).atStartOfDay(pages.text().zone()).toInstant();
        } catch (DateTimeException e) {
            throw Problem.of(Category.INVALID, "chart.reported.problem.day");
        }
    }
}
