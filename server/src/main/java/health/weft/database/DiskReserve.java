package health.weft.database;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses requests while the disk of the embedded database is nearly full, so that it never runs full altogether.
 *
 * <p>PostgreSQL refuses a row that finds no room; but when its write-ahead log finds none it stops, and cannot start until there is
 * room again. The reserve is for that log. Reading is refused as well: it writes down who looked. Whether the server lives is
 * answered always.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1) // behind the last resort, which writes the answer
class DiskReserve extends OncePerRequestFilter {
    private static final long LOOK_EVERY = Duration.ofMillis(500).toNanos();

    private final Path data;
    private final long reserve;
    private volatile boolean full;
    private volatile long looked = System.nanoTime() - LOOK_EVERY;

    DiskReserve(
            @Value("${weft.database-url:}") String url,
            @Value("${weft.data:data}") Path data,
            @Value("${weft.disk-reserve:256MB}") DataSize reserve) {
        this.data = data.toAbsolutePath();
        this.reserve = url.isBlank() ? reserve.toBytes() : 0; // another machine's disk is not seen from here
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return reserve == 0 || request.getRequestURI().startsWith("/actuator/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isFull()) {
            throw Problem.of(Category.STORAGE_FULL, "problem.said.disk-full");
        }
        chain.doFilter(request, response);
    }

    private boolean isFull() throws IOException {
        long now = System.nanoTime();
        if (now - looked >= LOOK_EVERY) {
            looked = now;
            full = Files.getFileStore(data).getUsableSpace() < reserve;
        }
        return full;
    }
}
