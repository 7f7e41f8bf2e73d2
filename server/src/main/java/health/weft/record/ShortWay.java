package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.problem.Problem;
import health.weft.security.Bearers;
import health.weft.security.Bearers.Bearer;
import health.weft.security.Caller;
import health.weft.security.Grant;
import health.weft.security.Grant.Interaction;
import health.weft.store.RecordStore;
import health.weft.store.RecordStore.Named;
import health.weft.store.SearchPage;
import health.weft.store.StoreException;
import health.weft.store.Stored;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;
import tools.jackson.databind.node.ObjectNode;

/**
 * The short way of what a FHIR server is asked most, {@code GET /fhir/Observation/1} and {@code GET /fhir/Observation?code=..} or a new
 * {@code POST /fhir/Observation}, with a token and nothing else to heed: half of the work was finding out that there is nothing else. It decides nothing: {@link Records} does, as for anybody. Whatever is not plainly
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

    /** What else is heeded of a request that brings something. */
    private static final List<String> HEEDED_OF_WRITES =
            List.of("If-None-Exist", "Idempotency-Key", HttpHeaders.CONTENT_ENCODING);

    /** What systems send in numbers. What else is written moves more than the record: it goes the long way. */
    private static final Set<String> FACTS = Set.of(
            "AllergyIntolerance",
            "Condition",
            "DiagnosticReport",
            "DocumentReference",
            "Encounter",
            "Immunization",
            "MedicationRequest",
            "Observation",
            "Procedure");

    private static final String EVERYTHING = "/$everything";

    private static final int LARGEST = 1 << 16;

    /** What an Accept may say that leads elsewhere, or to a refusal. */
    private static final Pattern UNUSUAL =
            Pattern.compile("xml|ndjson|fhirversion|q=0(?![.])", Pattern.CASE_INSENSITIVE);

    private final Records records;
    private final WholeRecord whole;
    private final Arrivals arrivals;
    private final Bearers bearers;
    private final NewFacts facts;
    private final Together<Named, Optional<Stored>> reads = new Together<>(RecordStore.MOST_AT_ONCE);

    ShortWay(Records records, WholeRecord whole, Arrivals arrivals, Bearers bearers, NewFacts facts) {
        this.records = records;
        this.whole = whole;
        this.arrivals = arrivals;
        this.bearers = bearers;
        this.facts = facts;
    }

    /**
     * What is asked for.
     *
     * @param id of one resource; null for a search or a new one
     * @param query of a search or of {@code $everything} of the resource, as it stands in the address, empty for the resource itself; null for a new one
     */
    record Asked(String type, @Nullable String id, @Nullable String query) {}

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Asked asked = asked(request);
        Optional<Bearer> bearer = asked == null ? Optional.empty() : bearers.of(request);
        HttpServletRequest open = request;
        if (asked != null
                && bearer.isPresent()
                && isGiven(bearer.get().guess(), asked)
                && bearers.mayAsk(bearer.get(), request)) {
            // As on the long way: the record knows its own address by the request.
            RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request, response));
            try {
                open = answered(bearer.get(), asked, request, response);
            } finally {
                RequestContextHolder.resetRequestAttributes();
            }
        }
        if (open != null) {
            chain.doFilter(open, response);
        }
    }

    /** Whether an app was given anything of what this asks for; the long way refuses it what it was not. */
    private static boolean isGiven(Caller guess, Asked asked) {
        Grant grant = guess.grant();
        Interaction interaction =
                asked.query() == null ? Interaction.CREATE : asked.id() == null ? Interaction.SEARCH : Interaction.READ;
        return grant == null || grant.allows(interaction, asked.type());
    }

    /** What is left to be answered by the long way; null when nothing is. */
    private @Nullable HttpServletRequest answered(
            Bearer bearer, Asked asked, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String query = asked.query();
        String id = asked.id();
        if (query == null) {
            return create(bearer, asked.type(), request, response);
        }
        boolean done = id == null
                ? search(bearer, asked.type(), query, request, response)
                : query.isEmpty()
                        ? read(bearer, asked.type(), id, request, response)
                        : everything(bearer, id, query, request, response);
        return done ? null : request;
    }

    private boolean read(
            Bearer bearer, String type, String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Stored found = reads.ask(
                        bearer,
                        "",
                        new Named(type, id),
                        group -> records.find(bearer.guess(), bearers.question(bearer), group))
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

    private boolean search(
            Bearer bearer, String type, String query, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        byte[] body;
        try {
            SearchRequest search =
                    SearchRequest.read(type, SearchRequest.parameters(query), records.parameters(), false);
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

    /** The first page of somebody's record; without {@code _count} it goes out whole, which is no page. */
    private boolean everything(
            Bearer bearer, String id, String query, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        EverythingController.Asked asked;
        try {
            asked = EverythingController.asked(SearchRequest.parameters(query));
        } catch (Problem | InvalidResource e) {
            return false;
        }
        Integer count = asked.count();
        WholeRecord.Part part = count == null || asked.page() != null
                ? null
                : whole.first(bearer.guess(), bearers.question(bearer), id, asked.what(), count)
                        .orElse(null);
        if (part == null) {
            return false;
        }
        guarded(request, response, "/fhir/Patient/{id}/$everything");
        send(response, EverythingController.page(FhirController.base(request), id, asked, part));
        return true;
    }

    private @Nullable HttpServletRequest create(
            Bearer bearer, String type, HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] body = request.getInputStream().readNBytes(request.getContentLength());
        Stored made = created(bearer, type, body, FhirController.base(request));
        if (made == null) {
            return new ReadAlready(request, body);
        }
        guarded(request, response, "/fhir/{type}");
        response.setStatus(HttpServletResponse.SC_CREATED);
        response.setHeader(HttpHeaders.LOCATION, Answers.location(FhirController.base(request), made));
        response.setHeader(HttpHeaders.ETAG, Answers.etag(made));
        response.setDateHeader(HttpHeaders.LAST_MODIFIED, made.updated().toEpochMilli());
        send(response, made.body());
        return null;
    }

    /** Null for whatever is refused, or is to be told more than that it was stored: nothing was then. */
    private @Nullable Stored created(Bearer bearer, String type, byte[] body, String base) {
        try {
            ObjectNode resource = Json.parse(body);
            return Json.text(resource, "resourceType").equals(type)
                            && arrivals.one(bearer.guess(), resource).isEmpty()
                    ? facts.create(bearer, base, body, resource)
                    : null;
        } catch (Problem | InvalidResource | StoreException e) {
            return null;
        }
    }

    /** A request whose body was read, as if it were not. */
    private static final class ReadAlready extends HttpServletRequestWrapper {
        private final JsonRequest.Bytes body;

        ReadAlready(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = new JsonRequest.Bytes(body);
        }

        @Override
        public ServletInputStream getInputStream() {
            return body;
        }
    }

    /** What is asked for, when that is all that the request says; else null. */
    static @Nullable Asked asked(HttpServletRequest request) {
        String path = request.getRequestURI();
        String query = request.getQueryString();
        if (!path.startsWith("/fhir/")) {
            return null;
        }
        if ("POST".equals(request.getMethod())) {
            String type = path.substring(6);
            int length = request.getContentLength();
            return query == null
                            && FACTS.contains(type)
                            && length > 0
                            && length <= LARGEST
                            && Body.isJson(request)
                            && isJsonWelcome(request)
                            && !says(request, HEEDED)
                            && !says(request, HEEDED_OF_WRITES)
                    ? new Asked(type, null, null)
                    : null;
        }
        if (!"GET".equals(request.getMethod())) {
            return null;
        }
        boolean everything = path.startsWith("/fhir/Patient/") && path.endsWith(EVERYTHING);
        if (everything) {
            path = path.substring(0, path.length() - EVERYTHING.length());
        }
        int slash = path.indexOf('/', 6);
        boolean instance = slash >= 0;
        if (instance && !isId(path, slash + 1)
                || instance && !everything && query != null
                || everything && (query == null || query.isEmpty() || !instance)
                || query != null && !isPlain(query)) {
            return null;
        }
        String type = path.substring(6, slash < 0 ? path.length() : slash);
        // AuditEvents are told by the trail.
        if (type.equals("AuditEvent") || !Structures.isResource(type) || !isJsonWelcome(request)) {
            return null;
        }
        if (says(request, HEEDED)) {
            return null;
        }
        return new Asked(type, slash < 0 ? null : path.substring(slash + 1), query == null ? "" : query);
    }

    private static boolean says(HttpServletRequest request, List<String> headers) {
        return headers.stream().anyMatch(header -> request.getHeader(header) != null);
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
                || !UNUSUAL.matcher(accept).find()
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
