package health.weft.outcomes;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Figures;
import health.weft.referral.Figures.By;
import health.weft.referral.Figures.Line;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The scorecard: how many needs were met, how fast, by whom; as a page and as CSV. */
@Controller
class ScorecardPages {
    private final Figures figures;
    private final Pages pages;
    private final Remembered<Integer, Card> cards = new Remembered<>(this::card);

    private record Card(
            Optional<Line> whole,
            List<Line> services,
            List<Line> owners,
            List<Line> requesters,
            List<Figures.Ending> endings) {}

    ScorecardPages(Figures figures, Pages pages) {
        this.figures = figures;
        this.pages = pages;
    }

    @GetMapping("/scorecard")
    String scorecard(Model model, Caller caller, @RequestParam(defaultValue = "365") int days) {
        refuseOthers(caller, days);
        Card card = cards.get(days);
        model.addAttribute("page", pages.page("outcomes.title").live("referrals"));
        model.addAttribute("days", days);
        model.addAttribute("whole", card.whole().orElse(null));
        model.addAttribute("services", card.services());
        model.addAttribute("owners", card.owners());
        model.addAttribute("requesters", card.requesters());
        model.addAttribute("endings", card.endings());
        return "outcomes/scorecard";
    }

    @GetMapping("/scorecard.csv")
    ResponseEntity<byte[]> csv(Caller caller, @RequestParam(defaultValue = "365") int days) {
        refuseOthers(caller, days);
        Csv csv = Csv.of(
                "group",
                "name",
                "sent",
                "answered",
                "accepted",
                "closed_with_help",
                "confirmed_by_person",
                "reopened",
                "ended_without_help",
                "median_days_to_answer",
                "median_days_to_close");
        Card card = cards.get(days);
        append(csv, "network", card.whole().stream().toList());
        append(csv, "service", card.services());
        append(csv, "asked", card.owners());
        append(csv, "asking", card.requesters());
        return csv.file("scorecard.csv");
    }

    /** @param days that it looks back */
    private Card card(int days) {
        Instant since = Instant.now().minus(Duration.ofDays(days));
        List<Line> lines = figures.lines(since);
        return new Card(
                lines.stream().filter(line -> line.by() == By.NETWORK).findFirst(),
                of(lines, By.SERVICE),
                of(lines, By.ASKED),
                of(lines, By.ASKING),
                figures.endings(since));
    }

    private static List<Line> of(List<Line> lines, By by) {
        return lines.stream().filter(line -> line.by() == by).toList();
    }

    private static void refuseOthers(Caller caller, int days) {
        if (caller.is(Role.PATIENT)) {
            throw Problem.of(Category.FORBIDDEN, "outcomes.problem.members");
        }
        if (days < 1 || days > 3_660) {
            throw Problem.of(Category.INVALID, "outcomes.problem.days");
        }
    }

    private static void append(Csv csv, String group, List<Line> lines) {
        lines.forEach(line -> csv.row(
                group,
                group.equals("asking") && line.name().isEmpty() ? "people themselves" : line.name(),
                line.sent(),
                line.answered(),
                line.accepted(),
                line.closed(),
                line.confirmed(),
                line.reopened(),
                line.ended(),
                Figure.days(line.daysToAnswer()),
                Figure.days(line.daysToClose())));
    }
}
