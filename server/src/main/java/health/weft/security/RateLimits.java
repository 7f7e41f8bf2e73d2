package health.weft.security;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * How much one account, or one address that has not signed in, may ask for: points that come back by the second, up to a reserve. A question
 * costs by what it makes the server do (see {@link #cost}). Whoever has none left is told when to come back (429, Retry-After).
 *
 * <p>Each instance counts for itself: with three of them the limit is up to three times as high. Static files cost nothing.
 */
@Component
public class RateLimits extends OncePerRequestFilter {
    /** Seconds' worth of points that may be saved up. */
    private static final int RESERVE = 20;
    /** Callers remembered; who was quiet longest is forgotten, and begins with a full reserve. */
    private static final int REMEMBERED = 20_000;

    private static final String COUNTED = RateLimits.class.getName() + ".counted";

    private static final Logger log = LoggerFactory.getLogger(RateLimits.class);

    private final int perAccount;
    private final int perAddress;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(256, .75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > REMEMBERED;
        }
    };

    RateLimits(
            @Value("${weft.limits.account:2000}") int perAccount, @Value("${weft.limits.address:50}") int perAddress) {
        this.perAccount = perAccount;
        this.perAddress = perAddress;
    }

    /** Points of a request: 1 for reading one thing, more for what reads or writes many. */
    static int cost(String method, String path) {
        if (path.startsWith("/assets/") || path.startsWith("/webjars/") || path.startsWith("/actuator/")) {
            return 0;
        }
        if (path.contains("$everything") || path.contains("$export") || path.contains("$match")) {
            return 50;
        }
        if (path.startsWith("/fhir")) {
            boolean one = path.chars().filter(c -> c == '/').count() > 2;
            return method.equals("GET") ? (one ? 1 : 5) : (path.length() <= "/fhir/".length() ? 50 : 3);
        }
        return path.endsWith(".csv") ? 50 : 5;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        int cost = cost(
                request.getMethod(),
                request.getRequestURI().substring(request.getContextPath().length()));
        Authentication who = SecurityContextHolder.getContext().getAuthentication();
        String account = who != null && who.isAuthenticated() && !(who instanceof AnonymousAuthenticationToken)
                ? who.getName()
                : null;
        int limit = account == null ? perAddress : perAccount;
        if (cost == 0 || limit == 0 || request.getAttribute(COUNTED) != null) {
            chain.doFilter(request, response);
            return;
        }
        ConsumptionProbe probe =
                consume(account == null ? "address " + request.getRemoteAddr() : "account " + account, limit, cost);
        if (probe.isConsumed()) {
            chain.doFilter(request, response);
            return;
        }
        long seconds =
                Math.max(1, Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds() + 1);
        log.debug("Too many requests of one caller");
        response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        if (request.getRequestURI().startsWith(request.getContextPath() + "/fhir")) {
            FhirRefusals.write(
                    response,
                    429,
                    "throttled",
                    "Too many requests at once. Wait " + seconds
                            + " s (Retry-After), then go on more slowly, or ask for much at" + " once with $export.");
        } else {
            response.sendError(429);
        }
    }

    /** Whether an account may ask for this; what it spends for it is not asked of it again. */
    boolean isWithin(String account, HttpServletRequest request) {
        int cost = cost(request.getMethod(), request.getRequestURI());
        if (cost > 0
                && perAccount > 0
                && !consume("account " + account, perAccount, cost).isConsumed()) {
            return false;
        }
        request.setAttribute(COUNTED, true);
        return true;
    }

    private ConsumptionProbe consume(String key, int limit, int cost) {
        return bucket(key, limit).tryConsumeAndReturnRemaining(Math.min(cost, (long) limit * RESERVE));
    }

    private Bucket bucket(String key, int limit) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(key, k -> Bucket.builder()
                    .addLimit(bandwidth ->
                            bandwidth.capacity((long) limit * RESERVE).refillGreedy(limit, Duration.ofSeconds(1)))
                    .build());
        }
    }
}
