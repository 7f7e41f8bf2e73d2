package health.weft.outcomes;

import health.weft.directory.Directory;
import health.weft.directory.DirectorySearch;
import health.weft.directory.SdohCategory;
import health.weft.directory.Supply;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Demand;
import health.weft.referral.Demand.Dimension;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import health.weft.ui.Text;
import health.weft.ui.Trend;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
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
    private static final int MOST = 40;
    /** Rows of the table by area are called so, with their number. */
    private static final String AREA = "area-";

    private final Demand demand;
    private final Directory directory;
    private final DirectorySearch search;
    private final Pages pages;
    private final int smallest;
    private final String tiles;
    private final Remembered<Boolean, Told> told = new Remembered<>(all -> told());
    private final Remembered<Asked, List<Demand.Days>> days;

    /** @param smallest numbers of people below this one are not told, except none */
    DemandPages(
            Demand demand,
            Directory directory,
            DirectorySearch search,
            Pages pages,
            @Value("${weft.outcomes.smallest-cell:11}") int smallest,
            @Value("${weft.map.tiles:}") String tiles) {
        this.search = search;
        this.tiles = tiles;
        this.demand = demand;
        this.directory = directory;
        this.pages = pages;
        this.smallest = smallest;
        this.days = new Remembered<>(
                asked -> demand.days(asked.category(), asked.period().since()));
    }

    private record Asked(String category, Period period) {}

    /** @param at when it was worked out */
    private record Told(
            Instant at,
            Map<NeedsTold.Page, Map<Dimension, List<NeedsTold>>> needs,
            Map<String, List<WeekTold>> weeks,
            Map<EndingTold.Page, List<EndingTold>> endings,
            Map<Period, List<GivenTold>> given) {}

    private record Answer(
            Instant at,
            Map<Dimension, List<NeedsTold>> rows,
            List<WeekTold> weeks,
            List<EndingTold> endings,
            List<GivenTold> given) {}

    @GetMapping("/demand")
    String demand(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "365") int days) {
        Asked asked = asked(caller, category, days);
        Answer answer = answer(asked);
        Text text = pages.text();
        List<Supply> supply = directory.supply();
        model.addAttribute("page", pages.page("outcomes.demand.title").live("referrals"));
        model.addAttribute("category", category);
        model.addAttribute("days", days);
        model.addAttribute("at", answer.at());
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
                answer.weeks().stream().allMatch(WeekTold::isTold)
                        ? List.of(
                                trend(text, "outcomes.demand.week.sent", answer.weeks(), WeekTold::sent),
                                trend(text, "outcomes.demand.week.helped", answer.weeks(), WeekTold::helped),
                                trend(text, "outcomes.demand.week.ended", answer.weeks(), WeekTold::ended))
                        : List.of());
        model.addAttribute("weeks", answer.weeks());
        model.addAttribute("given", answer.given());
        List<NeedsTold> areas = answer.rows().getOrDefault(Dimension.AREA, List.of());
        model.addAttribute(
                "map",
                UnmetMap.of(areas, places(areas), text, tiles, "#" + AREA).orElse(null));
        model.addAttribute("smallest", smallest);
        return "outcomes/demand";
    }

    @GetMapping("/demand.csv")
    ResponseEntity<byte[]> csv(
            Caller caller,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "365") int days) {
        Answer answer = answer(asked(caller, category, days));
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
        answer(asked(caller, category, days))
                .weeks()
                .forEach(week -> csv.row(week.monday(), week.sent(), week.helped(), week.ended()));
        return csv.file("demand-by-week.csv");
    }

    /** What came of help: enrolment, whether the need was met, and what it cost. */
    @GetMapping("/demand/given.csv")
    ResponseEntity<byte[]> given(
            Caller caller,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "365") int days) {
        Csv csv = Csv.of(
                "category",
                "enrolled",
                "not_enrolled",
                "on_waitlist",
                "need_met",
                "need_partly_met",
                "need_not_met",
                "referrals_with_cost",
                "cost_usd");
        answer(asked(caller, category, days))
                .given()
                .forEach(row -> csv.row(
                        row.kind(),
                        row.enrolled(),
                        row.notEnrolled(),
                        row.onWaitlist(),
                        row.resolved(),
                        row.partly(),
                        row.unresolved(),
                        row.priced(),
                        row.cost()));
        return csv.file("what-was-given.csv");
    }

    /** How much was given, by kind of help and unit. */
    @GetMapping("/demand/amounts.csv")
    ResponseEntity<byte[]> amounts(
            Caller caller,
            @RequestParam(defaultValue = "") String category,
            @RequestParam(defaultValue = "365") int days) {
        Csv csv = Csv.of("category", "unit", "referrals", "amount");
        answer(asked(caller, category, days)).given().forEach(row -> row.amounts()
                .forEach(amount -> csv.row(row.kind(), amount.unit(), amount.number(), amount.quantity())));
        return csv.file("amounts-given.csv");
    }

    private Answer answer(Asked asked) {
        Told all = told.get(true);
        List<Demand.Days> times = days.get(asked);
        Map<Dimension, List<NeedsTold>> rows = new EnumMap<>(Dimension.class);
        Map<Dimension, List<NeedsTold>> needs =
                all.needs().getOrDefault(new NeedsTold.Page(asked.period(), asked.category()), Map.of());
        for (Dimension dimension : Dimension.values()) {
            rows.put(
                    dimension,
                    needs.getOrDefault(dimension, List.of()).stream()
                            .limit(MOST)
                            .map(row -> row.with(times, dimension))
                            .toList());
        }
        return new Answer(
                all.at(),
                rows,
                WeekTold.in(asked.period(), all.weeks().getOrDefault(asked.category(), List.of())),
                all.endings().getOrDefault(new EndingTold.Page(asked.period(), asked.category()), List.of()),
                all.given().getOrDefault(asked.period(), List.of()).stream()
                        .filter(row -> asked.category().isEmpty() || row.kind().equals(asked.category()))
                        .filter(row -> isMetTold(all, asked.period(), row.kind()))
                        .toList());
    }

    /** Where it is not told how many needs were met, what came of them would say it. */
    private static boolean isMetTold(Told all, Period period, String kind) {
        return all
                .needs()
                .getOrDefault(new NeedsTold.Page(period, kind), Map.of())
                .getOrDefault(Dimension.ALL, List.of())
                .stream()
                .anyMatch(row -> row.met() != null);
    }

    /** Where areas are, by the directory's own places of their postcode, or else of their town: latitude and longitude. */
    private Map<String, double[]> places(List<NeedsTold> areas) {
        Map<String, double[]> places = new HashMap<>();
        for (NeedsTold area : areas) {
            String postcode = area.value().substring(area.value().lastIndexOf(' ') + 1);
            search.locate(postcode)
                    .or(() -> search.locate(area.value().replaceFirst(" [0-9-]+$", "")))
                    .ifPresent(at -> places.put(area.value(), at));
        }
        return places;
    }

    private Told told() {
        Instant at = Instant.now();
        Map<Period, List<Demand.Needs>> needs = new EnumMap<>(Period.class);
        Map<Period, List<Demand.Ending>> endings = new EnumMap<>(Period.class);
        Map<Period, List<Demand.Help>> given = new EnumMap<>(Period.class);
        Map<Period, List<Demand.Amount>> amounts = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            needs.put(period, demand.needs(period.since()));
            endings.put(period, demand.endings(period.since()));
            given.put(period, demand.help(period.since()));
            amounts.put(period, demand.amounts(period.since()));
        }
        return new Told(
                at,
                NeedsTold.of(needs, smallest),
                WeekTold.of(demand.weeks(Period.THREE_YEARS.since()), smallest),
                EndingTold.of(endings, smallest),
                GivenTold.of(given, amounts, smallest));
    }

    private static Optional<NeedsTold> row(Answer answer, Dimension dimension) {
        return answer.rows().getOrDefault(dimension, List.of()).stream().findFirst();
    }

    /** A line over all weeks, also those in which nothing was sent. */
    private static Trend trend(Text text, String title, List<WeekTold> weeks, ToIntFunction<WeekTold> value) {
        List<Trend.Point> points = new ArrayList<>();
        for (int i = 0; i < weeks.size(); i++) {
            WeekTold week = weeks.get(i);
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
        Period period = Period.of(days);
        if (!category.isEmpty() && SdohCategory.of(category).isEmpty()) {
            throw Problem.of(Category.NOT_FOUND, "referral.problem.kind");
        }
        return new Asked(category, period);
    }
}
