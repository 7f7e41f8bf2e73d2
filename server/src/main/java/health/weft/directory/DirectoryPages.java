package health.weft.directory;

import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The directory to look through, and the place where an organisation says how much room it has. */
@Controller
class DirectoryPages {
    private static final int SIZE = 50;

    private final Directory directory;
    private final HelpSearch search;
    private final Pages pages;

    DirectoryPages(Directory directory, HelpSearch search, Pages pages) {
        this.search = search;
        this.directory = directory;
        this.pages = pages;
    }

    @GetMapping("/directory")
    String directory(Model model, Caller caller, @RequestParam Map<String, String> query) {
        Page page = pages.page("directory.title");
        HelpSearch.Answer answer = search.answer(HelpAsked.of(query), page.text(), null, SIZE);
        HelpAsked asked = answer.asked();
        model.addAttribute("page", page);
        model.addAttribute("answer", answer);
        model.addAttribute("map", search.map(answer, page.text(), SIZE).orElse(null));
        model.addAttribute("first", (asked.page() - 1) * SIZE + 1);
        model.addAttribute("choices", search.choices(asked, page.text()));
        model.addAttribute("previous", asked.page() > 1 ? asked.link("/directory", asked.page() - 1) : null);
        model.addAttribute(
                "next",
                asked.page() * SIZE < answer.found().total() ? asked.link("/directory", asked.page() + 1) : null);
        model.addAttribute("steward", caller.is(Role.CONVENER, Role.STEWARD));
        model.addAttribute("own", directory.servicesOf(caller.party()));
        return "directory/directory";
    }

    @PostMapping("/directory/services/{id}/capacity")
    String capacity(Caller caller, RedirectAttributes redirect, @PathVariable String id, @RequestParam int available) {
        directory.setCapacity(caller, id, available);
        pages.notice(redirect, "directory.capacity.saved");
        return "redirect:/directory";
    }
}
