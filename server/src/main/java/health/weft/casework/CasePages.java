package health.weft.casework;

import health.weft.identity.Identity;
import health.weft.identity.PersonHit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.ServiceNames;
import health.weft.security.Caller;
import health.weft.ui.Csv;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list, one client, and how somebody comes on the list. */
@Controller
class CasePages {
    private static final int ROWS = 50;
    private static final int FILE_ROWS = 50_000;
    private static final int FURTHEST = 100_000;
    private static final int HITS = 10;

    private final Cases cases;
    private final Visits visits;
    private final Identity identity;
    private final Days days;
    private final ServiceNames names;
    private final Pages pages;

    CasePages(Cases cases, Visits visits, Identity identity, Days days, ServiceNames names, Pages pages) {
        this.names = names;
        this.cases = cases;
        this.visits = visits;
        this.identity = identity;
        this.days = days;
        this.pages = pages;
    }

    /** Names are typed: they are sent as a form and stand in no address. */
    @RequestMapping(
            path = "/cases",
            method = {RequestMethod.GET, RequestMethod.POST})
    String list(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String q,
            @RequestParam(defaultValue = "") String show,
            @RequestParam(defaultValue = "") String unseen,
            @RequestParam(defaultValue = "") String sort,
            @RequestParam(defaultValue = "0") int from) {
        Filter filter = Filter.of(q, show, unseen, sort);
        int first = Math.clamp(from, 0, FURTHEST);
        List<Client> found = cases.list(caller, filter, ROWS + 1, first);
        model.addAttribute("page", pages.page("casework.title"));
        model.addAttribute("filter", filter);
        model.addAttribute("clients", found.subList(0, Math.min(ROWS, found.size())));
        model.addAttribute("from", first);
        model.addAttribute("rows", ROWS);
        model.addAttribute("more", found.size() > ROWS);
        model.addAttribute("waiting", cases.waiting(caller).size());
        return "casework/list";
    }

    @GetMapping("/cases.csv")
    ResponseEntity<byte[]> file(
            Caller caller,
            @RequestParam(defaultValue = "all") String show,
            @RequestParam(defaultValue = "") String unseen,
            @RequestParam(defaultValue = "") String sort) {
        Csv csv = Csv.of(
                "number", "name", "birth_date", "phone", "address", "since", "last_seen", "closed", "closing_reason");
        cases.list(caller, Filter.of("", show, unseen, sort), FILE_ROWS, 0)
                .forEach(client -> csv.row(
                        client.number(),
                        client.name(),
                        client.born(),
                        client.phone(),
                        client.address(),
                        client.since(),
                        client.lastSeen(),
                        client.closed(),
                        client.reason()));
        return csv.file("clients.csv");
    }

    // ------------------------------------------------------------------------------------------------ on the list

    @GetMapping("/cases/new")
    String choose(Model model, Caller caller) {
        return adding(model, caller, "", List.of(), CaseForm.NONE);
    }

    /** Whoever the organisation may find already. */
    @PostMapping("/cases/new/search")
    String search(Model model, Caller caller, @RequestParam(defaultValue = "") String q) {
        CasePolicy.mayWork(caller);
        return adding(model, caller, q, identity.search(caller, q, HITS), CaseForm.NONE);
    }

    @PostMapping("/cases/new")
    String add(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam Map<String, String> typed) {
        CaseForm form = new CaseForm(typed);
        Contact contact = form.contact(pages.text());
        form.refused(pages.text(), cases.wrong(contact));
        String number = form.of("number");
        if (number.length() > Cases.LONGEST_NAME) {
            form.errors().add("number", pages.text().get("casework.problem.long", Cases.LONGEST_NAME));
        }
        if (form.errors().isEmpty()) {
            try {
                return added(
                        redirect,
                        cases.add(caller, contact, number.isEmpty() ? null : number, days.today(), form.once()));
            } catch (Problem problem) {
                refused(form, "given", problem);
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return adding(model, caller, "", List.of(), form);
    }

    @PostMapping("/cases/take-on")
    String takeOn(Caller caller, RedirectAttributes redirect, @RequestParam String person) {
        return added(redirect, cases.takeOn(caller, person));
    }

    private String added(RedirectAttributes redirect, Cases.Added added) {
        pages.notice(redirect, added.isNew() ? "casework.added" : "casework.there");
        return "redirect:/cases/" + added.id();
    }

    private String adding(Model model, Caller caller, String q, List<PersonHit> hits, CaseForm form) {
        model.addAttribute("waiting", cases.waiting(caller));
        model.addAttribute("page", pages.page("casework.new.title").at("/cases/new"));
        model.addAttribute("q", q);
        model.addAttribute("hits", hits);
        model.addAttribute("form", form);
        return "casework/new";
    }

    // ------------------------------------------------------------------------------------------------ one client

    @GetMapping("/cases/{id}")
    String client(Model model, Caller caller, @PathVariable String id) {
        return show(model, caller, id, CaseForm.NONE);
    }

    String show(Model model, Caller caller, String id, CaseForm form) {
        Client client = cases.one(caller, id);
        List<Visit> all = visits.of(caller, client);
        model.addAttribute(
                "page", pages.page("casework.client").titled(client.name()).at("/cases/" + id));
        model.addAttribute("client", client);
        model.addAttribute("visits", all);
        model.addAttribute("twice", Visits.twice(all));
        model.addAttribute("notes", cases.notes(caller, client));
        model.addAttribute("referrals", names.forReader(cases.referrals(caller, client)));
        model.addAttribute("services", visits.services(caller));
        model.addAttribute(
                "last",
                all.stream()
                        .filter(visit -> visit.attendance() == Attendance.ATTENDED)
                        .findFirst()
                        .orElse(null));
        model.addAttribute("today", days.today());
        model.addAttribute("form", form);
        return "casework/client";
    }

    @GetMapping("/cases/{id}/contact")
    String contact(Model model, Caller caller, @PathVariable String id) {
        return contact(model, caller, id, CaseForm.NONE);
    }

    @PostMapping("/cases/{id}/contact")
    String contact(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> typed) {
        CaseForm form = new CaseForm(typed);
        Contact contact = form.contact(pages.text());
        form.refused(pages.text(), cases.wrong(contact));
        if (form.errors().isEmpty()) {
            try {
                cases.correct(caller, id, contact);
                pages.notice(redirect, "casework.saved");
                return "redirect:/cases/" + id;
            } catch (Problem problem) {
                refused(form, "given", problem);
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return contact(model, caller, id, form);
    }

    private String contact(Model model, Caller caller, String id, CaseForm form) {
        Client client = cases.one(caller, id);
        model.addAttribute(
                "page", pages.page("casework.contact.title", client.name()).at("/cases/" + id + "/contact"));
        model.addAttribute("client", client);
        model.addAttribute("contact", cases.contact(caller, client));
        model.addAttribute("form", form);
        return "casework/contact";
    }

    @PostMapping("/cases/{id}/{step}")
    String step(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @PathVariable String step,
            @RequestParam Map<String, String> typed) {
        CaseForm form = new CaseForm(typed);
        try {
            switch (step) {
                case "close" ->
                    cases.close(
                            caller,
                            id,
                            Closing.of(form.of("reason"))
                                    .orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "casework.problem.reason")),
                            form.of("words-close"));
                case "reopen" -> cases.reopen(caller, id, form.of("words-reopen"));
                case "note" -> {
                    if (form.of("words-note").isEmpty()) {
                        throw Problem.of(Category.UNPROCESSABLE, "casework.problem.empty");
                    }
                    cases.note(caller, id, form.of("words-note"), form.once());
                }
                case "unnote" -> cases.unnote(caller, id, form.of("note"));
                default -> throw Cases.unknown();
            }
            pages.notice(redirect, "casework.done." + step);
            return "redirect:/cases/" + id;
        } catch (Problem problem) {
            refused(form, "words-" + step, problem);
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(model, caller, id, form);
    }

    /** What can be mended is said at its field; the rest goes on. */
    void refused(CaseForm form, String field, Problem problem) {
        switch (problem.category()) {
            case UNPROCESSABLE, CONFLICT, PRECONDITION_FAILED ->
                form.errors().add(field, problem.message(pages.text().locale()));
            default -> throw problem;
        }
    }
}
