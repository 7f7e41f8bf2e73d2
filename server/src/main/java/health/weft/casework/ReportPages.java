package health.weft.casework;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.stream.Collectors;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The report of a month, as a page and as a file. */
@Controller
class ReportPages {
    private final Months months;
    private final Days days;
    private final Pages pages;

    ReportPages(Months months, Days days, Pages pages) {
        this.months = months;
        this.days = days;
        this.pages = pages;
    }

    @GetMapping("/cases/report")
    String report(Model model, Caller caller, @RequestParam(defaultValue = "") String month) {
        Report report = months.of(caller, month(month));
        model.addAttribute(
                "page",
                pages.page(
                        "casework.report.title",
                        pages.text().date(report.month().toString())));
        model.addAttribute("report", report);
        model.addAttribute("now", YearMonth.from(days.today()));
        return "casework/report";
    }

    @GetMapping("/cases/report.csv")
    ResponseEntity<byte[]> file(Caller caller, @RequestParam(defaultValue = "") String month) {
        Report report = months.of(caller, month(month));
        Csv csv = Csv.of("month", "figure", "service", "visits", "clients", "amount");
        csv.row(report.month(), "clients", "", "", report.clients(), "");
        csv.row(report.month(), "households", "", "", report.households(), "");
        csv.row(report.month(), "attended", "", report.attended(), "", "");
        csv.row(report.month(), "did_not_come", "", report.missed(), "", "");
        csv.row(report.month(), "cancelled", "", report.cancelled(), "", "");
        csv.row(report.month(), "new_cases", "", "", report.added(), "");
        csv.row(report.month(), "closed_cases", "", "", report.closed(), "");
        report.services()
                .forEach(service -> csv.row(
                        report.month(),
                        "service",
                        service.name(),
                        service.visits(),
                        service.clients(),
                        service.amounts().stream().map(Report.Amount::words).collect(Collectors.joining("; "))));
        return csv.file("cases-" + report.month() + ".csv");
    }

    private YearMonth month(String typed) {
        try {
            return typed.isEmpty() ? YearMonth.from(days.today()) : YearMonth.parse(typed);
        } catch (DateTimeException e) {
            throw Problem.of(Category.INVALID, "casework.report.month");
        }
    }
}
