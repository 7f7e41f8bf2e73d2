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
import java.util.List;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The record of a person: the whole, one section, and a section as a file. Of somebody who lets the caller see single kinds of facts and not who they
 * are, these facts and nothing else.
 */
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
        Optional<Person> known = identity.find(caller, id);
        if (known.isEmpty()) {
            model.addAttribute("page", pages.page("chart.part.title"));
            model.addAttribute("id", id);
            model.addAttribute("chart", charts.inPart(caller, copies(caller, id)));
            return "chart/part";
        }
        Person person = known.get();
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
        Optional<Person> person = identity.find(caller, id);
        model.addAttribute("page", pages.page("chart.section." + section.key()));
        model.addAttribute("id", person.map(Person::id).orElse(id));
        model.addAttribute(
                "caption", person.map(this::caption).orElse(pages.text().get("chart.part.title")));
        model.addAttribute("section", section);
        model.addAttribute(
                "chart",
                person.map(known -> charts.of(caller, known, section))
                        .orElseGet(() -> charts.inPart(caller, copies(caller, id), section)));
        model.addAttribute("start", Math.max(0, start));
        return "chart/section";
    }

    @GetMapping("/people/{id}/{section:[a-z]+}.csv")
    ResponseEntity<byte[]> file(@PathVariable String id, @PathVariable("section") String key, Caller caller) {
        Section section = section(key);
        Optional<Person> person = identity.find(caller, id);
        List<Identity.Copy> copies = person.isPresent() ? List.of() : copies(caller, id);
        Chart chart = person.map(known -> charts.of(caller, known, section))
                .orElseGet(() -> charts.inPart(caller, copies, section));
        Csv csv = SectionCsv.write(
                chart.section(section), chart.isPart2() ? pages.text().get("chart.part2") : "");
        audit.record(
                caller,
                Audit.Action.EXPORT,
                section.types().getFirst(),
                person.map(Person::pats)
                        .orElse(copies.stream().map(Identity.Copy::pat).toList()));
        return csv.file(section.key() + ".csv");
    }

    /**
     * The copies of somebody of whom the caller may read facts and no Patient.
     *
     * @throws Problem not found, when there are none
     */
    private List<Identity.Copy> copies(Caller caller, String id) {
        List<Identity.Copy> copies = identity.chartsOf(caller, id, Charts.TYPES);
        if (copies.isEmpty()) {
            throw Problem.of(Category.NOT_FOUND, "identity.problem.person");
        }
        return copies;
    }

    private String caption(Person person) {
        return person.name()
                + (person.birthDate() == null ? "" : " · " + pages.text().date(person.birthDate()));
    }

    private static Section section(String key) {
        return Section.of(key).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "chart.problem.section"));
    }
}
