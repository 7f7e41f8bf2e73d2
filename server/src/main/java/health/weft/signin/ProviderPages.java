package health.weft.signin;

import health.weft.audit.Audit;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
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
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
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
    private static final String JOINED_TO = "weft.joining.to";
    private static final int LONGEST = 4_000;
    private static final int LONGEST_TOKEN = 16_000;

    private final HttpSessionOAuth2AuthorizationRequestRepository asked =
            new HttpSessionOAuth2AuthorizationRequestRepository();
    private final Providers providers;
    private final ProviderAccounts accounts;
    private final ProviderSessions sessions;
    private final SignIns signIns;
    private final SecondFactors factors;
    private final Callers callers;
    private final Audit audit;
    private final Pages pages;

    ProviderPages(
            Providers providers,
            ProviderAccounts accounts,
            ProviderSessions sessions,
            SignIns signIns,
            SecondFactors factors,
            Callers callers,
            Audit audit,
            Pages pages) {
        this.providers = providers;
        this.accounts = accounts;
        this.sessions = sessions;
        this.signIns = signIns;
        this.factors = factors;
        this.callers = callers;
        this.audit = audit;
        this.pages = pages;
    }

    /** A link and no form: the strict policy for forms would keep the browser from going on to another host. */
    @GetMapping({"/sign-in/provider", "/sign-in/provider/{id}"})
    String ask(
            HttpServletRequest request,
            HttpServletResponse response,
            @PathVariable(required = false) @Nullable String id) {
        Provider provider = provider(id);
        try {
            Provider.Ready ready = provider.ready();
            DefaultOAuth2AuthorizationRequestResolver resolver =
                    new DefaultOAuth2AuthorizationRequestResolver(any -> ready.registration());
            resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
            OAuth2AuthorizationRequest question =
                    resolver.resolve(request, ready.settings().id());
            if (question == null) {
                throw new IOException("no question could be made");
            }
            asked.saveAuthorizationRequest(question, request, response);
            return "redirect:" + question.getAuthorizationRequestUri();
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
            return refused(provider, "away");
        }
    }

    @GetMapping({"/sign-in/provider/answer", "/sign-in/provider/{id}/answer"})
    String answer(
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable(required = false) @Nullable String id,
            @RequestParam(defaultValue = "") String code,
            @RequestParam(defaultValue = "") String state) {
        // Taken away by its state: each question is answered once.
        OAuth2AuthorizationRequest question = asked.removeAuthorizationRequest(request, response);
        Provider provider =
                providers.find(id == null ? ProviderSettings.FIRST : id).orElse(null);
        if (provider == null) {
            signIns.refused("");
            return "redirect:/sign-in?provider=not";
        }
        if (question == null || !isFor(provider, question) || code.isEmpty() || code.length() > LONGEST) {
            signIns.refused("");
            return refused(provider, "not");
        }
        try {
            Provider.Ready ready = provider.ready();
            OidcUser person = checked(ready, question, code, state);
            return joining(request, provider)
                    .map(caller -> join(caller, ready, person, redirect))
                    .orElseGet(() -> enter(request, response, provider, person));
        } catch (AuthenticationException e) {
            // What stands in the answer is anybody's: the kind of refusal is all that is worth a line.
            log.info("An answer of the provider was refused: {}", kind(e));
            signIns.refused("");
            return refused(provider, "not");
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
            return refused(provider, "away");
        }
    }

    private Provider provider(@Nullable String id) {
        return providers
                .find(id == null ? ProviderSettings.FIRST : id)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "signin.problem.provider"));
    }

    /** An answer comes where this question said: else one provider could be made to answer what another was asked (RFC 9700, section 4.4). */
    private static boolean isFor(Provider provider, OAuth2AuthorizationRequest question) {
        return provider.settings().id().equals(question.getAttribute(OAuth2ParameterNames.REGISTRATION_ID));
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

    private String enter(HttpServletRequest request, HttpServletResponse response, Provider provider, OidcUser person) {
        ProviderSettings settings = provider.settings();
        String subject = String.valueOf(person.getSubject());
        ProviderAccounts.Found found = accounts.find(settings, subject, person.getClaims());
        if (found.refusal() != null) {
            signIns.refused(found.username());
            return refused(provider, found.refusal().name().toLowerCase(Locale.ROOT));
        }
        // Whoever sat here before leaves nothing to who comes.
        HttpSession before = request.getSession(false);
        if (before != null
                && callers.current()
                        .filter(c -> !c.username().equals(found.username()))
                        .isPresent()) {
            before.invalidate();
        }
        Map<String, Object> said = person.getIdToken().getClaims();
        boolean shown = Provider.showedSecondFactor(settings, said);
        String to = signIns.firstStep(request, response, found.username(), !shown && factors.isDue(found.username()));
        sessions.note(request.getSession(), settings, subject, said.get("sid"), found.username());
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

    /** Who said a moment ago, by a form of this session, that they want to be joined to somebody at this provider. */
    private Optional<Caller> joining(HttpServletRequest request, Provider provider) {
        HttpSession session = request.getSession();
        Object since = session.getAttribute(JOINING);
        Object to = session.getAttribute(JOINED_TO);
        session.removeAttribute(JOINING);
        session.removeAttribute(JOINED_TO);
        return since instanceof Instant at
                        && at.plus(JOINS_WITHIN).isAfter(Instant.now())
                        && provider.settings().id().equals(to)
                ? callers.current()
                : Optional.empty();
    }

    /** The person wants to sign in by the provider from now on: asked for by a form, so that no other site leads anybody into it. */
    @PostMapping("/account/provider")
    String wantsToJoin(
            Caller caller, HttpServletRequest request, @RequestParam(defaultValue = ProviderSettings.FIRST) String at) {
        Provider provider = provider(at);
        if (!OwnSessions.isRecent(request)) {
            throw Problem.of(Category.FORBIDDEN, "signin.problem.not-recent");
        }
        request.getSession().setAttribute(JOINING, Instant.now());
        request.getSession().setAttribute(JOINED_TO, provider.settings().id());
        return "redirect:/account/provider";
    }

    @GetMapping("/account/provider")
    String join(Caller caller, HttpServletRequest request, org.springframework.ui.Model model) {
        if (!(request.getSession().getAttribute(JOINED_TO) instanceof String id)) {
            return "redirect:/account";
        }
        ProviderSettings settings = provider(id).settings();
        model.addAttribute("page", pages.page("signin.provider.join", settings.name()));
        model.addAttribute("name", settings.name());
        model.addAttribute("path", settings.path());
        return "signin/provider";
    }

    @PostMapping("/account/provider/part")
    String part(
            Caller caller,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = ProviderSettings.FIRST) String at) {
        ProviderSettings settings = provider(at).settings();
        boolean parted = accounts.part(caller, settings.issuer());
        pages.notice(redirect, parted ? "signin.provider.parted" : "signin.provider.only-way", settings.name());
        return "redirect:/account";
    }

    /** Signs out at the provider too. */
    @GetMapping({"/sign-in/provider/leave", "/sign-in/provider/{id}/leave"})
    String leave(@PathVariable(required = false) @Nullable String id) {
        String here =
                ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString();
        try {
            return "redirect:" + provider(id).signOut(here).orElse("/sign-in?bye");
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
            return "redirect:/sign-in?bye";
        }
    }

    /**
     * A provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0, section 2.5): 200 when the sessions are gone,
     * also when there were none; 400 for what is no such token, or came before.
     */
    @PostMapping({"/sign-in/provider/signed-out", "/sign-in/provider/{id}/signed-out"})
    ResponseEntity<String> signedOut(
            @PathVariable(required = false) @Nullable String id,
            @RequestParam(name = "logout_token", defaultValue = "") String token) {
        Provider provider = provider(id);
        String why = "no token";
        try {
            if (!token.isEmpty() && token.length() <= LONGEST_TOKEN) {
                SignedOutThere said =
                        SignedOutThere.of(provider.ready().signedOut().decode(token));
                if (sessions.end(said)) {
                    return answered(HttpStatus.OK, "");
                }
                why = "came before";
            }
        } catch (JwtException e) {
            why = e.getClass().getSimpleName();
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
            return answered(HttpStatus.SERVICE_UNAVAILABLE, "{\"error\":\"temporarily_unavailable\"}");
        }
        log.info(
                "What {} says of a session that ended was refused: {}",
                provider.settings().issuer(),
                why);
        audit.refused(Caller.PLATFORM, "provider/" + provider.settings().id() + "/signed-out", List.of());
        return answered(HttpStatus.BAD_REQUEST, "{\"error\":\"invalid_request\"}");
    }

    private static ResponseEntity<String> answered(HttpStatus status, String body) {
        return ResponseEntity.status(status)
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }

    private static String refused(Provider provider, String why) {
        String id = provider.settings().id();
        return "redirect:/sign-in?provider=" + why + (id.equals(ProviderSettings.FIRST) ? "" : "&at=" + id);
    }

    private static String kind(AuthenticationException e) {
        return e instanceof OAuth2AuthenticationException oauth
                ? oauth.getError().getErrorCode().replaceAll("[^A-Za-z0-9_]", "")
                : e.getClass().getSimpleName();
    }
}
