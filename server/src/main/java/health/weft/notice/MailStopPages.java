package health.weft.notice;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.security.Role;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * Stops mails to a person: by the link in each of them, without an account, or on their own page; and where staff write down that they
 * agreed to be written to.
 *
 * <p>Opening a link changes nothing, since mail servers open links to look at them. Pressing the button does, and so does a mail program
 * that posts to the same address (RFC 8058). The page says nothing of who was written to.
 */
@Controller
class MailStopPages {
    private final MailStops stops;
    private final Recipients recipients;
    private final Proxies proxies;
    private final Audit audit;
    private final Pages pages;

    MailStopPages(MailStops stops, Recipients recipients, Proxies proxies, Audit audit, Pages pages) {
        this.stops = stops;
        this.recipients = recipients;
        this.proxies = proxies;
        this.audit = audit;
        this.pages = pages;
    }

    @GetMapping("/no-mail/{token}")
    String show(Model model, HttpServletResponse response, @PathVariable String token) {
        Optional<Recipient> recipient = recipients.ofStop(token);
        return recipient.isPresent() ? page(model, token, recipient.get()) : gone(model, response);
    }

    @PostMapping("/no-mail/{token}")
    String stop(Model model, HttpServletResponse response, @PathVariable String token) {
        Optional<Recipient> recipient = recipients.ofStop(token);
        recipient.ifPresent(found -> stops.stop(holder(found), found.person()));
        return recipient.isPresent() ? page(model, token, recipient.get()) : gone(model, response);
    }

    /** For whoever pressed by mistake and has no account: by the same link. */
    @PostMapping("/no-mail/{token}/again")
    String again(Model model, HttpServletResponse response, @PathVariable String token) {
        Optional<Recipient> recipient = recipients.ofStop(token);
        recipient.ifPresent(found -> stops.lift(holder(found), found.person()));
        return recipient.isPresent() ? page(model, token, recipient.get()) : gone(model, response);
    }

    private String page(Model model, String token, Recipient recipient) {
        pages.reads(recipient.language());
        boolean stopped = stops.isStopped(recipient.person(), recipient.address());
        model.addAttribute(
                "page",
                pages.page(stopped ? "notice.no-mail.stopped" : "notice.no-mail.title")
                        .withoutSession()
                        .at(Recipients.STOP + token));
        model.addAttribute("action", Recipients.STOP + token + (stopped ? "/again" : ""));
        model.addAttribute("stopped", stopped);
        return "notice/no-mail";
    }

    private String gone(Model model, HttpServletResponse response) {
        audit.refused(new Caller("link", "Link", "Link", "Link", Set.of(Role.PATIENT), "en"), "mail-stop", List.of());
        response.setStatus(Category.GONE.status().value());
        model.addAttribute("page", pages.page("notice.no-mail.gone").withoutSession());
        return "notice/no-mail-gone";
    }

    /** Whoever holds the link. */
    private static Caller holder(Recipient recipient) {
        String party = "Person/" + recipient.person();
        return new Caller("link", "Link", party, "Link", Set.of(Role.PATIENT), "en");
    }

    // ------------------------------------------------------------------------------------------------ signed in

    @PostMapping("/me/mail/stop")
    String stopMine(Caller caller, RedirectAttributes redirect) {
        stops.stop(caller, me(caller));
        pages.notice(redirect, "notice.mail-stopped.done");
        return "redirect:/me/sharing#mails";
    }

    @PostMapping("/me/mail/again")
    String againMine(Caller caller, RedirectAttributes redirect) {
        stops.lift(caller, me(caller));
        pages.notice(redirect, "notice.mail-again.done");
        return "redirect:/me/sharing#mails";
    }

    private String me(Caller caller) {
        return proxies.person(caller)
                .filter(person -> proxies.decides(caller))
                .orElseThrow(() -> Problem.of(Category.FORBIDDEN, "notice.problem.own"));
    }

    // ------------------------------------------------------------------------------------------------ staff

    @PostMapping("/people/{person}/mail")
    String agree(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String person,
            @RequestParam(defaultValue = "") String address) {
        recipients.agree(caller, person, address);
        pages.notice(redirect, "notice.agreed.done");
        return "redirect:/people/" + person;
    }

    @PostMapping("/people/{person}/mail/back")
    String takeBack(Caller caller, RedirectAttributes redirect, @PathVariable String person) {
        recipients.takeBack(caller, person);
        pages.notice(redirect, "notice.agreed.taken");
        return "redirect:/people/" + person;
    }
}
