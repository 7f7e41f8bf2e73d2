package health.weft.outcomes;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Demand;
import health.weft.referral.Figures;
import health.weft.referral.Figures.By;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The scorecard: how many needs were met, how fast, by whom; as a page and as CSV. */
@Controller
class ScorecardPages {
    private final Figures figures;
    private final Demand demand;
    private final Pages pages;
    private final int smallest;
    private final Remembered<Boolean, Told> told = new Remembered<>(all -> told());

    /** @param at when it was worked out */
    private record Told(
            Instant at, Map<Period, Map<By, List<LineTold>>> lines, Map<EndingTold.Page, List<EndingTold>> endings) {}

    /** @param smallest numbers of referrals below this one are not told, except none */
    ScorecardPages(
            Figures figures, Demand demand, Pages pages, @Value("${weft.outcomes.smallest-cell:11}") int smallest) {
        this.figures = figures;
        this.demand = demand;
        this.pages = pages;
        this.smallest = smallest;
    }

    @GetMapping("/scorecard")
    String scorecard(Model model, Caller caller, @RequestParam(defaultValue = "365") int days) {
        Period period = asked(caller, days);
        Told all = told.get(true);
        Map<By, List<LineTold>> lines = all.lines().getOrDefault(period, Map.of());
        model.addAttribute("page", pages.page("outcomes.title").live("referrals"));
        model.addAttribute("days", days);
        model.addAttribute("at", all.at());
        model.addAttribute("smallest", smallest);
        model.addAttribute(
                "whole",
                lines.getOrDefault(By.NETWORK, List.of()).stream().findFirst().orElse(null));
        model.addAttribute("services", lines.getOrDefault(By.SERVICE, List.of()));
        model.addAttribute("owners", lines.getOrDefault(By.ASKED, List.of()));
        model.addAttribute("requesters", lines.getOrDefault(By.ASKING, List.of()));
        model.addAttribute("endings", all.endings().getOrDefault(new EndingTold.Page(period, ""), List.of()));
        return "outcomes/scorecard";
    }

    @GetMapping("/scorecard.csv")
    ResponseEntity<byte[]> csv(Caller caller, @RequestParam(defaultValue = "365") int days) {
        Period period = asked(caller, days);
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
        Map<By, List<LineTold>> lines = told.get(true).lines().getOrDefault(period, Map.of());
        append(csv, "network", lines.getOrDefault(By.NETWORK, List.of()));
        append(csv, "service", lines.getOrDefault(By.SERVICE, List.of()));
        append(csv, "asked", lines.getOrDefault(By.ASKED, List.of()));
        append(csv, "asking", lines.getOrDefault(By.ASKING, List.of()));
        return csv.file("scorecard.csv");
    }

    private Told told() {
        Instant at = Instant.now();
        Map<Period, List<Figures.Line>> lines = new EnumMap<>(Period.class);
        Map<Period, List<Demand.Ending>> endings = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            lines.put(period, figures.lines(period.since()));
            endings.put(period, demand.endings(period.since()));
        }
        return new Told(at, LineTold.of(lines, smallest), EndingTold.of(endings, smallest));
    }

    private static Period asked(Caller caller, int days) {
        if (caller.is(Role.PATIENT)) {
            throw Problem.of(Category.FORBIDDEN, "outcomes.problem.members");
        }
        return Period.of(days);
    }

    private static void append(Csv csv, String group, List<LineTold> lines) {
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
