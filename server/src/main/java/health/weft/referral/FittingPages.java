package health.weft.referral;

import health.weft.directory.HelpAsked;
import health.weft.directory.HelpSearch;
import health.weft.security.Caller;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.HashMap;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Looking through the directory for one person: what is not for them is left out. What is asked is posted, since it has no place in an address. */
@Controller
class FittingPages {
    private static final int SIZE = 20;

    private final Fitting fitting;
    private final HelpSearch search;
    private final Pages pages;

    FittingPages(Fitting fitting, HelpSearch search, Pages pages) {
        this.fitting = fitting;
        this.search = search;
        this.pages = pages;
    }

    /** Near where the person lives, if that is known. */
    @GetMapping("/people/{person}/help")
    String look(Model model, Caller caller, HttpServletResponse response, @PathVariable String person) {
        ReferralPolicy.mayRefer(caller);
        Fitting.Fits fits = fitting.of(caller, person);
        return show(model, response, fits, HelpAsked.of(Map.of("near", fits.town(), "miles", "10")));
    }

    @PostMapping("/people/{person}/help")
    String look(
            Model model,
            Caller caller,
            HttpServletResponse response,
            @PathVariable String person,
            @RequestParam Map<String, String> form) {
        ReferralPolicy.mayRefer(caller);
        return show(model, response, fitting.of(caller, person), HelpAsked.of(new HashMap<>(form)));
    }

    private String show(Model model, HttpServletResponse response, Fitting.Fits fits, HelpAsked asked) {
        Page page = pages.page("referral.fitting.title");
        HelpSearch.Answer answer = search.answer(asked, page.text(), fits.fit(), SIZE);
        model.addAttribute("page", page);
        model.addAttribute("person", fits.person());
        model.addAttribute("fit", fits.fit());
        model.addAttribute("town", fits.town());
        model.addAttribute("answer", answer);
        model.addAttribute("map", search.map(answer, page.text(), SIZE).orElse(null));
        model.addAttribute("first", (asked.page() - 1) * SIZE + 1);
        model.addAttribute("choices", search.choices(asked, page.text()));
        model.addAttribute("previous", asked.page() > 1 ? asked.fields(asked.page() - 1) : Map.of());
        model.addAttribute(
                "next", asked.page() * SIZE < answer.found().total() ? asked.fields(asked.page() + 1) : Map.of());
        response.setHeader("Cache-Control", "no-store");
        return "referral/fitting";
    }
}
