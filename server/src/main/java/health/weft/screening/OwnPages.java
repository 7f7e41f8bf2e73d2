package health.weft.screening;

import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.FileLimit;
import health.weft.record.ReceivedFile;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Download;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** A person who has signed in answers for themselves, and reads what their needs are. */
@Controller
class OwnPages {
    private final Asking asking;
    private final Screenings screenings;
    private final Forms forms;
    private final Drafts drafts;
    private final Needs needs;
    private final Overview overview;
    private final Identity identity;
    private final FileLimit limit;
    private final Pages pages;

    OwnPages(
            Asking asking,
            Screenings screenings,
            Forms forms,
            Drafts drafts,
            Needs needs,
            Overview overview,
            Identity identity,
            FileLimit limit,
            Pages pages) {
        this.asking = asking;
        this.screenings = screenings;
        this.forms = forms;
        this.drafts = drafts;
        this.needs = needs;
        this.overview = overview;
        this.identity = identity;
        this.limit = limit;
        this.pages = pages;
    }

    @GetMapping("/me/needs")
    String needs(Caller caller, Model model) {
        Person person = person(caller);
        model.addAttribute("page", pages.page("screening.mine.title"));
        model.addAttribute("needs", needs.of(caller, person));
        model.addAttribute("goals", needs.goals(caller, person));
        model.addAttribute("past", overview.past(caller, person.pats()));
        model.addAttribute("forms", forms.offered(caller));
        model.addAttribute("drafts", drafts.open(person.id(), caller.party(), Way.PORTAL));
        return "screening/mine";
    }

    @GetMapping("/me/screening/{form}")
    String form(
            Model model,
            Caller caller,
            @PathVariable String form,
            @RequestParam(defaultValue = "") String language,
            @RequestParam(defaultValue = "") String draft) {
        Answerer who = who(caller);
        Sheet sheet = draft.isEmpty()
                ? asking.fresh(who, forms.asked(caller, form), UUID.randomUUID(), spoken(language), pages.text())
                : asking.kept(who, Sent.key(draft), language.isEmpty() ? null : spoken(language), pages.text());
        return form(model, sheet);
    }

    @PostMapping("/me/screening/{form}")
    String step(
            Model model,
            Caller caller,
            HttpServletResponse response,
            @PathVariable String form,
            @RequestParam MultiValueMap<String, String> fields) {
        Answerer who = who(caller);
        Sent sent = Sent.of(fields, pages.text().language(), form);
        Asking.Outcome outcome = asking.step(
                who,
                sent.key(),
                forms.asked(caller, form),
                sent.page(),
                sent.step(),
                fields,
                sent.language(),
                pages.text());
        if (outcome.response() != null) {
            return "redirect:/me/needs/" + outcome.response();
        }
        Sheet sheet = outcome.sheet();
        if (sheet == null) {
            return sent.step().equals("later")
                    ? "redirect:/me/needs"
                    : "redirect:/me/screening/" + form + "?draft=" + sent.key();
        }
        if (outcome.wrong()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
        }
        return form(model, sheet);
    }

    /** Takes a file as the browser sends it, as the answer to a question; its name comes in a header. */
    @PostMapping(path = "/me/screening/{form}/files", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    String file(
            Caller caller,
            @PathVariable String form,
            HttpServletRequest request,
            @RequestHeader(name = "X-File-Name", defaultValue = "") String name,
            @RequestParam MultiValueMap<String, String> fields)
            throws IOException {
        Answerer who = who(caller);
        Sent sent = Sent.of(fields, pages.text().language(), form);
        ReceivedFile file = limit.received(name, request.getInputStream(), request.getContentLengthLong());
        asking.attach(who, sent.key(), forms.asked(caller, form), sent.field(), file, sent.language());
        return "";
    }

    /** A file that answers a question. */
    @GetMapping("/me/needs/{response}/files/{file}")
    ResponseEntity<byte[]> file(Caller caller, @PathVariable String response, @PathVariable String file) {
        Screenings.Content content = screenings.file(caller, person(caller).id(), response, file);
        return Download.of(content.file().name(), content.file().contentType(), content.bytes());
    }

    @GetMapping("/me/needs/{response}")
    String result(Model model, Caller caller, @PathVariable String response) {
        Person person = person(caller);
        model.addAttribute("page", pages.page("screening.result.title"));
        model.addAttribute("person", person);
        model.addAttribute("found", screenings.found(caller, person.id(), response));
        model.addAttribute("mayRefer", false);
        model.addAttribute("files", "/me/needs/" + response);
        return "screening/result";
    }

    private Answerer who(Caller caller) {
        Person person = person(caller);
        return new Answerer(caller, person.id(), identity.patientOf(caller, person.id()), Way.PORTAL);
    }

    /** Answers are a person's own: whoever acts for them does not give them. */
    private Person person(Caller caller) {
        if (!caller.is(Role.PATIENT) || !caller.party().startsWith("Person/")) {
            throw Problem.of(Category.FORBIDDEN, "screening.problem.own");
        }
        return identity.person(caller, caller.party().substring("Person/".length()));
    }

    private String spoken(String language) {
        return Sent.language(language, pages.text().language());
    }

    private String form(Model model, Sheet sheet) {
        model.addAttribute("page", pages.page("screening.title").titled(sheet.title()));
        model.addAttribute("caption", pages.text().get("screening.mine.title"));
        model.addAttribute("sheet", sheet);
        model.addAttribute("action", "/me/screening/" + sheet.form());
        model.addAttribute("limit", limit.words());
        model.addAttribute("ask", false);
        model.addAttribute("back", "/me/needs");
        return "screening/form";
    }
}
