package health.weft.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import java.util.UUID;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/**
 * The one place where an exception becomes an answer: an OperationOutcome under {@code /fhir}, a page for a browser, a
 * ProblemDetail (RFC 9457) for any other program.
 */
@ControllerAdvice
@Order(0)
class ProblemAdvice {
    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);
    static final MediaType FHIR_JSON = new MediaType("application", "fhir+json");

    @ExceptionHandler(AsyncRequestNotUsableException.class)
    void browserWentAway() {}

    /** Seconds after which what is not at hand may be asked for again. */
    static final String RETRY_AFTER = "60";

    @ExceptionHandler(Exception.class)
    Object answer(Exception exception, HttpServletRequest request) {
        Problem problem = problemOf(exception);
        String reference = UUID.randomUUID().toString().substring(0, 8);
        if (problem.category() == Category.INTERNAL) {
            log.error(
                    "Request failed, reference {}: {}",
                    reference,
                    exception.getClass().getName(),
                    exception);
        }
        return answer(problem, reference, request);
    }

    static Object answer(Problem problem, String reference, HttpServletRequest request) {
        // What the container refused is answered from /error: the address that was asked for stands beside.
        Object asked = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String address = asked == null ? request.getRequestURI() : asked.toString();
        if (address.equals("/fhir") || address.startsWith("/fhir/")) {
            ResponseEntity.BodyBuilder outcome =
                    ResponseEntity.status(problem.category().status()).contentType(FHIR_JSON);
            if (problem.category() == Category.UNAVAILABLE) {
                outcome.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER);
            }
            return outcome.body(OutcomeOf.problem(problem).toString());
        }
        String accept = String.valueOf(request.getHeader(HttpHeaders.ACCEPT)).toLowerCase(Locale.ROOT);
        if (accept.contains("text/html") || request.getHeader("HX-Request") != null) {
            ModelAndView page =
                    new ModelAndView("problem/page", problem.category().status());
            page.addObject("problem", new ProblemPage(problem, reference));
            return page;
        }
        ProblemDetail detail =
                ProblemDetail.forStatusAndDetail(problem.category().status(), problem.getMessage());
        detail.setTitle(problem.category().status().getReasonPhrase());
        detail.setProperty("reference", reference);
        return ResponseEntity.of(detail).build();
    }

    /** What an exception means to the person or system in front of it. */
    static Problem problemOf(Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                if (state.equals("53100")) {
                    return Problem.of(Category.STORAGE_FULL, "problem.said.disk-full");
                }
                if (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53") || isRenewed(sql)) {
                    return databaseAway();
                }
                if (state.equals("22021") || state.equals("22P05")) {
                    return Problem.of(Category.INVALID, "problem.said.no-character");
                }
                if (state.equals("40001") || state.equals("40P01") || state.equals("55P03")) {
                    return Problem.of(Category.CONFLICT, "problem.said.same-moment");
                }
            }
            if (cause instanceof InvalidParameterException parameters) {
                // The container's own words quote the value, which may be health data.
                return parameters.getErrorCode() == 413
                        ? Problem.of(Category.TOO_LARGE, "problem.said.form-too-large")
                        : Problem.of(Category.INVALID, "problem.said.encoding");
            }
            if (cause instanceof CannotCreateTransactionException
                    || cause instanceof SQLTransientConnectionException // every connection waits for the database
                    || cause instanceof TransactionSystemException) { // the connection broke, and so did taking it back
                return databaseAway();
            }
        }
        if (exception instanceof MissingServletRequestParameterException missing) {
            return incomplete(missing.getParameterName());
        }
        if (exception instanceof MethodArgumentTypeMismatchException mismatch) {
            return incomplete(mismatch.getName());
        }
        if (exception instanceof NoResourceFoundException) {
            return nowhere();
        }
        if (exception instanceof ErrorResponse spring) {
            Category category = Category.of(spring.getStatusCode().value());
            String detail = spring.getBody().getDetail();
            return new Problem(category, detail == null ? category.status().getReasonPhrase() : detail);
        }
        if (exception instanceof DataAccessException) {
            return Problem.of(Category.INTERNAL, "problem.said.internal-unstored");
        }
        return Problem.of(Category.INTERNAL, "problem.said.internal");
    }

    /** A statement was prepared before a newer version changed its table, while this one serves: sent again, it is prepared anew. */
    private static boolean isRenewed(SQLException sql) {
        return "0A000".equals(sql.getSQLState())
                && String.valueOf(sql.getMessage()).contains("cached plan");
    }

    private static Problem incomplete(String field) {
        return Problem.of(Category.INVALID, "problem.said.field", field);
    }

    static Problem nowhere() {
        return Problem.of(Category.NOT_FOUND, "problem.said.address");
    }

    private static Problem databaseAway() {
        return Problem.of(Category.UNAVAILABLE, "problem.said.database");
    }
}
