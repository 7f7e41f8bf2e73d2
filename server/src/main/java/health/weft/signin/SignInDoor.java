package health.weft.signin;

import health.weft.security.PeopleDoor;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** The form with user name and password, signing out, and the end of a session that has lasted a whole day's work. */
@Component
class SignInDoor implements PeopleDoor {
    private final SignIns signIns;
    private final PasswordSignIn passwords;
    private final Providers providers;
    private final Duration longest;
    private final Duration longestElsewhere;

    SignInDoor(
            SignIns signIns,
            PasswordSignIn passwords,
            Providers providers,
            @Value("${weft.sign-in.longest-session:12h}") String longest,
            @Value("${weft.oidc.longest-session:4h}") String longestElsewhere) {
        this.signIns = signIns;
        this.passwords = passwords;
        this.providers = providers;
        this.longest = DurationStyle.detectAndParse(longest);
        this.longestElsewhere = DurationStyle.detectAndParse(longestElsewhere);
    }

    @Override
    public void fit(HttpSecurity http) {
        http.authenticationProvider(passwords)
                .formLogin(f -> f.loginPage("/sign-in")
                        .authenticationDetailsSource(Origin::of)
                        .successHandler(signIns)
                        .failureHandler(signIns)
                        .permitAll())
                .logout(l -> l.logoutUrl("/sign-out")
                        .addLogoutHandler(signIns)
                        .logoutSuccessHandler((request, response, who) ->
                                response.sendRedirect(request.getContextPath() + "/sign-in?bye" + there(request)))
                        .permitAll())
                .addFilterBefore(new LongestSession(longest, longestElsewhere), SecurityContextHolderFilter.class);
    }

    /** Says to the page where the session at a provider may go on. */
    private static String there(HttpServletRequest request) {
        return switch (request.getAttribute(SignIns.ELSEWHERE)) {
            case null -> "";
            case String id when !id.equals(ProviderSettings.FIRST) -> "&there=" + id;
            default -> "&there";
        };
    }

    @Override
    public List<Elsewhere> providers() {
        return providers.all().stream()
                .map(Provider::settings)
                .map(there -> new Elsewhere(there.id(), there.name(), there.path()))
                .toList();
    }

    /**
     * NIST SP 800-63B-4, section 5.2: a session ends after some hours, however busy it is. One that began at a provider ends sooner: what
     * its groups stand for is looked at when somebody comes from there, and there they are signed in most likely.
     */
    private static final class LongestSession extends OncePerRequestFilter {
        private final Duration longest;
        private final Duration longestElsewhere;

        LongestSession(Duration longest, Duration longestElsewhere) {
            this.longest = longest;
            this.longestElsewhere = longestElsewhere;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            HttpSession session = request.getSession(false);
            if (session != null && isTooOld(session)) {
                session.invalidate();
            }
            chain.doFilter(request, response);
        }

        private boolean isTooOld(HttpSession session) {
            Object since = session.getAttribute(OwnSessions.SINCE);
            return OwnSessions.isTooOld(since, longest)
                    || session.getAttribute(SignIns.ELSEWHERE) != null && OwnSessions.isTooOld(since, longestElsewhere);
        }
    }
}
