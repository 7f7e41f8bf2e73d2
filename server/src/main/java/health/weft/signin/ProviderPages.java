package health.weft.signin;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Callers;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Signing in at the network's provider: OpenID Connect's authorization code flow with PKCE, state and nonce. Spring Security asks and
 * checks; a session becomes a person's in {@link SignIns} alone (decision 28).
 */
@Controller
class ProviderPages {
    private static final Logger log = LoggerFactory.getLogger(ProviderPages.class);
    private static final String JOINING = "weft.joining";
    private static final Duration JOINS_WITHIN = Duration.ofMinutes(10);
    private static final int LONGEST = 4_000;

    private final HttpSessionOAuth2AuthorizationRequestRepository asked =
            new HttpSessionOAuth2AuthorizationRequestRepository();
    private final Provider provider;
    private final ProviderAccounts accounts;
    private final SignIns signIns;
    private final SecondFactors factors;
    private final Callers callers;
    private final Pages pages;

    ProviderPages(
            Provider provider,
            ProviderAccounts accounts,
            SignIns signIns,
            SecondFactors factors,
            Callers callers,
            Pages pages) {
        this.provider = provider;
        this.accounts = accounts;
        this.signIns = signIns;
        this.factors = factors;
        this.callers = callers;
        this.pages = pages;
    }

    /** A link and no form: the strict policy for forms would keep the browser from going on to another host. */
    @GetMapping("/sign-in/provider")
    String ask(HttpServletRequest request, HttpServletResponse response) {
        try {
            Provider.Ready ready = ready();
            DefaultOAuth2AuthorizationRequestResolver resolver =
                    new DefaultOAuth2AuthorizationRequestResolver(id -> ready.registration());
            resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
            OAuth2AuthorizationRequest question = resolver.resolve(request, Provider.REGISTRATION);
            if (question == null) {
                throw new IOException("no question could be made");
            }
            asked.saveAuthorizationRequest(question, request, response);
            return "redirect:" + question.getAuthorizationRequestUri();
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
            return refused("away");
        }
    }

    @GetMapping(Provider.ANSWER)
    String answer(
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String code,
            @RequestParam(defaultValue = "") String state) {
        // Taken away by its state: each question is answered once.
        OAuth2AuthorizationRequest question = asked.removeAuthorizationRequest(request, response);
        if (question == null || code.isEmpty() || code.length() > LONGEST) {
            signIns.refused("");
            return refused("not");
        }
        try {
            Provider.Ready ready = ready();
            OidcUser person = checked(ready, question, code, state);
            return joining(request)
                    .map(caller -> join(caller, ready, person, redirect))
                    .orElseGet(() -> enter(request, response, ready, person));
        } catch (AuthenticationException e) {
            // What stands in the answer is anybody's: the kind of refusal is all that is worth a line.
            log.info("An answer of the provider was refused: {}", kind(e));
            signIns.refused("");
            return refused("not");
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
            return refused("away");
        }
    }

    private Provider.Ready ready() throws IOException {
        return provider.ready().orElseThrow(() -> Problem.of(Category.NOT_FOUND, "signin.problem.provider"));
    }

    private static OidcUser checked(
            Provider.Ready ready, OAuth2AuthorizationRequest question, String code, String state) {
        OAuth2AuthorizationResponse response = OAuth2AuthorizationResponse.success(code)
                .redirectUri(String.valueOf(question.getRedirectUri()))
                .state(state)
                .build();
        Authentication checked = ready.check()
                .authenticate(new OAuth2LoginAuthenticationToken(
                        ready.registration(), new OAuth2AuthorizationExchange(question, response)));
        if (checked != null && checked.getPrincipal() instanceof OidcUser person) {
            return person;
        }
        throw new OAuth2AuthenticationException("no_id_token");
    }

    private String enter(
            HttpServletRequest request, HttpServletResponse response, Provider.Ready ready, OidcUser person) {
        Map<String, Object> claims = person.getClaims();
        ProviderAccounts.Found found = accounts.find(ready.settings(), String.valueOf(person.getSubject()), claims);
        if (found.refusal() != null) {
            signIns.refused(found.username());
            return refused(found.refusal().name().toLowerCase(Locale.ROOT));
        }
        // Whoever sat here before leaves nothing to who comes.
        HttpSession before = request.getSession(false);
        if (before != null
                && callers.current()
                        .filter(c -> !c.username().equals(found.username()))
                        .isPresent()) {
            before.invalidate();
        }
        boolean shown = Provider.showedSecondFactor(
                ready.settings(), person.getIdToken().getClaims());
        String to = signIns.firstStep(request, response, found.username(), !shown && factors.isDue(found.username()));
        request.getSession().setAttribute(SignIns.ELSEWHERE, true);
        return "redirect:" + to;
    }

    private String join(Caller caller, Provider.Ready ready, OidcUser person, RedirectAttributes redirect) {
        boolean joined = accounts.join(caller, ready.settings().issuer(), String.valueOf(person.getSubject()));
        pages.notice(
                redirect,
                joined ? "signin.provider.joined" : "signin.provider.taken",
                ready.settings().name());
        return "redirect:/account";
    }

    /** Who said a moment ago, by a form of this session, that they want to be joined. */
    private Optional<Caller> joining(HttpServletRequest request) {
        HttpSession session = request.getSession();
        Object since = session.getAttribute(JOINING);
        session.removeAttribute(JOINING);
        return since instanceof Instant at && at.plus(JOINS_WITHIN).isAfter(Instant.now())
                ? callers.current()
                : Optional.empty();
    }

    /** The person wants to sign in by the provider from now on: asked for by a form, so that no other site leads anybody into it. */
    @PostMapping("/account/provider")
    String wantsToJoin(Caller caller, HttpServletRequest request) {
        if (!OwnSessions.isRecent(request)) {
            throw Problem.of(Category.FORBIDDEN, "signin.problem.not-recent");
        }
        request.getSession().setAttribute(JOINING, Instant.now());
        return "redirect:/account/provider";
    }

    @GetMapping("/account/provider")
    String join(Caller caller, HttpServletRequest request, org.springframework.ui.Model model) {
        if (request.getSession().getAttribute(JOINING) == null) {
            return "redirect:/account";
        }
        String name = provider.settings().map(ProviderSettings::name).orElse("");
        model.addAttribute("page", pages.page("signin.provider.join", name));
        model.addAttribute("name", name);
        return "signin/provider";
    }

    @PostMapping("/account/provider/part")
    String part(Caller caller, RedirectAttributes redirect) {
        ProviderSettings settings =
                provider.settings().orElseThrow(() -> Problem.of(Category.NOT_FOUND, "signin.problem.provider"));
        boolean parted = accounts.part(caller, settings.issuer());
        pages.notice(redirect, parted ? "signin.provider.parted" : "signin.provider.only-way", settings.name());
        return "redirect:/account";
    }

    /** Signs out at the provider too. */
    @GetMapping("/sign-in/provider/leave")
    String leave() {
        String here =
                ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString();
        try {
            return "redirect:" + provider.signOut(here).orElse("/sign-in?bye");
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
            return "redirect:/sign-in?bye";
        }
    }

    private static String refused(String why) {
        return "redirect:/sign-in?provider=" + why;
    }

    private static String kind(AuthenticationException e) {
        return e instanceof OAuth2AuthenticationException oauth
                ? oauth.getError().getErrorCode().replaceAll("[^A-Za-z0-9_]", "")
                : e.getClass().getSimpleName();
    }
}
