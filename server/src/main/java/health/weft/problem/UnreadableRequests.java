package health.weft.problem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Answers what the container could not read, and so refused before any filter: an address with a raw space or letter in it, a header without an end. A
 * FHIR client gets an OperationOutcome, a browser a page; both say what is to be done.
 */
@Component
class UnreadableRequests implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {
    private static final String WORDS =
            "The request cannot be read as it was sent. In an address, what is neither a letter from a to z"
                    + " nor a digit is percent-encoded: a space as %20, é as %C3%A9.";
    private static final String PAGE = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Weft</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"></head>
            <body><main><h1>This address cannot be read</h1><p>Go back and try again, or begin at <a href="/">the first page</a>.</p>
            <p lang="es">Esta dirección no se puede leer. Vuelva atrás e inténtelo de nuevo, o empiece por
            <a href="/">la primera página</a>.</p></main></body></html>
            """;

    @Override
    public void customize(ConfigurableTomcatWebServerFactory factory) {
        factory.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new Answering()));
    }

    /** Stands in the place of the container's own page, which names no way on; it is asked last, when nobody else has answered. */
    private static final class Answering extends ErrorReportValve {
        @Override
        protected void report(Request request, Response response, @Nullable Throwable thrown) {
            int status = response.getStatus();
            if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
                return;
            }
            try {
                String uri = request.getRequestURI();
                // A browser encodes what it sends: an address that could not even be cut out of the request is a
                // program's.
                boolean fhir = uri == null || uri.startsWith("/fhir");
                response.setContentType(fhir ? ProblemAdvice.FHIR_JSON.toString() : "text/html;charset=UTF-8");
                byte[] body =
                        (fhir ? OutcomeOf.problem(problem(status)).toString() : PAGE).getBytes(StandardCharsets.UTF_8);
                response.setContentLength(body.length);
                response.getOutputStream().write(body);
                response.finishResponse();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Problem problem(int status) {
            Category category = Category.of(status);
            return new Problem(
                    category,
                    category == Category.INVALID ? WORDS : category.status().getReasonPhrase());
        }
    }
}
