package health.weft.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers what fails before a controller is reached: a session or a token cannot be looked up while the database is down.
 *
 * <p>It stands before every other filter and needs nothing but itself, neither session nor template.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class LastResort extends OncePerRequestFilter {
    private static final Logger log = LoggerFactory.getLogger(LastResort.class);
    private static final String PAGE = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Weft</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"></head>
            <body><main><h1>Weft cannot answer just now</h1><p>%s</p>
            <p>Go back with your browser: what you typed is still in the form. Send it again in a minute.</p>
            <p lang="es">Weft no puede responder en este momento. Vuelva atrás con su navegador: lo que escribió sigue en el
            formulario. Envíelo de nuevo en un minuto.</p>
            <p>Reference %s</p></main></body></html>
            """;

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            chain.doFilter(request, response);
        } catch (ServletException | IOException | RuntimeException e) {
            Problem problem = ProblemAdvice.problemOf(e);
            if (response.isCommitted()
                    || (problem.category() != Category.UNAVAILABLE && problem.category() != Category.STORAGE_FULL)) {
                throw e;
            }
            String reference = UUID.randomUUID().toString().substring(0, 8);
            log.error(
                    "Request failed, reference {}: {}", reference, e.getClass().getName());
            write(request, response, problem, reference);
        }
    }

    private static void write(
            HttpServletRequest request, HttpServletResponse response, Problem problem, String reference)
            throws IOException {
        response.resetBuffer();
        response.setStatus(problem.category().status().value());
        response.setHeader(HttpHeaders.RETRY_AFTER, ProblemAdvice.RETRY_AFTER);
        if (request.getRequestURI().startsWith("/fhir")) {
            response.setContentType(ProblemAdvice.FHIR_JSON.toString());
            response.getOutputStream()
                    .write(OutcomeOf.problem(problem).toString().getBytes(StandardCharsets.UTF_8));
        } else {
            response.setContentType("text/html;charset=UTF-8");
            response.getOutputStream()
                    .write(PAGE.formatted(problem.getMessage(), reference).getBytes(StandardCharsets.UTF_8));
        }
    }
}
