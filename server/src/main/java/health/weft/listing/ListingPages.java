package health.weft.listing;

import health.weft.directory.Directory;
import health.weft.directory.Edits;
import health.weft.directory.HelpSearch;
import health.weft.directory.ListingField;
import health.weft.directory.SameOrganizations;
import health.weft.directory.Service;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Where those who look after the directory decide, ask, change and take back; and where an organisation changes its own listing. */
@Controller
class ListingPages {
    private static final int SIZE = 50;
    private static final int MOST_IN_FILE = 10_000;

    private final Suggestions suggestions;
    private final StaleListings stale;
    private final Directory directory;
    private final HelpSearch search;
    private final Edits edits;
    private final SameOrganizations same;
    private final Pages pages;

    ListingPages(
            Suggestions suggestions,
            StaleListings stale,
            Directory directory,
            HelpSearch search,
            Edits edits,
            SameOrganizations same,
            Pages pages) {
        this.same = same;
        this.suggestions = suggestions;
        this.stale = stale;
        this.directory = directory;
        this.search = search;
        this.edits = edits;
        this.pages = pages;
    }

    @GetMapping("/directory/care")
    String care(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String words,
            @RequestParam(defaultValue = "1") int page) {
        String asked = words.substring(0, Math.min(200, words.length())).replace("\0", "");
        int from = Math.clamp(page - 1L, 0, 1_000) * SIZE;
        List<StaleListings.Stale> found = stale.find(caller, asked, from, SIZE + 1);
        String link = "/directory/care?words="
                + java.net.URLEncoder.encode(asked, java.nio.charset.StandardCharsets.UTF_8) + "&page=";
        model.addAttribute("page", pages.page("listing.care.title"));
        model.addAttribute("words", asked);
        model.addAttribute("suggestions", suggestions.open(caller));
        model.addAttribute("waiting", suggestions.waiting(caller));
        model.addAttribute("total", stale.total(caller));
        model.addAttribute("stale", found.subList(0, Math.min(SIZE, found.size())));
        model.addAttribute("previous", from > 0 ? link + (page - 1) : null);
        model.addAttribute("next", found.size() > SIZE ? link + (Math.max(1, page) + 1) : null);
        return "listing/care";
    }

    @GetMapping("/directory/care.csv")
    ResponseEntity<byte[]> file(Caller caller) {
        Csv csv = Csv.of("organization", "listings", "assured", "mail", "asked", "answered");
        stale.find(caller, "", 0, MOST_IN_FILE)
                .forEach(s -> csv.row(s.name(), s.services(), s.assured(), s.mail(), s.asked(), s.answered()));
        return csv.file("listings-to-look-at.csv");
    }

    @PostMapping("/directory/care/ask")
    String ask(Caller caller, RedirectAttributes redirect, @RequestParam(defaultValue = "") List<String> organization) {
        pages.count(redirect, "listing.care.asked", stale.ask(caller, organization));
        return "redirect:/directory/care";
    }

    @PostMapping("/directory/care/assure")
    String assure(
            Caller caller, RedirectAttributes redirect, @RequestParam(defaultValue = "") List<String> organization) {
        pages.count(redirect, "listing.care.assured", stale.assure(caller, organization));
        return "redirect:/directory/care";
    }

    @PostMapping("/directory/suggestions/{id}/take")
    String take(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        suggestions.take(caller, id);
        pages.notice(redirect, "listing.taken");
        return "redirect:/directory/care";
    }

    @PostMapping("/directory/suggestions/{id}/done")
    String done(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        suggestions.end(caller, id, true);
        pages.notice(redirect, "listing.done");
        return "redirect:/directory/care";
    }

    @PostMapping("/directory/suggestions/{id}/decline")
    String decline(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        suggestions.end(caller, id, false);
        pages.notice(redirect, "listing.declined");
        return "redirect:/directory/care";
    }

    @GetMapping("/directory/services/{id}")
    String listing(Model model, Caller caller, @PathVariable String id) {
        return listing(model, caller, service(id), Map.of(), new Errors());
    }

    private String listing(Model model, Caller caller, Service service, Map<ListingField, String> said, Errors errors) {
        model.addAttribute(
                "page",
                pages.page("listing.title")
                        .titled(service.text("name", pages.text().language())));
        model.addAttribute("service", service);
        model.addAttribute("instead", search.instead(service));
        model.addAttribute("history", edits.history(service.id()));
        model.addAttribute("others", same.others(service.id()));
        model.addAttribute("said", said);
        model.addAttribute("errors", errors);
        model.addAttribute("mayChange", Edits.mayChange(caller, service));
        model.addAttribute("steward", Edits.isSteward(caller));
        return "listing/listing";
    }

    @PostMapping("/directory/services/{id}")
    String change(
            Model model,
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> form) {
        Map<ListingField, String> said = said(form);
        Errors errors = errors(said, pages.text());
        if (!errors.isEmpty()) {
            return listing(model, caller, service(id), said, errors);
        }
        int changed = edits.set(caller, id, said);
        pages.notice(redirect, changed == 0 ? "listing.same" : "listing.changed");
        return "redirect:/directory/services/" + id;
    }

    @PostMapping("/directory/changes/{n}/undo")
    String undo(Caller caller, RedirectAttributes redirect, @PathVariable long n) {
        String id = edits.undo(caller, n);
        pages.notice(redirect, "listing.undone");
        return "redirect:/directory/services/" + id;
    }

    private Service service(String id) {
        return directory.service(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
    }

    /** The fields of a listing that a form has. */
    static Map<ListingField, String> said(Map<String, String> form) {
        Map<ListingField, String> said = new EnumMap<>(ListingField.class);
        for (ListingField field : ListingField.values()) {
            String words = form.get(field.key());
            if (words != null) {
                said.put(field, words.strip().replace("\r\n", "\n"));
            }
        }
        return said;
    }

    static Errors errors(Map<ListingField, String> said, health.weft.ui.Text text) {
        Errors errors = new Errors();
        said.forEach((field, words) ->
                field.wrong(words).ifPresent(why -> errors.add(field.key(), text.get("directory.edit.wrong." + why))));
        if (errors.isEmpty() && ListingField.agesContradict(said)) {
            errors.add(ListingField.MAXIMUM_AGE.key(), text.get("directory.edit.wrong.ages"));
        }
        return errors;
    }
}
