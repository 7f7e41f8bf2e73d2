package health.weft.signin;

import health.weft.audit.Audit;
import health.weft.mail.Mail;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.problem.Words;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.DateParts;
import health.weft.ui.Errors;
import health.weft.ui.Option;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The accounts of an organisation, for its administrators: who there is, inviting, roles, ending. */
@Controller
@RequestMapping("/people/accounts")
class MembershipPages {
    /** An account's name is at most 100 characters, and an invited one's is the address. */
    static final Pattern MAIL =
            Pattern.compile("(?=.{6,100}$)[a-z0-9._%+'-]{1,64}@[a-z0-9-]+(\\.[a-z0-9-]+)*\\.[a-z]{2,}");

    private static final int MOST_OPEN = 50;
    private static final String BACK = "redirect:/people/accounts";
    private static final String FIELD = "wrongField";
    private static final String WRONG = "wrong";
    private static final String TYPED = "typed";

    private final Membership membership;
    private final MailLinks links;
    private final SecondFactors factors;
    private final Mail mail;
    private final Audit audit;
    private final Pages pages;
    private final Clock clock;

    MembershipPages(
            Membership membership,
            MailLinks links,
            SecondFactors factors,
            Mail mail,
            Audit audit,
            Pages pages,
            Clock clock) {
        this.clock = clock;
        this.membership = membership;
        this.links = links;
        this.factors = factors;
        this.mail = mail;
        this.audit = audit;
        this.pages = pages;
    }

    @GetMapping
    String list(
            Caller caller,
            Model model,
            @ModelAttribute(FIELD) String field,
            @ModelAttribute(WRONG) String wrong,
            @ModelAttribute(TYPED) String typed) {
        Set<Role> may = membership.rolesOf(caller);
        model.addAttribute("page", pages.page("signin.members.title"));
        model.addAttribute("organisation", caller.partyName());
        model.addAttribute("members", membership.members(caller));
        model.addAttribute("invitations", links.invitations(caller.party()));
        model.addAttribute("roles", options(may));
        model.addAttribute("errors", errors(field, wrong));
        model.addAttribute("typed", typed);
        model.addAttribute("mail", mail.isConfigured());
        return "signin/members";
    }

    @PostMapping("/invitations")
    String invite(
            Caller caller,
            @RequestParam(name = "mail", defaultValue = "") String typed,
            @RequestParam(name = "role", defaultValue = "") List<String> words,
            @RequestParam(name = "begins-month", defaultValue = "") String month,
            @RequestParam(name = "begins-day", defaultValue = "") String day,
            @RequestParam(name = "begins-year", defaultValue = "") String year,
            HttpServletRequest request,
            RedirectAttributes redirect) {
        Set<Role> roles = membership.chosen(caller, words);
        String to = typed.strip().toLowerCase(Locale.ROOT);
        redirect.addFlashAttribute(TYPED, to.substring(0, Math.min(to.length(), 100)));
        if (!MAIL.matcher(to).matches()) {
            return wrong(redirect, BACK, "mail", "signin.problem.mail");
        }
        if (roles.isEmpty()) {
            return wrong(redirect, BACK, "role", "signin.problem.role-none");
        }
        Optional<LocalDate> begins = fromToday(DateParts.of(day, month, year));
        if (begins.isEmpty()) {
            return wrong(redirect, BACK, "begins", "signin.problem.end-date");
        }
        if (membership.members(caller).stream().anyMatch(m -> to.equals(m.mail()) || to.equals(m.username()))) {
            return wrong(redirect, BACK, "mail", "signin.problem.member-already");
        }
        if (links.invitations(caller.party()).size() >= MOST_OPEN) {
            return wrong(redirect, BACK, "mail", "signin.problem.invitations-many");
        }
        String page = links.address(request, "/sign-in/invitation/");
        String token = links.invite(to, caller.party(), roles, caller.username(), ahead(begins.get()));
        Locale locale = pages.text().locale();
        try {
            mail.send(
                    to,
                    new Words("signin.mail.invitation-subject", caller.partyName()).in(locale),
                    new Words("signin.mail.invitation", caller.name(), caller.partyName(), page + token)
                            .in(locale)
                            .replace("|", "\n"));
        } catch (IOException e) {
            links.withdraw(caller.party(), Secrets.hash(token));
            return wrong(redirect, BACK, "mail", "signin.problem.mail-away");
        }
        audit.record(caller, Audit.Action.CREATE, "account/invitation", List.of());
        redirect.addFlashAttribute(TYPED, "");
        pages.notice(redirect, "signin.members.invited", to);
        return BACK;
    }

    @PostMapping("/invitations/{key}/withdraw")
    String withdraw(Caller caller, @PathVariable String key, RedirectAttributes redirect) {
        membership.rolesOf(caller);
        if (!key.matches("[0-9a-f]{64}")
                || !links.withdraw(caller.party(), HexFormat.of().parseHex(key))) {
            throw Problem.of(Category.NOT_FOUND, "signin.problem.invitation-gone");
        }
        audit.record(caller, Audit.Action.DELETE, "account/invitation", List.of());
        pages.notice(redirect, "signin.members.withdrawn");
        return BACK;
    }

    @GetMapping("/of/{username}")
    String member(
            Caller caller,
            @PathVariable String username,
            Model model,
            @ModelAttribute(FIELD) String field,
            @ModelAttribute(WRONG) String wrong) {
        Membership.Member member = membership.member(caller, username);
        model.addAttribute("page", pages.page("signin.members.title").titled(member.name()));
        model.addAttribute("member", member);
        model.addAttribute("own", username.equals(caller.username()));
        model.addAttribute("roles", options(membership.rolesOf(caller)));
        model.addAttribute("required", factors.isRequired(member.roles().toArray(Role[]::new)));
        model.addAttribute("errors", errors(field, wrong));
        return "signin/member";
    }

    @PostMapping("/of/{username}/roles")
    String roles(
            Caller caller,
            @PathVariable String username,
            @RequestParam(name = "role", defaultValue = "") List<String> words,
            RedirectAttributes redirect) {
        Set<Role> roles = membership.chosen(caller, words);
        if (roles.isEmpty()) {
            return wrong(redirect, back(caller, username), "role", "signin.problem.role-none");
        }
        membership.change(caller, username, roles);
        pages.notice(redirect, "signin.members.changed");
        return back(caller, username);
    }

    @PostMapping("/of/{username}/end")
    String end(
            Caller caller,
            @PathVariable String username,
            @RequestParam(name = "from-month", defaultValue = "") String month,
            @RequestParam(name = "from-day", defaultValue = "") String day,
            @RequestParam(name = "from-year", defaultValue = "") String year,
            RedirectAttributes redirect) {
        Optional<LocalDate> from = fromToday(DateParts.of(day, month, year));
        if (from.isEmpty()) {
            return wrong(redirect, back(caller, username), "from", "signin.problem.end-date");
        }
        Instant ahead = ahead(from.get());
        if (!membership.end(caller, username, ahead == null ? clock.instant() : ahead)) {
            return wrong(redirect, back(caller, username), "from", "signin.problem.ends-before");
        }
        pages.notice(redirect, "signin.members.ended", pages.text().date(from.get()));
        return back(caller, username);
    }

    @PostMapping("/of/{username}/begin")
    String begin(
            Caller caller,
            @PathVariable String username,
            @RequestParam(name = "begins-month", defaultValue = "") String month,
            @RequestParam(name = "begins-day", defaultValue = "") String day,
            @RequestParam(name = "begins-year", defaultValue = "") String year,
            RedirectAttributes redirect) {
        Optional<LocalDate> from = fromToday(DateParts.of(day, month, year));
        if (from.isEmpty()) {
            return wrong(redirect, back(caller, username), "begins", "signin.problem.end-date");
        }
        if (!membership.begin(caller, username, ahead(from.get()))) {
            return wrong(redirect, back(caller, username), "begins", "signin.problem.begins-after");
        }
        pages.notice(redirect, "signin.members.begun", pages.text().date(from.get()));
        return back(caller, username);
    }

    /** The day that was typed, today where none was; empty for what is none from today on, within five years. */
    private Optional<LocalDate> fromToday(DateParts typed) {
        LocalDate today = LocalDate.now(clock.withZone(pages.text().zone()));
        return (typed.isEmpty() ? Optional.of(today) : typed.date())
                .filter(day -> !day.isBefore(today) && !day.isAfter(today.plusYears(5)));
    }

    /** When this day begins where the administrator is; null for today, which has. */
    private @Nullable Instant ahead(LocalDate day) {
        Instant begins = day.atStartOfDay(pages.text().zone()).toInstant();
        return begins.isAfter(clock.instant()) ? begins : null;
    }

    @PostMapping("/of/{username}/stay")
    String stay(Caller caller, @PathVariable String username, RedirectAttributes redirect) {
        membership.end(caller, username, null);
        pages.notice(redirect, "signin.members.stays");
        return back(caller, username);
    }

    @PostMapping("/of/{username}/second-step")
    String secondStep(Caller caller, @PathVariable String username, RedirectAttributes redirect) {
        membership.secondStepAnew(caller, username);
        pages.notice(redirect, "signin.members.anew");
        return back(caller, username);
    }

    /** Leads nowhere but to an account of one's own organisation. */
    private String back(Caller caller, String username) {
        return "redirect:/people/accounts/of/"
                + membership.member(caller, username).username();
    }

    private List<Option> options(Collection<Role> roles) {
        return roles.stream()
                .map(role -> new Option(
                        role.name(),
                        pages.text().get("ui.role." + role.key()),
                        role == Role.ORGANISATION_ADMIN ? pages.text().get("signin.members.adminHint") : null))
                .toList();
    }

    private static String wrong(RedirectAttributes redirect, String back, String field, String key) {
        redirect.addFlashAttribute(FIELD, field);
        redirect.addFlashAttribute(WRONG, key);
        return back;
    }

    private Errors errors(String field, String wrong) {
        Errors errors = new Errors();
        if (!wrong.isEmpty()) {
            errors.add(field, pages.text().get(wrong));
        }
        return errors;
    }
}
