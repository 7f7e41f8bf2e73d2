package health.weft.screening;

import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.record.FileLimit;
import health.weft.record.ReceivedFile;
import health.weft.security.Caller;
import health.weft.signin.MailLinks;
import health.weft.ui.Download;
import health.weft.ui.Pages;
import health.weft.ui.ScanCode;
import jakarta.servlet.ServletException;
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
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Screening at the desk: the form, what it found, and the ways in which the person answers without the worker. */
@Controller
class ScreeningPages {
    private final Asking asking;
    private final Screenings screenings;
    private final Forms forms;
    private final Links links;
    private final Drafts drafts;
    private final MailLinks mailLinks;
    private final Identity identity;
    private final FileLimit limit;
    private final Pages pages;

    ScreeningPages(
            Asking asking,
            Screenings screenings,
            Forms forms,
            Links links,
            Drafts drafts,
            MailLinks mailLinks,
            Identity identity,
            FileLimit limit,
            Pages pages) {
        this.asking = asking;
        this.screenings = screenings;
        this.forms = forms;
        this.links = links;
        this.drafts = drafts;
        this.mailLinks = mailLinks;
        this.identity = identity;
        this.limit = limit;
        this.pages = pages;
    }

    /** A form: the one that is asked for, one that was begun, or the first of the network. */
    @GetMapping("/people/{person}/screening")
    String form(
            Model model,
            Caller caller,
            @PathVariable String person,
            @RequestParam(defaultValue = Forms.HUNGER_VITAL_SIGN) String form,
            @RequestParam(defaultValue = "") String language,
            @RequestParam(defaultValue = "") String draft) {
        Answerer who = who(caller, person);
        Sheet sheet = draft.isEmpty()
                ? asking.fresh(who, forms.asked(caller, form), UUID.randomUUID(), spoken(language), pages.text())
                : asking.kept(who, Sent.key(draft), language.isEmpty() ? null : spoken(language), pages.text());
        return form(model, caller, person, sheet);
    }

    @PostMapping("/people/{person}/screening")
    String step(
            Model model,
            Caller caller,
            HttpServletResponse response,
            @PathVariable String person,
            @RequestParam MultiValueMap<String, String> fields) {
        Answerer who = who(caller, person);
        Sent sent = Sent.of(fields, pages.text().language(), Forms.HUNGER_VITAL_SIGN);
        Asking.Outcome outcome = asking.step(
                who,
                sent.key(),
                forms.asked(caller, sent.form()),
                sent.page(),
                sent.step(),
                fields,
                sent.language(),
                pages.text());
        if (outcome.response() != null) {
            return "redirect:/people/" + person + "/screening/" + outcome.response();
        }
        Sheet sheet = outcome.sheet();
        if (sheet == null) {
            return sent.step().equals("later")
                    ? "redirect:/people/" + person + "/needs"
                    : "redirect:/people/" + person + "/screening?draft=" + sent.key();
        }
        if (outcome.wrong()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
        }
        return form(model, caller, person, sheet);
    }

    /** Takes a file as the browser sends it, as the answer to a question; its name comes in a header. */
    @PostMapping(path = "/people/{person}/screening/files", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    String file(
            Caller caller,
            @PathVariable String person,
            HttpServletRequest request,
            @RequestHeader(name = "X-File-Name", defaultValue = "") String name,
            @RequestParam MultiValueMap<String, String> fields)
            throws IOException {
        Answerer who = who(caller, person);
        Sent sent = Sent.of(fields, pages.text().language(), Forms.HUNGER_VITAL_SIGN);
        ReceivedFile file = limit.received(name, request.getInputStream(), request.getContentLengthLong());
        asking.attach(who, sent.key(), forms.asked(caller, sent.form()), sent.field(), file, sent.language());
        return "";
    }

    /** What a screening found; read again from the answers, since a result has no place in an address. */
    @GetMapping("/people/{person}/screening/{response}")
    String result(Model model, Caller caller, @PathVariable String person, @PathVariable String response) {
        model.addAttribute("page", pages.page("screening.result.title"));
        model.addAttribute("person", identity.person(caller, person));
        model.addAttribute("found", screenings.found(caller, person, response));
        model.addAttribute("mayRefer", true);
        model.addAttribute("files", "/people/" + person + "/screening/" + response);
        return "screening/result";
    }

    /** A file that answers a question. */
    @GetMapping("/people/{person}/screening/{response}/files/{file}")
    ResponseEntity<byte[]> file(
            Caller caller, @PathVariable String person, @PathVariable String response, @PathVariable String file) {
        Screenings.Content content = screenings.file(caller, person, response, file);
        return Download.of(content.file().name(), content.file().contentType(), content.bytes());
    }

    @PostMapping("/people/{person}/screening/declined")
    String declined(
            Caller caller,
            @PathVariable String person,
            @RequestParam(defaultValue = Forms.HUNGER_VITAL_SIGN) String form,
            RedirectAttributes redirect) {
        screenings.declined(who(caller, person), form);
        pages.notice(redirect, "screening.declined.done");
        return "redirect:/people/" + person + "/needs";
    }

    @PostMapping("/people/{person}/screening/forget")
    String forget(Caller caller, @PathVariable String person, @RequestParam(defaultValue = "") String draft) {
        Answerer who = who(caller, person);
        drafts.drop(Sent.key(draft), caller.party(), who.way());
        return "redirect:/people/" + person + "/needs";
    }

    /** A link to a form: mailed, or shown to be scanned. */
    @PostMapping("/people/{person}/screening/links")
    String link(
            Model model,
            Caller caller,
            HttpServletRequest request,
            @PathVariable String person,
            @RequestParam(defaultValue = Forms.HUNGER_VITAL_SIGN) String form,
            @RequestParam(defaultValue = "") String language,
            @RequestParam(defaultValue = "") String mail,
            RedirectAttributes redirect) {
        String address = mailLinks.address(request, "/answer/");
        Links.Link link = links.make(caller, person, form, spoken(language), Way.LINK, address, mail);
        if (link.mail() != null) {
            pages.notice(redirect, "screening.link.sent", link.mail());
            return "redirect:/people/" + person + "/needs";
        }
        model.addAttribute("page", pages.page("screening.link.title"));
        model.addAttribute("person", identity.person(caller, person));
        model.addAttribute("link", link);
        model.addAttribute("code", ScanCode.of(address + links.token(link.id())));
        return "screening/link";
    }

    @PostMapping("/people/{person}/screening/links/{link}")
    String withdraw(
            Caller caller, @PathVariable String person, @PathVariable String link, RedirectAttributes redirect) {
        links.withdraw(caller, who(caller, person).person(), Sent.key(link));
        pages.notice(redirect, "screening.link.withdrawn");
        return "redirect:/people/" + person + "/needs";
    }

    /** Hands this device over: the worker is signed out before the first question, so that there is nothing to go back to. */
    @PostMapping("/people/{person}/screening/tablet")
    String tablet(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String person,
            @RequestParam(defaultValue = Forms.HUNGER_VITAL_SIGN) String form,
            @RequestParam(defaultValue = "") String language)
            throws ServletException {
        Links.Link link = links.make(caller, person, form, spoken(language), Way.TABLET, "", "");
        String token = links.token(link.id());
        request.logout();
        return "redirect:/answer/" + token;
    }

    private Answerer who(Caller caller, String person) {
        Screenings.mayScreen(caller);
        return new Answerer(caller, identity.person(caller, person).id(), identity.patientOf(caller, person), Way.DESK);
    }

    private String spoken(String language) {
        return Sent.language(language, pages.text().language());
    }

    private String form(Model model, Caller caller, String person, Sheet sheet) {
        Person known = identity.person(caller, person);
        String here = "/people/" + person + "/screening";
        model.addAttribute("page", pages.page("screening.title").titled(sheet.title()));
        model.addAttribute("caption", known.name());
        model.addAttribute("sheet", sheet);
        model.addAttribute("action", here);
        model.addAttribute("limit", limit.words());
        model.addAttribute("ask", true);
        model.addAttribute("back", "/people/" + person + "/needs");
        return "screening/form";
    }
}
