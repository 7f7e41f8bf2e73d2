package health.weft.record;

import health.weft.fhir.Structures;
import health.weft.security.Bearers;
import health.weft.security.Bearers.Bearer;
import health.weft.store.Stored;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * The short way of a read of one resource, {@code GET /fhir/Observation/1} with a token and nothing else to heed: what a FHIR server is asked most, of
 * which half the work was finding out that there is nothing else. It decides nothing: {@link Records} does, as for anybody. Whatever is not plainly found and
 * shown goes the long way, by Spring Security and {@link FhirController}, which answers it; what both answer is the same to the letter.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10) // behind the last resort, the reserve of the disk and what times requests
class InstanceReads extends OncePerRequestFilter {
    /** What an answer to a request with any of these depends on is for the long way. */
    private static final List<String> HEEDED =
            List.of(HttpHeaders.IF_NONE_MATCH, HttpHeaders.IF_MODIFIED_SINCE, HttpHeaders.ORIGIN);

    /** What Spring Security and Spring's CORS add to every answer of this door. */
    private static final Map<String, String> GUARDS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "X-XSS-Protection", "0",
            "Cache-Control", "no-cache, no-store, max-age=0, must-revalidate",
            "Pragma", "no-cache",
            "Expires", "0",
            "X-Frame-Options", "DENY");

    private static final List<String> VARY =
            List.of(HttpHeaders.ORIGIN, "Access-Control-Request-Method", "Access-Control-Request-Headers");
    private static final String STRICT_TRANSPORT = "max-age=31536000 ; includeSubDomains";

    private final Records records;
    private final Bearers bearers;

    InstanceReads(Records records, Bearers bearers) {
        this.records = records;
        this.bearers = bearers;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return reference(request) == null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Stored found = found(request);
        if (found == null) {
            chain.doFilter(request, response);
            return;
        }
        ServerHttpObservationFilter.findObservationContext(request)
                .ifPresent(c -> c.setPathPattern("/fhir/{type}/{id}"));
        answer(request, response, found);
    }

    private @Nullable Stored found(HttpServletRequest request) {
        String[] asked = reference(request);
        Optional<Bearer> bearer = asked == null ? Optional.empty() : bearers.of(request);
        if (asked == null || bearer.isEmpty() || !bearers.mayAsk(bearer.get(), request)) {
            return null;
        }
        return records.find(bearer.get().guess(), bearers.question(bearer.get()), asked[0], asked[1])
                .orElse(null);
    }

    /** Type and id, when that is all that the request says; else null. */
    static String @Nullable [] reference(HttpServletRequest request) {
        String path = request.getRequestURI();
        if (!path.startsWith("/fhir/") || !"GET".equals(request.getMethod()) || request.getQueryString() != null) {
            return null;
        }
        int slash = path.indexOf('/', 6);
        if (slash < 0 || !isId(path, slash + 1)) {
            return null;
        }
        String type = path.substring(6, slash);
        // AuditEvents are told by the trail.
        if (type.equals("AuditEvent") || !Structures.isResource(type) || !isJsonWelcome(request)) {
            return null;
        }
        for (String header : HEEDED) {
            if (request.getHeader(header) != null) {
                return null;
            }
        }
        return new String[] {type, path.substring(slash + 1)};
    }

    private static boolean isId(String path, int from) {
        int length = path.length() - from;
        if (length < 1 || length > 64) {
            return false;
        }
        for (int i = from; i < path.length(); i++) {
            char c = path.charAt(i);
            if (!(c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '-'
                    || c == '.' && i > from)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isJsonWelcome(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept == null
                || accept.equals("*/*")
                || accept.equals("application/fhir+json")
                || accept.equals("application/json")
                || !accept.toLowerCase(Locale.ROOT).contains("xml")
                        && accept.toLowerCase(Locale.ROOT).contains("json");
    }

    private static void answer(HttpServletRequest request, HttpServletResponse response, Stored found)
            throws IOException {
        VARY.forEach(header -> response.addHeader(HttpHeaders.VARY, header));
        GUARDS.forEach(response::setHeader);
        if (request.isSecure()) {
            response.setHeader("Strict-Transport-Security", STRICT_TRANSPORT);
        }
        response.setHeader(HttpHeaders.ETAG, Answers.etag(found));
        response.setDateHeader(HttpHeaders.LAST_MODIFIED, found.updated().toEpochMilli());
        response.setContentType(FhirController.FHIR_JSON.toString());
        response.setContentLength(found.body().length);
        response.getOutputStream().write(found.body());
    }
}
