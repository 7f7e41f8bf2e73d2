package health.weft.directory;

import health.weft.ui.Page;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
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

    private final HelpSearch search;
    private final Pages pages;

    FindHelpPages(HelpSearch search, Pages pages) {
        this.search = search;
        this.pages = pages;
    }

    @GetMapping("/find-help")
    String find(Model model, HttpServletResponse response, @RequestParam Map<String, String> query) {
        Page page = pages.page("directory.help.title").withoutSession();
        HelpSearch.Answer answer = search.answer(HelpAsked.of(query), page.text(), null, SIZE);
        HelpAsked asked = answer.asked();
        model.addAttribute("page", page);
        model.addAttribute("answer", answer);
        model.addAttribute("map", search.map(answer, page.text(), SIZE).orElse(null));
        model.addAttribute("first", (asked.page() - 1) * SIZE + 1);
        model.addAttribute("choices", search.choices(asked, page.text()));
        model.addAttribute("previous", asked.page() > 1 ? asked.link("/find-help", asked.page() - 1) : null);
        model.addAttribute(
                "next",
                asked.page() * SIZE < answer.found().total() ? asked.link("/find-help", asked.page() + 1) : null);
        response.setHeader("Cache-Control", "no-store");
        return "directory/find-help";
    }
}
