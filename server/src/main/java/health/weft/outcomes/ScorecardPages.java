package health.weft.outcomes;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Figures;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Pages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
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

    ScorecardPages(Figures figures, Pages pages) {
        this.figures = figures;
        this.pages = pages;
    }

    @GetMapping("/scorecard")
    String scorecard(Model model, Caller caller, @RequestParam(defaultValue = "365") int days) {
        Instant since = since(caller, days);
        model.addAttribute("page", pages.page("outcomes.title").live("referrals"));
        model.addAttribute("days", days);
        model.addAttribute("whole", figures.whole(since));
        model.addAttribute("services", figures.byService(since));
        model.addAttribute("owners", figures.byOwner(since));
        model.addAttribute("requesters", figures.byRequester(since));
        model.addAttribute("endings", figures.endings(since));
        return "outcomes/scorecard";
    }

    @GetMapping("/scorecard.csv")
    ResponseEntity<byte[]> csv(Caller caller, @RequestParam(defaultValue = "365") int days) {
        Instant since = since(caller, days);
        StringBuilder csv = new StringBuilder(
                "group,name,sent,answered,accepted,closed_with_help,confirmed_by_person,reopened,ended_without_help,median_days_to_answer,median_days_to_close\r\n");
        append(csv, "network", List.of(figures.whole(since)));
        append(csv, "service", figures.byService(since));
        append(csv, "asked", figures.byOwner(since));
        append(csv, "asking", figures.byRequester(since));
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("scorecard.csv")
                                .build()
                                .toString())
                .body(csv.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Instant since(Caller caller, int days) {
        if (caller.is(Role.PATIENT)) {
            throw Problem.of(Category.FORBIDDEN, "outcomes.problem.members");
        }
        if (days < 1 || days > 3_660) {
            throw Problem.of(Category.INVALID, "outcomes.problem.days");
        }
        return Instant.now().minus(Duration.ofDays(days));
    }

    private static void append(StringBuilder csv, String group, List<Figures.Line> lines) {
        for (Figures.Line line : lines) {
            csv.append(group)
                    .append(',')
                    .append(cell(group.equals("asking") && line.name().isEmpty() ? "people themselves" : line.name()))
                    .append(',')
                    .append(line.sent())
                    .append(',')
                    .append(line.answered())
                    .append(',')
                    .append(line.accepted())
                    .append(',')
                    .append(line.closed())
                    .append(',')
                    .append(line.confirmed())
                    .append(',')
                    .append(line.reopened())
                    .append(',')
                    .append(line.ended())
                    .append(',')
                    .append(number(line.daysToAnswer()))
                    .append(',')
                    .append(number(line.daysToClose()))
                    .append("\r\n");
        }
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.2f", value);
    }

    /** A cell that a spreadsheet takes as text: quoted, and never as a formula. */
    static String cell(String value) {
        String safe = value.matches("^[=+\\-@\\t\\r].*") ? "'" + value : value;
        return '"' + safe.replace("\"", "\"\"") + '"';
    }
}
