package health.weft.chart;

import health.weft.identity.Identity;
import health.weft.identity.PersonHit;
import health.weft.security.Caller;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Finding a person, and what waits for whoever looks. What is typed is sent as a form, so that no name ever stands in an address or a log. */
@Controller
class PeoplePages {
    private static final int SHOWN = 20;

    private final Identity identity;
    private final Pages pages;

    PeoplePages(Identity identity, Pages pages) {
        this.identity = identity;
        this.pages = pages;
    }

    @GetMapping("/people")
    String people(Caller caller, Model model) {
        return page(caller, "", List.of(), model);
    }

    @PostMapping("/people")
    String search(@RequestParam(defaultValue = "") String q, Caller caller, Model model) {
        return page(caller, q, identity.search(caller, q, SHOWN + 1), model);
    }

    private String page(Caller caller, String q, List<PersonHit> hits, Model model) {
        Page page = pages.page("chart.people.title").live("referrals");
        model.addAttribute("page", page);
        model.addAttribute(
                "waiting", q.isBlank() ? pages.panels(Panel.Place.PEOPLE_NEXT, caller, "", page) : List.of());
        model.addAttribute("parts", q.isBlank() ? identity.openInPart(caller, Charts.TYPES, SHOWN) : List.of());
        model.addAttribute("q", q);
        model.addAttribute("hits", hits.subList(0, Math.min(SHOWN, hits.size())));
        model.addAttribute("more", hits.size() > SHOWN);
        return "chart/people";
    }
}
