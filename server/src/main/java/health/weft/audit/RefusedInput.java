package health.weft.audit;

import health.weft.fhir.Structures;
import health.weft.problem.Category;
import health.weft.security.Caller;
import health.weft.security.Callers;
import jakarta.annotation.PreDestroy;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Writes down whatever is refused and nobody wrote down yet: what cannot be read, what breaks a rule, what comes without the right to it or too
 * often. One place for every door, since a refusal is known by the status of its answer; the row is durable before anything of the answer leaves.
 *
 * <p>A row names who asked, the status, the method and the pattern of the address, with the type of resource. Nothing of what was sent stands in
 * it: neither ids nor parameters nor the body. Each caller has a {@link RefusalQuota}; what goes beyond is counted, and the number is a row.
 *
 * <p>Of forms that people fill in, what is missing or mistyped (422) is no refusal but a question, except where they sign in, let apps in, open a
 * record in an emergency, or decide who sees what.
 */
@Component
@Order(-104) // after the one that makes the request known to the thread, before those that ask who it is
class RefusedInput extends OncePerRequestFilter {
    /** On a request: it came as far as here. */
    static final String SEEN = RefusedInput.class.getName() + ".seen";

    private static final Set<Category> EVERYWHERE = EnumSet.of(
            Category.INVALID,
            Category.UNAUTHENTICATED,
            Category.FORBIDDEN,
            Category.TOO_LARGE,
            Category.UNSUPPORTED,
            Category.TOO_MANY);
    private static final Pattern SYSTEMS = Pattern.compile("/(fhir|oauth2|hsds|partners)(/.*)?");
    private static final Pattern TRUST =
            Pattern.compile("/(?:sign-in|account|apps|emergency|emergencies|people/accounts|helping"
                    + "|me/(?:sharing|quiet|helpers|mail)|people/[^/]+/(?:emergency|helpers|quiet|mail))(?:/.*)?");
    private static final Pattern DOOR = Pattern.compile(
            "/(?:oauth2/(?:authorize|token|introspect|revoke|register)|sign-in|fhir|hsds|partners)(?=/|$)");
    private static final Pattern FHIR = Pattern.compile("/fhir/([A-Za-z]{1,40})(?:/.*)?");
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final Caller NOBODY = new Caller("unknown", "Unknown", "unknown", "Unknown", Set.of(), "en");
    private static final Logger log = LoggerFactory.getLogger(RefusedInput.class);

    private final Audit audit;
    private final Callers callers;
    private final RefusalQuota quota = new RefusalQuota();

    RefusedInput(Audit audit, Callers callers) {
        this.audit = audit;
        this.callers = callers;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        request.setAttribute(SEEN, true);
        try {
            chain.doFilter(request, new Watched(request, response));
        } catch (InvalidParameterException e) {
            // A form that is too large or cannot be read is answered by the container.
            answered(request, e.getErrorCode());
            throw e;
        }
    }

    /** A status is set before anything is written; whoever sets one that refuses waits until that is on record. */
    private final class Watched extends HttpServletResponseWrapper {
        private final HttpServletRequest request;

        Watched(HttpServletRequest request, HttpServletResponse response) {
            super(response);
            this.request = request;
        }

        @Override
        public void setStatus(int status) {
            answered(request, status);
            super.setStatus(status);
        }

        @Override
        public void sendError(int status) throws IOException {
            answered(request, status);
            super.sendError(status);
        }

        @Override
        public void sendError(int status, String message) throws IOException {
            answered(request, status);
            super.sendError(status, message);
        }

        /** An app is led back with its error; a form that carries no token of its session is led to sign in. */
        @Override
        public void sendRedirect(String location) throws IOException {
            String path = path(request);
            if (path.equals("/oauth2/authorize") && location.contains("error=")) {
                answered(request, SC_BAD_REQUEST);
            } else if (location.endsWith("/sign-in?lost") && callers.current().isPresent()) {
                answered(request, SC_FORBIDDEN);
            }
            super.sendRedirect(location);
        }
    }

    private void answered(HttpServletRequest request, int status) {
        if (status < 400 || request.getAttribute(Audit.REFUSED) != null || !belongs(request, status)) {
            return;
        }
        request.setAttribute(Audit.REFUSED, true);
        write(caller(), request.getRemoteAddr(), subject(request, status));
    }

    /** The container refused it, for instance for a header that none can be, and nobody read who asked. Known when it is answered. */
    void unread(String address, int status) {
        if (EVERYWHERE.contains(Category.of(status)) && status < 500) {
            write(NOBODY, address, status + " unread");
        }
    }

    private void write(Caller caller, String address, String subject) {
        if (!quota.take(caller, caller == NOBODY ? address : null)) {
            quota.count(caller, 1);
            return;
        }
        try {
            audit.refused(caller, subject, List.of());
        } catch (RuntimeException e) {
            // It stays refused. That it was is written once the trail can be.
            log.error(
                    "A refusal could not be written to the audit trail: {}",
                    e.getClass().getName());
            quota.count(caller, 1);
        }
    }

    /** Writes how many refusals of each caller went beyond what has rows of its own. */
    @Scheduled(initialDelay = 60_000, fixedDelay = 60_000)
    @PreDestroy
    void writeCounted() {
        quota.counted().forEach((caller, number) -> {
            try {
                audit.refused(caller, number + " more", List.of());
            } catch (RuntimeException e) {
                log.error(
                        "{} refusals wait for the audit trail: {}",
                        number,
                        e.getClass().getName());
                quota.count(caller, number);
            }
        });
    }

    private Caller caller() {
        try {
            return callers.current().orElse(NOBODY);
        } catch (RuntimeException e) {
            return NOBODY;
        }
    }

    private static boolean belongs(HttpServletRequest request, int status) {
        String path = path(request);
        Category category = Category.of(status);
        boolean systems = SYSTEMS.matcher(path).matches();
        return switch (category) {
            // Whoever brings nothing is asked for a token, which is no try at anything.
            case UNAUTHENTICATED -> path.startsWith("/oauth2") || request.getHeader(HttpHeaders.AUTHORIZATION) != null;
            case UNPROCESSABLE -> systems || TRUST.matcher(path).matches();
            default ->
                status < 500
                        && EVERYWHERE.contains(category)
                        && category.status().value() == status;
        };
    }

    /** {@code 422 POST /fhir/Observation}: made of words of ours alone. */
    private static String subject(HttpServletRequest request, int status) {
        String path = path(request);
        String pattern;
        if (request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof Object known) {
            pattern = known.toString();
        } else {
            Matcher door = DOOR.matcher(path);
            pattern = door.lookingAt() ? door.group() : "/";
        }
        Matcher fhir = FHIR.matcher(path);
        if (fhir.matches() && Structures.isResource(fhir.group(1))) {
            pattern = pattern.contains("{type}") ? pattern.replace("{type}", fhir.group(1)) : "/fhir/" + fhir.group(1);
        }
        return status + " " + (METHODS.contains(request.getMethod()) ? request.getMethod() : "OTHER") + " " + pattern;
    }

    private static String path(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }
}
