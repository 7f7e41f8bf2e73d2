package health.weft.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.stereotype.Component;

/** What happens when a person signs in, fails to, or signs out: each is told to whoever keeps the audit. */
@Component
class SignIns extends SavedRequestAwareAuthenticationSuccessHandler
        implements AuthenticationFailureHandler, AuthenticationSuccessHandler, LogoutHandler {
    private final ApplicationEventPublisher events;
    private final Accounts accounts;

    SignIns(ApplicationEventPublisher events, Accounts accounts) {
        this.events = events;
        this.accounts = accounts;
        setDefaultTargetUrl("/");
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException, jakarta.servlet.ServletException {
        accounts.caller(authentication.getName())
                .ifPresent(caller -> events.publishEvent(new SignedIn(caller, SignedIn.How.SIGN_IN)));
        super.onAuthenticationSuccess(request, response, authentication);
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException refused)
            throws IOException {
        Caller nobody = new Caller("unknown", "Unknown", "unknown", "Unknown", java.util.Set.of(), "en");
        events.publishEvent(new SignedIn(nobody, SignedIn.How.SIGN_IN_REFUSED));
        response.sendRedirect(request.getContextPath() + "/sign-in?refused");
    }

    @Override
    public void logout(
            HttpServletRequest request, HttpServletResponse response, @Nullable Authentication authentication) {
        if (authentication != null) {
            accounts.caller(authentication.getName())
                    .ifPresent(caller -> events.publishEvent(new SignedIn(caller, SignedIn.How.SIGN_OUT)));
        }
    }
}
