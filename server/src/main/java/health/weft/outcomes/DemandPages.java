package health.weft.outcomes;

import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.directory.Supply;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Demand;
import health.weft.referral.Demand.Dimension;
import health.weft.referral.Demand.Needs;
import health.weft.referral.Demand.Week;
import health.weft.referral.Figures.Ending;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import health.weft.ui.Text;
import health.weft.ui.Trend;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Supply and demand: what is needed, what is met, and what the network offers; as a page and as CSV. */
@Controller
class DemandPages {
    private final Demand demand;
    private final Directory directory;
    private final Pages pages;
    private final int smallest;
    private final Remembered<Asked, Answer> answers = new Remembered<>(this::answer);

    /** @param smallest numbers of people below this one are not told of a part of the people, except none */
    DemandPages(
            Demand demand, Directory directory, Pages pages, @Value("${weft.outcomes.smallest-cell:11}") int smallest) {
        this.demand = demand;
        this.directory = directory;
        this.pages = pages;
        this.smallest = smallest;
    }

    private record Asked(String category, int days) {}

    private record Answer(Map<Dimension, List<NeedsTold>> rows, List<Week> weeks, List<Ending> endings) {}

    @GetMapping("/demand")
    String demand(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "365") int days) {
        Asked asked = asked(caller, category, days);
        Answer answer = answers.get(asked);
        Text text = pages.text();
        List<Supply> supply = directory.supply();
        model.addAttribute("page", pages.page("outcomes.demand.title").live("referrals"));
        model.addAttribute("category", category);
        model.addAttribute("days", days);
        model.addAttribute("all", row(answer, Dimension.ALL).orElse(null));
        model.addAttribute("rows", answer.rows());
        model.addAttribute(
                "supply",
                supply.stream()
                        .filter(offer -> category.isEmpty() || offer.category().equals(category))
                        .toList());
        model.addAttribute("categories", supply.stream().map(Supply::category).toList());
        model.addAttribute("endings", answer.endings());
        model.addAttribute(
                "trends",
                List.of(
                        trend(text, "outcomes.demand.week.sent", answer.weeks(), Week::sent),
                        trend(text, "outcomes.demand.week.helped", answer.weeks(), Week::helped),
                        trend(text, "outcomes.demand.week.ended", answer.weeks(), Week::ended)));
        model.addAttribute("weeks", answer.weeks());
        model.addAttribute("smallest", smallest);
        return "outcomes/demand";
    }

    @GetMapping("/demand.csv")
    ResponseEntity<byte[]> csv(
            Caller caller,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "365") int days) {
        Answer answer = answers.get(asked(caller, category, days));
        Csv csv = Csv.of(
                "by",
                "value",
                "needs",
                "met",
                "waiting",
                "unmet",
                "median_days_to_answer",
                "median_days_to_start",
                "median_days_to_help");
        answer.rows()
                .forEach((dimension, rows) -> rows.forEach(row -> csv.row(
                        dimension.name().toLowerCase(java.util.Locale.ROOT),
                        row.value(),
                        row.needs(),
                        row.met(),
                        row.waiting(),
                        row.unmet(),
                        row.days() == null ? null : Figure.days(row.days().toAnswer()),
                        row.days() == null ? null : Figure.days(row.days().toStart()),
                        row.days() == null ? null : Figure.days(row.days().toHelp()))));
        return csv.file("supply-and-demand.csv");
    }

    @GetMapping("/demand/weeks.csv")
    ResponseEntity<byte[]> weeks(
            Caller caller,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "365") int days) {
        Csv csv = Csv.of("week", "sent", "helped", "ended_without_help");
        answers.get(asked(caller, category, days))
                .weeks()
                .forEach(week -> csv.row(week.monday(), week.sent(), week.helped(), week.ended()));
        return csv.file("demand-by-week.csv");
    }

    private Answer answer(Asked asked) {
        Instant since = Instant.now().minus(Duration.ofDays(asked.days()));
        List<Needs> needs = demand.needs(asked.category(), since);
        List<Demand.Days> days = demand.days(asked.category(), since);
        Map<Dimension, List<NeedsTold>> rows = new EnumMap<>(Dimension.class);
        for (Dimension dimension : Dimension.values()) {
            rows.put(
                    dimension,
                    NeedsTold.of(
                            needs.stream()
                                    .filter(group -> group.dimension() == dimension)
                                    .toList(),
                            days.stream()
                                    .filter(group -> group.dimension() == dimension)
                                    .toList(),
                            dimension.isOfPersons() ? smallest : 0));
        }
        return new Answer(rows, demand.weeks(asked.category(), since), demand.endings(asked.category(), since));
    }

    private static Optional<NeedsTold> row(Answer answer, Dimension dimension) {
        return answer.rows().getOrDefault(dimension, List.of()).stream().findFirst();
    }

    /** A line over all weeks, also those in which nothing was sent. */
    private static Trend trend(Text text, String title, List<Week> weeks, ToIntFunction<Week> value) {
        List<Trend.Point> points = new ArrayList<>();
        for (int i = 0; i < weeks.size(); i++) {
            Week week = weeks.get(i);
            points.add(new Trend.Point(
                    week.monday().toEpochDay(), BigDecimal.valueOf(value.applyAsInt(week)), text.date(week.monday())));
            long next = i + 1 < weeks.size()
                    ? ChronoUnit.WEEKS.between(week.monday(), weeks.get(i + 1).monday())
                    : 1;
            for (long empty = 1; empty < next; empty++) {
                var monday = week.monday().plusWeeks(empty);
                points.add(new Trend.Point(monday.toEpochDay(), BigDecimal.ZERO, text.date(monday)));
            }
        }
        return new Trend(text.get(title), "", points);
    }

    private static Asked asked(Caller caller, String category, int days) {
        if (caller.is(Role.PATIENT)) {
            throw Problem.of(Category.FORBIDDEN, "outcomes.problem.members");
        }
        if (days < 1 || days > 3_660) {
            throw Problem.of(Category.INVALID, "outcomes.problem.days");
        }
        if (!category.isEmpty() && SdohCategory.of(category).isEmpty()) {
            throw Problem.of(Category.NOT_FOUND, "referral.problem.kind");
        }
        return new Asked(category, days);
    }
}
