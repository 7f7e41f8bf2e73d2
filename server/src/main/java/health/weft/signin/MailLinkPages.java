package health.weft.signin;

import health.weft.mail.Mail;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.problem.Words;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Errors;
import health.weft.ui.Option;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * Where the links in mails lead: taking up an invitation, and a new password.
 *
 * <p>Opening a link changes nothing, since mail servers open links to look at them; sending its form does, once.
 */
@Controller
class MailLinkPages {
    private static final Logger log = LoggerFactory.getLogger(MailLinkPages.class);
    private static final int LONGEST_NAME = 100;
    private static final String FIELD = "wrongField";
    private static final String WRONG = "wrong";

    private final MailLinks links;
    private final Membership membership;
    private final Accounts accounts;
    private final SecondFactors factors;
    private final OwnSessions sessions;
    private final Devices devices;
    private final Attempts attempts;
    private final SignIns signIns;
    private final Mail mail;
    private final Pages pages;
    private final TransactionTemplate transaction;

    MailLinkPages(
            MailLinks links,
            Membership membership,
            Accounts accounts,
            SecondFactors factors,
            OwnSessions sessions,
            Devices devices,
            Attempts attempts,
            SignIns signIns,
            Mail mail,
            Pages pages,
            TransactionTemplate transaction) {
        this.links = links;
        this.membership = membership;
        this.accounts = accounts;
        this.factors = factors;
        this.sessions = sessions;
        this.devices = devices;
        this.attempts = attempts;
        this.signIns = signIns;
        this.mail = mail;
        this.pages = pages;
        this.transaction = transaction;
    }

    @GetMapping("/sign-in/invitation/{token}")
    String invitation(
            @PathVariable String token,
            Model model,
            @ModelAttribute(FIELD) String field,
            @ModelAttribute(WRONG) String wrong,
            @ModelAttribute("typedName") String typedName) {
        MailLinks.Invitation offered = links.invitation(token).orElseThrow(MailLinkPages::gone);
        model.addAttribute("page", pages.page("signin.invitation.title", offered.partyName()));
        model.addAttribute("invitation", offered);
        model.addAttribute("token", token);
        model.addAttribute(
                "roles",
                String.join(
                        ", ",
                        offered.roles().stream()
                                .map(role -> pages.text().get("ui.role." + role.key()))
                                .toList()));
        model.addAttribute("shortest", isRequired(offered) ? PasswordRule.SHORTEST : PasswordRule.SHORTEST_ALONE);
        model.addAttribute("languages", List.of(new Option("en", "English"), new Option("es", "Español")));
        model.addAttribute("errors", errors(field, wrong));
        model.addAttribute("typedName", typedName);
        return "signin/invitation";
    }

    @PostMapping("/sign-in/invitation/{token}")
    String join(
            @PathVariable String token,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "en") String language,
            @RequestParam(defaultValue = "") String fresh,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes redirect) {
        MailLinks.Invitation offered = links.invitation(token).orElseThrow(MailLinkPages::gone);
        String called = name.strip();
        String back = "redirect:/sign-in/invitation/" + token;
        redirect.addFlashAttribute("typedName", called.substring(0, Math.min(called.length(), LONGEST_NAME)));
        Optional<String> unclear = PersonalAccounts.wrong(called);
        if (unclear.isPresent()) {
            return wrong(redirect, back, "name", unclear.get());
        }
        Optional<String> refused =
                PasswordRule.refusal(fresh, isRequired(offered), offered.mail(), called, offered.partyName());
        if (refused.isPresent()) {
            return wrong(redirect, back, "fresh", refused.get());
        }
        String username = transaction.execute(status -> {
            if (!links.use(token, null)) {
                throw gone();
            }
            return membership.join(offered, called, language.equals("es") ? "es" : "en", fresh);
        });
        if (accounts.caller(username).isEmpty() && offered.begins() != null) {
            pages.notice(redirect, "signin.invitation.begins", pages.text().date(offered.begins()));
            return "redirect:/sign-in";
        }
        return "redirect:" + signIns.firstStep(request, response, username, factors.isDue(username));
    }

    @GetMapping("/sign-in/reset")
    String forgot(Model model, @ModelAttribute("asked") String asked) {
        model.addAttribute("page", pages.page("signin.forgot.title"));
        model.addAttribute("asked", !asked.isEmpty());
        return "signin/forgot";
    }

    /** The same answer at once for everybody; whether there is such an account is looked at afterwards. */
    @PostMapping("/sign-in/reset")
    String ask(
            @RequestParam(defaultValue = "") String username, HttpServletRequest request, RedirectAttributes redirect) {
        String typed = PasswordSignIn.username(username);
        String page = links.address(request, "/sign-in/reset/");
        Origin origin = Origin.of(request);
        Thread.startVirtualThread(() -> send(typed, page, origin));
        redirect.addFlashAttribute("asked", "yes");
        return "redirect:/sign-in/reset";
    }

    private void send(String typed, String page, Origin origin) {
        try {
            if (!attempts.begin("reset:" + typed, origin, false)) {
                return;
            }
            Optional<Membership.Mailbox> known = membership.mailbox(typed);
            if (known.isEmpty()) {
                return;
            }
            Membership.Mailbox mailbox = known.get();
            Optional<String> token = links.reset(mailbox.username(), mailbox.mail());
            if (token.isPresent()) {
                Locale locale = Locale.forLanguageTag(mailbox.language());
                mail.send(
                        mailbox.mail(),
                        new Words("signin.mail.reset-subject").in(locale),
                        new Words("signin.mail.reset", page + token.get())
                                .in(locale)
                                .replace("|", "\n"));
            }
        } catch (IOException | RuntimeException e) {
            log.warn("A mail for a new password was not sent: {}", e.getClass().getSimpleName());
        }
    }

    @GetMapping("/sign-in/reset/{token}")
    String reset(
            @PathVariable String token,
            Model model,
            @ModelAttribute(FIELD) String field,
            @ModelAttribute(WRONG) String wrong) {
        String username = links.resets(token).orElseThrow(MailLinkPages::gone);
        model.addAttribute("page", pages.page("signin.reset.title"));
        model.addAttribute("token", token);
        model.addAttribute("username", username);
        model.addAttribute("shortest", factors.isDue(username) ? PasswordRule.SHORTEST : PasswordRule.SHORTEST_ALONE);
        model.addAttribute("errors", errors(field, wrong));
        return "signin/reset";
    }

    /** Sets the password and ends every session; the second step stays as it was, and is asked for at the next sign-in. */
    @PostMapping("/sign-in/reset/{token}")
    String set(@PathVariable String token, @RequestParam(defaultValue = "") String fresh, RedirectAttributes redirect) {
        String username = links.resets(token).orElseThrow(MailLinkPages::gone);
        Caller caller = accounts.caller(username).orElseThrow(MailLinkPages::gone);
        Optional<String> refused =
                PasswordRule.refusal(fresh, factors.isDue(username), username, caller.name(), caller.partyName());
        if (refused.isPresent()) {
            return wrong(redirect, "redirect:/sign-in/reset/" + token, "fresh", refused.get());
        }
        transaction.executeWithoutResult(status -> {
            if (!links.use(token, username)) {
                throw gone();
            }
            accounts.password(username, fresh);
            devices.forget(username);
            membership.changed(caller, username, "password-reset");
        });
        sessions.endAll(username, null);
        pages.notice(redirect, "signin.reset.done");
        return "redirect:/sign-in";
    }

    private boolean isRequired(MailLinks.Invitation offered) {
        return factors.isRequired(offered.roles().toArray(Role[]::new));
    }

    private static Problem gone() {
        return Problem.of(Category.GONE, "signin.problem.link");
    }

    private static String wrong(RedirectAttributes redirect, String back, String field, String key) {
        redirect.addFlashAttribute(FIELD, field);
        redirect.addFlashAttribute(WRONG, key);
        return back;
    }

    private Errors errors(String field, String wrong) {
        Errors errors = new Errors();
        if (!wrong.isEmpty()) {
            errors.add(field, pages.text().get(wrong, PasswordRule.LONGEST));
        }
        return errors;
    }
}
