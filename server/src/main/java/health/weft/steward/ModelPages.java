package health.weft.steward;

import health.weft.identity.ModelChanges;
import health.weft.identity.ModelReport;
import health.weft.identity.Models;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import health.weft.ui.Text;
import health.weft.ui.Trend;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The model in force: its levels, what it expects and what is found, and what other thresholds would do. */
@Controller
@RequestMapping("/identity/model")
class ModelPages {
    private final Models models;
    private final ModelChanges changes;
    private final Pages pages;

    ModelPages(Models models, ModelChanges changes, Pages pages) {
        this.models = models;
        this.changes = changes;
        this.pages = pages;
    }

    @GetMapping
    String page(Model model, Caller caller) {
        ModelReport report = models.report(caller);
        Text text = pages.text();
        model.addAttribute("page", pages.page("model.title"));
        model.addAttribute("report", report);
        model.addAttribute("levels", LevelChart.of(report.levels(), text));
        model.addAttribute("plots", ThresholdPlot.of(report, text));
        model.addAttribute(
                "trends",
                List.of(
                        trend(text.get("model.trendExpected"), report.days(), ModelReport.Day::expected, text),
                        trend(text.get("model.trendFound"), report.days(), ModelReport.Day::found, text)));
        model.addAttribute("turns", changes.turns(caller));
        model.addAttribute("mayUndo", changes.mayUndo(caller));
        model.addAttribute("steward", caller.is(Role.IDENTITY_STEWARD));
        return "steward/model";
    }

    private static Trend trend(
            String title, List<ModelReport.Day> days, ToDoubleFunction<ModelReport.Day> value, Text text) {
        return new Trend(
                title,
                "",
                days.stream()
                        .map(day -> new Trend.Point(
                                day.day().toEpochDay(),
                                BigDecimal.valueOf(Math.round(value.applyAsDouble(day))),
                                text.date(day.day())))
                        .toList());
    }

    @PostMapping("/count")
    String count(Caller caller, RedirectAttributes redirect) {
        try {
            models.count(caller);
            pages.notice(redirect, "model.countedNow");
        } catch (Problem problem) {
            if (problem.category() != Category.CONFLICT) {
                throw problem;
            }
            redirect.addFlashAttribute("trouble", problem.message(pages.text().locale()));
        }
        return "redirect:/identity/model";
    }

    @GetMapping("/{table:levels|days|thresholds}.csv")
    ResponseEntity<byte[]> file(Caller caller, @PathVariable String table) {
        ModelReport report = models.report(caller);
        Csv csv =
                switch (table) {
                    case "levels" -> ModelCsv.levels(report);
                    case "days" -> ModelCsv.days(report.days());
                    default -> ModelCsv.thresholds(report.thresholds());
                };
        return csv.file(table + ".csv");
    }
}
