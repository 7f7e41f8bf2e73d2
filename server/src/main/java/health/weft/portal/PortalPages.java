package health.weft.portal;

import health.weft.audit.AuditTrail;
import health.weft.chart.Chart;
import health.weft.chart.Charts;
import health.weft.chart.Section;
import health.weft.identity.Person;
import health.weft.security.Caller;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages of the patient. */
@Controller
class PortalPages {
    private static final int ROWS = 400;

    private final Myself myself;
    private final Charts charts;
    private final AuditTrail trail;
    private final Pages pages;

    PortalPages(Myself myself, Charts charts, AuditTrail trail, Pages pages) {
        this.myself = myself;
        this.charts = charts;
        this.trail = trail;
        this.pages = pages;
    }

    @GetMapping("/me")
    String me(Caller caller, Model model) {
        if (myself.helpsOnly(caller)) {
            return "redirect:/helping";
        }
        Person person = myself.of(caller);
        Page page = pages.page(myself.acts(caller) ? "portal.of" : "portal.hello", person.name())
                .live("referrals");
        model.addAttribute("decides", myself.decides(caller));
        Chart chart =
                charts.of(caller, person, Section.CONDITIONS, Section.MEDICINES, Section.ALLERGIES, Section.VISITS);
        model.addAttribute("page", page);
        model.addAttribute("person", person);
        model.addAttribute("chart", chart);
        model.addAttribute("next", pages.panels(Panel.Place.PORTAL_NEXT, caller, person.id(), page));
        model.addAttribute("needs", pages.panels(Panel.Place.PORTAL_NEEDS, caller, person.id(), page));
        model.addAttribute("referrals", pages.panels(Panel.Place.PORTAL_REFERRALS, caller, person.id(), page));
        return "portal/me";
    }

    @GetMapping("/me/access")
    String access(@RequestParam(defaultValue = "" + Long.MAX_VALUE) long before, Caller caller, Model model) {
        Person person = myself.whole(caller);
        List<AuditTrail.Entry> entries = trail.ofPatients(person.pats(), before, ROWS);
        Page page = pages.page("portal.access.title");
        model.addAttribute("page", page);
        model.addAttribute("panels", pages.panels(Panel.Place.PORTAL_ACCESS, caller, person.id(), page));
        model.addAttribute("looks", Look.of(entries));
        model.addAttribute("caller", caller);
        model.addAttribute(
                "older",
                entries.size() == ROWS
                        ? "/me/access?before=" + entries.getLast().id()
                        : null);
        model.addAttribute("newest", before == Long.MAX_VALUE ? null : "/me/access");
        return "portal/access";
    }
}
