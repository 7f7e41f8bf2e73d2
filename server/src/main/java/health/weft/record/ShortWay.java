package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.security.Bearers;
import health.weft.security.Bearers.Bearer;
import health.weft.store.SearchPage;
import health.weft.store.Stored;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
 * The short way of what a FHIR server is asked most, {@code GET /fhir/Observation/1} and {@code GET /fhir/Observation?code=..} with a token and nothing else
 * to heed: half of the work was finding out that there is nothing else. It decides nothing: {@link Records} does, as for anybody. Whatever is not plainly
 * found and shown goes the long way, by Spring Security and {@link FhirController} or {@link SearchController}, which answer it; what both answer is the same to
 * the letter.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10) // behind the last resort, the reserve of the disk and what times requests
class ShortWay extends OncePerRequestFilter {
    /** What an answer to a request with any of these depends on is for the long way. */
    private static final List<String> HEEDED =
            List.of(HttpHeaders.IF_NONE_MATCH, HttpHeaders.IF_MODIFIED_SINCE, HttpHeaders.ORIGIN, "Prefer");

    /** What Spring Security adds to every answer of this door. */
    private static final Map<String, String> GUARDS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "X-XSS-Protection", "0",
            "Cache-Control", "no-cache, no-store, max-age=0, must-revalidate",
            "Pragma", "no-cache",
            "Expires", "0",
            "X-Frame-Options", "DENY");

    /** A query of as many parameters as the container would refuse is longer. */
    private static final int LONGEST = 2_000;

    private static final String STRICT_TRANSPORT = "max-age=31536000 ; includeSubDomains";

    private final Records records;
    private final Bearers bearers;

    ShortWay(Records records, Bearers bearers) {
        this.records = records;
        this.bearers = bearers;
    }

    /**
     * What is asked for.
     *
     * @param id of one resource; null for a search
     * @param query of a search, as it stands in the address
     */
    record Asked(String type, @Nullable String id, String query) {}

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Asked asked = asked(request);
        Optional<Bearer> bearer = asked == null ? Optional.empty() : bearers.of(request);
        if (asked == null
                || bearer.isEmpty()
                || !bearers.mayAsk(bearer.get(), request)
                || !(asked.id() == null
                        ? search(bearer.get(), asked, request, response)
                        : read(bearer.get(), asked, asked.id(), request, response))) {
            chain.doFilter(request, response);
        }
    }

    private boolean read(
            Bearer bearer, Asked asked, String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Stored found = records.find(bearer.guess(), bearers.question(bearer), asked.type(), id)
                .orElse(null);
        if (found == null) {
            return false;
        }
        guarded(request, response, "/fhir/{type}/{id}");
        response.setHeader(HttpHeaders.ETAG, Answers.etag(found));
        response.setDateHeader(HttpHeaders.LAST_MODIFIED, found.updated().toEpochMilli());
        send(response, found.body());
        return true;
    }

    private boolean search(Bearer bearer, Asked asked, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        byte[] body;
        try {
            SearchRequest search = SearchRequest.read(
                    asked.type(), SearchRequest.parameters(asked.query()), records.parameters(), false);
            SearchPage page = records.page(bearer.guess(), bearers.question(bearer), search)
                    .orElse(null);
            if (page == null) {
                return false;
            }
            body = Answers.searchset(FhirController.base(request), page);
        } catch (InvalidResource e) {
            return false;
        }
        guarded(request, response, "/fhir/{type}");
        send(response, body);
        return true;
    }

    /** What is asked for, when that is all that the request says; else null. */
    static @Nullable Asked asked(HttpServletRequest request) {
        String path = request.getRequestURI();
        String query = request.getQueryString();
        if (!path.startsWith("/fhir/") || !"GET".equals(request.getMethod())) {
            return null;
        }
        int slash = path.indexOf('/', 6);
        if (slash >= 0 ? query != null || !isId(path, slash + 1) : query != null && !isPlain(query)) {
            return null;
        }
        String type = path.substring(6, slash < 0 ? path.length() : slash);
        // AuditEvents are told by the trail.
        if (type.equals("AuditEvent") || !Structures.isResource(type) || !isJsonWelcome(request)) {
            return null;
        }
        for (String header : HEEDED) {
            if (request.getHeader(header) != null) {
                return null;
            }
        }
        return new Asked(type, slash < 0 ? null : path.substring(slash + 1), query == null ? "" : query);
    }

    /**
     * Whether the query only says what is searched for, and in a form that the container would not refuse. {@code _format} and {@code _pretty} say how to
     * answer.
     */
    private static boolean isPlain(String query) {
        ByteBuffer bytes = ByteBuffer.allocate(query.length());
        int from = 0; // where the name of a parameter begins
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            if (c == '%') {
                int high = i + 2 < query.length() ? Character.digit(query.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(query.charAt(i + 2), 16);
                if (low < 0) {
                    return false;
                }
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else if (c < ' ' || c > '~' || (c == '&' || c == '=') && i == from) {
                return false;
            } else {
                bytes.put((byte) c);
                from = c == '&' ? i + 1 : from;
            }
        }
        try {
            String all =
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            return !all.contains("_format") && !all.contains("_pretty") && query.length() < LONGEST;
        } catch (CharacterCodingException e) {
            return false;
        }
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

    private static void guarded(HttpServletRequest request, HttpServletResponse response, String pattern) {
        ServerHttpObservationFilter.findObservationContext(request).ifPresent(c -> c.setPathPattern(pattern));
        GUARDS.forEach(response::setHeader);
        if (request.isSecure()) {
            response.setHeader("Strict-Transport-Security", STRICT_TRANSPORT);
        }
    }

    private static void send(HttpServletResponse response, byte[] body) throws IOException {
        response.setContentType(FhirController.FHIR_JSON.toString());
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
