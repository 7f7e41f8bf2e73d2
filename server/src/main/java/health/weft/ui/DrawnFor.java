package health.weft.ui;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Callers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * A form counts for whom its page was drawn. Each has a hidden {@code _for} with that party.
 *
 * <p>Whom somebody acts for is a matter of their session: in another tab they may have begun to act for a child, or stopped; or that right has ended
 * since, and they are themselves again. What was meant for one would be done to another's record.
 */
@Component
class DrawnFor implements HandlerInterceptor, WebMvcConfigurer {
    static final String FIELD = "_for";

    /** Beginning and ceasing to act for somebody, which says itself for whom; and what is no page: there a body is read as it comes. */
    private static final List<String> OTHERS = List.of("/helping/**", "/fhir/**", "/hsds/**", "/oauth2/**");

    private final Callers callers;

    DrawnFor(Callers callers) {
        this.callers = callers;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).excludePathPatterns(OTHERS);
    }

    /** @throws Problem conflict, when whoever sends the form acts for another party now; nothing is done then */
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getMethod().equals("POST") && request.getParameter(FIELD) != null) {
            Optional<Caller> now = callers.current();
            if (now.isPresent()
                    && !Arrays.stream(request.getParameterValues(FIELD))
                            .allMatch(now.get().party()::equals)) {
                throw Problem.of(Category.CONFLICT, "ui.problem.drawn-for");
            }
        }
        return true;
    }
}
