package health.weft.chart;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** The record of a person: the whole, one section, and a section as a file. */
@Controller
class ChartPages {
    private final Identity identity;
    private final Charts charts;
    private final Pages pages;
    private final Audit audit;

    ChartPages(Identity identity, Charts charts, Pages pages, Audit audit) {
        this.identity = identity;
        this.charts = charts;
        this.pages = pages;
        this.audit = audit;
    }

    @GetMapping("/people/{id}")
    String record(@PathVariable String id, Caller caller, Model model) {
        Person person = identity.person(caller, id);
        if (!person.id().equals(id)) {
            return "redirect:/people/" + person.id(); // found to be one with another: links go to the id that lives
        }
        Page page = pages.page("chart.caption").titled(person.name()).live("referrals");
        model.addAttribute("page", page);
        model.addAttribute(
                "record",
                new RecordPage(
                        person,
                        Difference.of(person),
                        charts.of(caller, person),
                        pages.panels(Panel.Place.CHART_NEXT, caller, person.id(), page),
                        pages.panels(Panel.Place.CHART_REFERRALS, caller, person.id(), page)));
        return "chart/record";
    }

    @GetMapping("/people/{id}/{section:[a-z]+}")
    String section(
            @PathVariable String id,
            @PathVariable("section") String key,
            @RequestParam(defaultValue = "0") int start,
            Caller caller,
            Model model) {
        Section section = section(key);
        Person person = identity.person(caller, id);
        model.addAttribute("page", pages.page("chart.section." + section.key()));
        model.addAttribute("person", person);
        model.addAttribute("section", section);
        model.addAttribute("chart", charts.of(caller, person, section));
        model.addAttribute("start", Math.max(0, start));
        return "chart/section";
    }

    @GetMapping("/people/{id}/{section:[a-z]+}.csv")
    ResponseEntity<byte[]> file(@PathVariable String id, @PathVariable("section") String key, Caller caller) {
        Section section = section(key);
        Person person = identity.person(caller, id);
        Csv csv = SectionCsv.write(charts.of(caller, person, section).section(section));
        audit.record(caller, Audit.Action.EXPORT, section.types().getFirst(), person.pats());
        return csv.file(section.key() + ".csv");
    }

    private static Section section(String key) {
        return Section.of(key).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "chart.problem.section"));
    }
}
