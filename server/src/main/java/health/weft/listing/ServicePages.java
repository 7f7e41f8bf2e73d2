package health.weft.listing;

import health.weft.directory.Directory;
import health.weft.directory.HelpSearch;
import health.weft.directory.ListingField;
import health.weft.directory.Service;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Callers;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** One service for anybody, where they can say what is wrong; and the page where an organisation says that its listings are right. */
@Controller
class ServicePages {
    private final Directory directory;
    private final HelpSearch search;
    private final Suggestions suggestions;
    private final StillRight stillRight;
    private final Callers callers;
    private final Pages pages;

    ServicePages(
            Directory directory,
            HelpSearch search,
            Suggestions suggestions,
            StillRight stillRight,
            Callers callers,
            Pages pages) {
        this.directory = directory;
        this.search = search;
        this.suggestions = suggestions;
        this.stillRight = stillRight;
        this.callers = callers;
        this.pages = pages;
    }

    @GetMapping("/find-help/services/{id}")
    String service(Model model, @PathVariable String id) {
        return service(model, id, "", "", new Errors());
    }

    private String service(Model model, String id, String about, String words, Errors errors) {
        Service service =
                directory.service(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
        model.addAttribute(
                "page",
                pages.page("listing.title")
                        .titled(service.text("name", pages.text().language()))
                        .withoutSession());
        model.addAttribute("service", service);
        model.addAttribute("instead", search.instead(service));
        model.addAttribute("about", about);
        model.addAttribute("words", words);
        model.addAttribute("errors", errors);
        return "listing/service";
    }

    @PostMapping("/find-help/services/{id}")
    String suggest(
            Model model,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam(defaultValue = "other") String about,
            @RequestParam(defaultValue = "") String words) {
        Errors errors = new Errors();
        if (words.isBlank()) {
            errors.add("words", pages.text().get("listing.problem.words"));
        } else if (words.length() > Suggestions.LONGEST) {
            errors.add("words", pages.text().get("listing.problem.long", Suggestions.LONGEST));
        }
        if (!errors.isEmpty()) {
            return service(model, id, about, words, errors);
        }
        suggestions.suggest(
                id,
                Map.of(),
                about,
                words,
                callers.current().map(caller -> "account:" + caller.username()).orElse("public"));
        pages.notice(redirect, "listing.thanks");
        return "redirect:/find-help/services/" + id;
    }

    @GetMapping("/still-right/{token}")
    String stillRight(Model model, @PathVariable String token, @RequestParam(defaultValue = "") String service) {
        return stillRight(model, token, service, Map.of(), new Errors());
    }

    private String stillRight(
            Model model, String token, String changing, Map<ListingField, String> said, Errors errors) {
        List<Service> services = stillRight.services(token);
        model.addAttribute("page", pages.page("listing.right.title").withoutSession());
        model.addAttribute("token", token);
        model.addAttribute("services", services);
        model.addAttribute(
                "changing",
                services.stream()
                        .filter(s -> s.id().equals(changing))
                        .findFirst()
                        .orElse(null));
        model.addAttribute("said", said);
        model.addAttribute("errors", errors);
        return "listing/still-right";
    }

    @PostMapping("/still-right/{token}")
    String answer(
            Model model,
            RedirectAttributes redirect,
            @PathVariable String token,
            @RequestParam String answer,
            @RequestParam(defaultValue = "") String service,
            @RequestParam Map<String, String> form) {
        switch (answer) {
            case "right" -> {
                stillRight.allRight(token);
                pages.notice(redirect, "listing.right.thanks");
            }
            case "gone" -> {
                stillRight.change(token, service, Map.of(ListingField.STATUS, "defunct"), "");
                pages.notice(redirect, "listing.right.told");
            }
            default -> {
                Map<ListingField, String> said = new EnumMap<>(ListingField.class);
                said.putAll(ListingPages.said(form));
                Errors errors = ListingPages.errors(said, pages.text());
                if (!errors.isEmpty()) {
                    return stillRight(model, token, service, said, errors);
                }
                stillRight.change(token, service, said, form.getOrDefault("words", ""));
                pages.notice(redirect, "listing.right.told");
            }
        }
        return "redirect:/still-right/" + token;
    }
}
