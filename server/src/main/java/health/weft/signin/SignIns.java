package health.weft.signin;

import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.PeopleDoor;
import health.weft.security.SessionEnds;
import health.weft.security.SignedIn;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.csrf.HttpSessionCsrfTokenRepository;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.stereotype.Component;

/**
 * What happens when a person signs in, fails to, or signs out: each is told to whoever keeps the audit.
 *
 * <p>A session becomes a person's here and nowhere else: under a new id, with a new CSRF token.
 */
@Component
class SignIns extends SavedRequestAwareAuthenticationSuccessHandler
        implements AuthenticationFailureHandler, LogoutHandler {
    static final String SIGNED_IN = "SIGNED_IN";
    /** What somebody has who must still make the second step: it opens that page only. */
    static final String PASSWORD_ONLY = "PASSWORD_ONLY";

    /** How long the second step may wait for the first. */
    static final Duration BETWEEN_STEPS = Duration.ofMinutes(10);

    /** The provider by which somebody came, on their session; on the request that ends it, too. */
    static final String ELSEWHERE = "weft.elsewhere";

    private static final String HALF_SINCE = "weft.half-since";
    private static final Caller NOBODY = new Caller("unknown", "Unknown", "unknown", "Unknown", Set.of(), "en");

    private final ApplicationEventPublisher events;
    private final Accounts accounts;
    private final Devices devices;

    SignIns(ApplicationEventPublisher events, Accounts accounts, Devices devices) {
        this.events = events;
        this.accounts = accounts;
        this.devices = devices;
        setDefaultTargetUrl("/");
    }

    /** The password was right; the filter before has given the session a new id. */
    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException, ServletException {
        if (authentication.getAuthorities().stream().anyMatch(a -> PASSWORD_ONLY.equals(a.getAuthority()))) {
            request.getSession().setAttribute(HALF_SINCE, Instant.now());
            response.sendRedirect(request.getContextPath() + PeopleDoor.SECOND_STEP);
            return;
        }
        welcome(request, response, authentication.getName());
        super.onAuthenticationSuccess(request, response, authentication);
    }

    /** Whoever has shown a password and must still make the second step; empty when that was too long ago. */
    Optional<String> half(HttpServletRequest request) {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null
                || authentication.getAuthorities().stream().noneMatch(a -> PASSWORD_ONLY.equals(a.getAuthority()))
                || !(request.getSession().getAttribute(HALF_SINCE) instanceof Instant since)
                || since.plus(BETWEEN_STEPS).isBefore(Instant.now())) {
            return Optional.empty();
        }
        return accounts.caller(authentication.getName()).map(Caller::username);
    }

    /**
     * Signs somebody in who has shown all that is asked.
     *
     * @return where they wanted to go
     */
    String enter(HttpServletRequest request, HttpServletResponse response, String username) {
        become(request, response, username, SIGNED_IN);
        request.getSession().removeAttribute(HALF_SINCE);
        welcome(request, response, username);
        HttpSessionRequestCache asked = new HttpSessionRequestCache();
        SavedRequest saved = asked.getRequest(request, response);
        asked.removeRequest(request, response);
        return saved == null ? "/" : saved.getRedirectUrl();
    }

    /**
     * Somebody has just chosen their password: as far in as it takes them.
     *
     * @return where they go on
     */
    String firstStep(HttpServletRequest request, HttpServletResponse response, String username, boolean secondStepDue) {
        if (!secondStepDue) {
            return enter(request, response, username);
        }
        become(request, response, username, PASSWORD_ONLY);
        request.getSession().setAttribute(HALF_SINCE, Instant.now());
        return PeopleDoor.SECOND_STEP;
    }

    private static void become(
            HttpServletRequest request, HttpServletResponse response, String username, String authority) {
        request.getSession();
        request.changeSessionId();
        new HttpSessionCsrfTokenRepository().saveToken(null, request, response);
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                username, null, List.of(new SimpleGrantedAuthority(authority))));
        SecurityContextHolder.setContext(context);
        new HttpSessionSecurityContextRepository().saveContext(context, request, response);
    }

    private void welcome(HttpServletRequest request, HttpServletResponse response, String username) {
        OwnSessions.mark(request);
        devices.remember(username, request, response);
        accounts.caller(username).ifPresent(caller -> events.publishEvent(new SignedIn(caller, SignedIn.How.SIGN_IN)));
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException refused)
            throws IOException {
        String typed = request.getParameter("username");
        refused(typed == null ? "" : PasswordSignIn.username(typed));
        response.sendRedirect(request.getContextPath() + "/sign-in?refused");
    }

    /** Tells of a try that failed; what was typed is told only when it is an account, since it may be a password. */
    void refused(String username) {
        Caller caller = accounts.caller(username).orElse(NOBODY);
        events.publishEvent(new SignedIn(caller, SignedIn.How.SIGN_IN_REFUSED));
    }

    @Override
    public void logout(
            HttpServletRequest request, HttpServletResponse response, @Nullable Authentication authentication) {
        HttpSession session = request.getSession(false);
        if (session != null && session.getAttribute(ELSEWHERE) != null) {
            request.setAttribute(ELSEWHERE, session.getAttribute(ELSEWHERE));
        }
        if (authentication != null && session != null) {
            events.publishEvent(new SessionEnds(authentication.getName(), session.getId()));
        }
        if (authentication != null) {
            accounts.caller(authentication.getName())
                    .ifPresent(caller -> events.publishEvent(new SignedIn(caller, SignedIn.How.SIGN_OUT)));
        }
    }
}
