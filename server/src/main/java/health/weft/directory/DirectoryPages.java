package health.weft.directory;

import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Pages;
import java.util.List;
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
    private final Directory directory;
    private final DirectorySearch search;
    private final Pages pages;

    DirectoryPages(Directory directory, DirectorySearch search, Pages pages) {
        this.search = search;
        this.directory = directory;
        this.pages = pages;
    }

    @GetMapping("/directory")
    String directory(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String words,
            @RequestParam(defaultValue = "") String category) {
        String asked = words.length() > 200 ? words.substring(0, 200) : words;
        model.addAttribute("page", pages.page("directory.title"));
        model.addAttribute("words", asked);
        model.addAttribute("category", category);
        model.addAttribute("categories", List.of(SdohCategory.values()));
        model.addAttribute(
                "services",
                search
                        .find(
                                new Wanted(
                                        asked, SdohCategory.of(category).orElse(null), null, null, null, false, false),
                                0,
                                200)
                        .hits()
                        .stream()
                        .map(DirectorySearch.Hit::service)
                        .toList());
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
