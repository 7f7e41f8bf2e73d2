package health.weft.directory;

import health.weft.ui.Errors;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Text;
import jakarta.servlet.http.HttpServletResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Where anybody finds help, without an account: no session, no cookie, nothing of what is asked is kept or logged.
 */
@Controller
class FindHelpPages {
    private static final int SIZE = 20;
    private static final double METRES_A_MILE = 1609.344;

    private final DirectorySearch search;
    private final Pages pages;
    private final ZoneId zone;

    FindHelpPages(DirectorySearch search, Pages pages, @Value("${weft.directory.zone:America/New_York}") String zone) {
        this.search = search;
        this.pages = pages;
        this.zone = ZoneId.of(zone);
    }

    @GetMapping("/find-help")
    String find(Model model, HttpServletResponse response, @RequestParam Map<String, String> query) {
        Page page = pages.page("directory.help.title").withoutSession();
        Text text = page.text();
        HelpAsked asked = HelpAsked.of(query);
        Errors errors = new Errors();
        Optional<double[]> middle = asked.near().isBlank() ? Optional.empty() : search.locate(asked.near());
        if (!asked.near().isBlank() && middle.isEmpty()) {
            errors.add("near", text.get("directory.help.near.unknown"));
        }
        Instant open = open(asked, errors, text);
        Wanted.Near near = middle.map(
                        at -> new Wanted.Near(at[0], at[1], Integer.parseInt(asked.miles()) * METRES_A_MILE))
                .orElse(null);
        Wanted wanted = new Wanted(
                asked.words(),
                SdohCategory.of(asked.category()).orElse(null),
                asked.term().isBlank() ? null : asked.term(),
                near,
                open,
                asked.when().equals("date"),
                asked.room());
        DirectorySearch.Found found = search.find(wanted, (asked.page() - 1) * SIZE, SIZE);
        model.addAttribute("page", page);
        model.addAttribute("asked", asked);
        model.addAttribute("errors", errors);
        model.addAttribute("categories", List.of(SdohCategory.values()));
        model.addAttribute("found", found);
        model.addAttribute("previous", asked.page() > 1 ? asked.link(asked.page() - 1) : null);
        model.addAttribute("next", asked.page() * SIZE < found.total() ? asked.link(asked.page() + 1) : null);
        response.setHeader("Cache-Control", "no-store");
        return "directory/find-help";
    }

    private @org.jspecify.annotations.Nullable Instant open(HelpAsked asked, Errors errors, Text text) {
        if (asked.when().equals("now")) {
            return Instant.now();
        }
        if (!asked.when().equals("date")) {
            return null;
        }
        try {
            return LocalDate.parse(asked.on())
                    .atTime(LocalTime.NOON)
                    .atZone(zone)
                    .toInstant();
        } catch (DateTimeException e) {
            errors.add("on", text.get("directory.help.on.wrong"));
            return null;
        }
    }
}
