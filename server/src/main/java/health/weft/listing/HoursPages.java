package health.weft.listing;

import health.weft.directory.Directory;
import health.weft.directory.Edits;
import health.weft.directory.Service;
import health.weft.directory.WeekHours;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Where an organisation, or whoever keeps the directory, says when a service is open. */
@Controller
class HoursPages {
    private final Directory directory;
    private final Edits edits;
    private final Pages pages;

    HoursPages(Directory directory, Edits edits, Pages pages) {
        this.directory = directory;
        this.edits = edits;
        this.pages = pages;
    }

    @GetMapping("/directory/services/{id}/hours")
    String hours(Model model, Caller caller, @PathVariable String id) {
        Service service = changeable(caller, id);
        return hours(model, service, HoursForm.of(edits.hours(id)), new Errors());
    }

    private String hours(Model model, Service service, HoursForm form, Errors errors) {
        model.addAttribute("page", pages.page("listing.hours.title"));
        model.addAttribute("service", service);
        model.addAttribute("zone", edits.zone(service.id()));
        model.addAttribute("form", form);
        model.addAttribute("errors", errors);
        return "listing/hours";
    }

    @PostMapping("/directory/services/{id}/hours")
    String save(
            Model model,
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> fields) {
        Service service = changeable(caller, id);
        HoursForm form = new HoursForm(fields, edits.hours(id).others());
        Errors errors = new Errors();
        WeekHours said = form.read(errors, pages.text());
        if (!errors.isEmpty()) {
            return hours(model, service, form, errors);
        }
        pages.notice(redirect, edits.hours(caller, id, said) ? "listing.changed" : "listing.same");
        return "redirect:/directory/services/" + id;
    }

    private Service changeable(Caller caller, String id) {
        Service service =
                directory.service(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
        if (!Edits.mayChange(caller, service)) {
            throw Problem.of(Category.FORBIDDEN, "directory.problem.other", service.organizationName());
        }
        return service;
    }
}
