package health.weft.security;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Gives controllers the caller of the request as a parameter of type {@link Caller}.
 *
 * <p>The session and the token name an account only; what that account may do is read once a request.
 */
@Component
public class Callers implements HandlerMethodArgumentResolver, WebMvcConfigurer {
    static final String CALLER = Caller.class.getName();
    private final Accounts accounts;
    private final Proxies proxies;

    Callers(Accounts accounts, Proxies proxies) {
        this.accounts = accounts;
        this.proxies = proxies;
    }

    /** The caller of the request that this thread serves; empty when nobody is signed in. */
    public Optional<Caller> current() {
        RequestAttributes request = RequestContextHolder.getRequestAttributes();
        if (request != null && request.getAttribute(CALLER, RequestAttributes.SCOPE_REQUEST) instanceof Caller known) {
            return Optional.of(known);
        }
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null
                || authentication.getAuthorities().stream().noneMatch(a -> "SIGNED_IN".equals(a.getAuthority()))) {
            return Optional.empty();
        }
        // A token is looked up for each request, and whose it is with it.
        Optional<Caller> caller = authentication.getPrincipal() instanceof OAuth2AuthenticatedPrincipal token
                        && token.getAttribute(CALLER) instanceof Caller its
                ? Optional.of(its)
                : accounts.caller(authentication.getName()).map(self -> actingFor(self, request));
        if (request != null) {
            caller.ifPresent(c -> request.setAttribute(CALLER, c, RequestAttributes.SCOPE_REQUEST));
        }
        return caller;
    }

    /** Somebody who has chosen to act for another is that, as long as they may. */
    private Caller actingFor(Caller self, @Nullable RequestAttributes request) {
        return request != null
                        && self.is(Role.PATIENT)
                        && request.getAttribute(Proxies.ACTING, RequestAttributes.SCOPE_SESSION) instanceof Long proxy
                ? proxies.acting(self, proxy).orElse(self)
                : self;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    @Override
    public Caller resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        return current().orElseThrow(() -> Problem.of(Category.UNAUTHENTICATED, "problem.said.account"));
    }
}
