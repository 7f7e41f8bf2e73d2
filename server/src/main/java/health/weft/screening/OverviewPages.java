package health.weft.screening;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import health.weft.ui.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** An organisation's screenings: who is due, who was asked, and figures; as pages and as CSV. */
@Controller
class OverviewPages {
    private static final int ROWS = 200;
    private static final int FILE_ROWS = 20_000;

    private final Overview overview;
    private final Pages pages;

    OverviewPages(Overview overview, Pages pages) {
        this.overview = overview;
        this.pages = pages;
    }

    @GetMapping("/screenings")
    String screenings(Model model, Caller caller, @RequestParam(defaultValue = "365") int days) {
        Instant since = since(caller, days);
        model.addAttribute("page", pages.page("screening.list.title"));
        model.addAttribute("days", days);
        model.addAttribute("due", overview.due(caller, ROWS));
        model.addAttribute("lines", overview.screenings(caller, since, ROWS));
        model.addAttribute("figures", overview.figures(caller, since));
        return "screening/list";
    }

    @GetMapping("/screenings.csv")
    ResponseEntity<byte[]> csv(Caller caller, @RequestParam(defaultValue = "365") int days) {
        Text text = pages.text();
        Csv csv = Csv.of("id", "name", "form", "at", "way", "declined", "needs", "unknown");
        overview.screenings(caller, since(caller, days), FILE_ROWS)
                .forEach(line -> csv.row(
                        line.id(),
                        line.name(),
                        line.title(text.language()),
                        line.at(),
                        line.way(),
                        line.declined(),
                        words(text, line.needs()),
                        words(text, line.unknown())));
        return csv.file("screenings.csv");
    }

    @GetMapping("/screenings/due.csv")
    ResponseEntity<byte[]> due(Caller caller) {
        since(caller, 1);
        Text text = pages.text();
        Csv csv = Csv.of("name", "form", "last", "due");
        overview.due(caller, FILE_ROWS)
                .forEach(line -> csv.row(line.name(), line.title(text.language()), line.last(), line.due()));
        return csv.file("screenings-due.csv");
    }

    @GetMapping("/screenings/figures.csv")
    ResponseEntity<byte[]> figures(Caller caller, @RequestParam(defaultValue = "365") int days) {
        Text text = pages.text();
        Csv csv = Csv.of("form", "category", "needs", "no_need", "unknown");
        overview.figures(caller, since(caller, days))
                .forEach(line -> csv.row(
                        line.title(text.language()), line.category(), line.needs(), line.clear(), line.unknown()));
        return csv.file("screening-figures.csv");
    }

    private static String words(Text text, List<String> categories) {
        return categories.stream()
                .map(code -> text.code("referral.category", code, code))
                .collect(Collectors.joining("; "));
    }

    private static Instant since(Caller caller, int days) {
        Screenings.mayScreen(caller);
        if (days < 1 || days > 3_660) {
            throw Problem.of(Category.INVALID, "screening.problem.days");
        }
        return Instant.now().minus(Duration.ofDays(days));
    }
}
