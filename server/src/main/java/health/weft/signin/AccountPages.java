package health.weft.signin;

import health.weft.audit.Audit;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** "How you sign in": what somebody changes about their own account. What weakens it asks for the password once more. */
@Controller
@RequestMapping("/account")
class AccountPages {
    private static final String FIELD = "wrongField";
    private static final String WRONG = "wrong";
    private static final String BACK = "redirect:/account";

    private final Pages pages;
    private final Accounts accounts;
    private final PasswordSignIn passwords;
    private final SecondFactors factors;
    private final Passkeys passkeys;
    private final OwnSessions sessions;
    private final MailLinks links;
    private final Devices devices;
    private final Providers providers;
    private final ProviderAccounts joined;
    private final Audit audit;
    private final Clock clock;

    AccountPages(
            Pages pages,
            Accounts accounts,
            PasswordSignIn passwords,
            SecondFactors factors,
            Passkeys passkeys,
            OwnSessions sessions,
            MailLinks links,
            Devices devices,
            Providers providers,
            ProviderAccounts joined,
            Audit audit,
            Clock clock) {
        this.clock = clock;
        this.pages = pages;
        this.accounts = accounts;
        this.passwords = passwords;
        this.factors = factors;
        this.passkeys = passkeys;
        this.sessions = sessions;
        this.links = links;
        this.devices = devices;
        this.providers = providers;
        this.joined = joined;
        this.audit = audit;
    }

    @GetMapping
    String account(
            Caller caller,
            HttpServletRequest request,
            Model model,
            @ModelAttribute(FIELD) String field,
            @ModelAttribute(WRONG) String wrong) {
        String username = caller.username();
        model.addAttribute("page", pages.page("signin.account.title"));
        model.addAttribute("errors", errors(field, wrong));
        model.addAttribute(
                "account",
                new AccountView(
                        OwnSessions.isRecent(request),
                        factors.isRequired(username),
                        accounts.passwordHash(username).isPresent(),
                        providers.all().stream()
                                .map(Provider::settings)
                                .map(there -> new AccountView.Elsewhere(
                                        there.id(), there.name(), joined.isJoined(username, there.issuer())))
                                .toList(),
                        factors.hasOneTimePassword(username),
                        factors.recoveryCodesLeft(username),
                        shortest(username),
                        passkeys.of(username),
                        sessions.of(username, request.getSession().getId())));
        return "signin/account";
    }

    @PostMapping("/password")
    String password(
            Caller caller,
            @RequestParam(defaultValue = "") String current,
            @RequestParam(defaultValue = "") String fresh,
            HttpServletRequest request,
            RedirectAttributes redirect) {
        String username = caller.username();
        if (factors.isDemo(username)) {
            return wrong(redirect, "fresh", "signin.problem.demo");
        }
        Optional<String> refused =
                PasswordRule.refusal(fresh, factors.isDue(username), username, caller.name(), caller.partyName());
        if (refused.isPresent()) {
            return wrong(redirect, "fresh", refused.get());
        }
        if (!isRight(caller, current, request)) {
            return wrong(redirect, "current", "signin.problem.current");
        }
        accounts.password(username, fresh);
        links.endResets(username);
        devices.forget(username);
        sessions.endAll(username, request.getSession().getId());
        changed(caller, "password");
        pages.notice(redirect, "signin.account.password-changed");
        return BACK;
    }

    @PostMapping("/one-time-password")
    String setUp(
            Caller caller,
            @RequestParam(name = "current-code", defaultValue = "") String current,
            HttpServletRequest request,
            RedirectAttributes redirect) {
        if (!isRight(caller, current, request)) {
            return wrong(redirect, "current-code", "signin.problem.current");
        }
        request.getSession().removeAttribute(SecondStepPages.NEW_SECRET);
        SecondStepPages.newSecret(request.getSession());
        return "redirect:/account/one-time-password";
    }

    @GetMapping("/one-time-password")
    String enrol(
            Caller caller,
            HttpServletRequest request,
            Model model,
            @ModelAttribute(FIELD) String field,
            @ModelAttribute(WRONG) String wrong) {
        byte[] secret = SecondStepPages.secret(request.getSession());
        if (secret == null) {
            return BACK;
        }
        model.addAttribute("page", pages.page("signin.enrol.title"));
        model.addAttribute("errors", errors(field, wrong));
        model.addAttribute("enrolment", Enrolment.of(caller.username(), secret));
        model.addAttribute("action", "/account/one-time-password/confirm");
        return "signin/enrol";
    }

    @PostMapping("/one-time-password/confirm")
    String confirm(
            Caller caller,
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request,
            Model model,
            RedirectAttributes redirect) {
        byte[] secret = SecondStepPages.secret(request.getSession());
        if (secret == null) {
            return BACK;
        }
        if (!factors.enrol(caller.username(), secret, code, clock.instant())) {
            redirect.addFlashAttribute(FIELD, "code");
            redirect.addFlashAttribute(WRONG, "signin.problem.code");
            return "redirect:/account/one-time-password";
        }
        request.getSession().removeAttribute(SecondStepPages.NEW_SECRET);
        sessions.endAll(caller.username(), request.getSession().getId());
        changed(caller, "one-time-password");
        return codes(caller, model);
    }

    @PostMapping("/one-time-password/remove")
    String remove(
            Caller caller,
            @RequestParam(name = "current-remove", defaultValue = "") String current,
            HttpServletRequest request,
            RedirectAttributes redirect) {
        if (!isRight(caller, current, request)) {
            return wrong(redirect, "current-remove", "signin.problem.current");
        }
        factors.removeOneTimePassword(caller.username());
        changed(caller, "one-time-password");
        pages.notice(redirect, "signin.account.code-removed");
        return BACK;
    }

    @PostMapping("/recovery-codes")
    String newCodes(
            Caller caller,
            @RequestParam(name = "current-codes", defaultValue = "") String current,
            HttpServletRequest request,
            Model model,
            RedirectAttributes redirect) {
        if (!factors.isEnrolled(caller.username())) {
            return BACK;
        }
        if (!isRight(caller, current, request)) {
            return wrong(redirect, "current-codes", "signin.problem.current");
        }
        changed(caller, "recovery-codes");
        return codes(caller, model);
    }

    private String codes(Caller caller, Model model) {
        model.addAttribute("page", pages.page("signin.codes.title"));
        model.addAttribute("codes", factors.newRecoveryCodes(caller.username()));
        model.addAttribute("next", "/account");
        return "signin/codes";
    }

    /** Where the language switch leads from pages that are the answer to a form. */
    @GetMapping({"/one-time-password/confirm", "/recovery-codes"})
    String afterwards() {
        return BACK;
    }

    @PostMapping("/sessions/end")
    String end(Caller caller, @RequestParam(defaultValue = "") String key, RedirectAttributes redirect) {
        sessions.end(caller.username(), key);
        changed(caller, "session");
        pages.notice(redirect, "signin.account.session-ended");
        return BACK;
    }

    /** Also here: whoever is unsure who else sits at their session wants all of them closed. */
    @PostMapping("/sessions/end-all")
    String endAll(Caller caller, HttpServletRequest request) {
        devices.forget(caller.username());
        sessions.endAll(caller.username(), null);
        changed(caller, "sessions");
        request.getSession().invalidate();
        return "redirect:/sign-in?bye";
    }

    /** The password; of an account that has none, that they have just come in. */
    private boolean isRight(Caller caller, String password, HttpServletRequest request) {
        return accounts.passwordHash(caller.username()).isEmpty()
                ? OwnSessions.isRecent(request)
                : passwords.isRight(caller.username(), password, Origin.of(request));
    }

    private int shortest(String username) {
        return factors.isDue(username) ? PasswordRule.SHORTEST : PasswordRule.SHORTEST_ALONE;
    }

    private void changed(Caller caller, String what) {
        audit.record(caller, Audit.Action.UPDATE, "account/" + caller.username() + "/" + what, List.of());
    }

    private static String wrong(RedirectAttributes redirect, String field, String key) {
        redirect.addFlashAttribute(FIELD, field);
        redirect.addFlashAttribute(WRONG, key);
        return BACK;
    }

    private Errors errors(String field, String wrong) {
        Errors errors = new Errors();
        if (!wrong.isEmpty()) {
            errors.add(field, pages.text().get(wrong, PasswordRule.LONGEST));
        }
        return errors;
    }
}
