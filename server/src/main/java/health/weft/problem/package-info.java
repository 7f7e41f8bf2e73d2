/**
 * What went wrong, said once.
 *
 * <p>Every refusal in Weft is a {@link health.weft.problem.Problem} with a {@link health.weft.problem.Category}. One
 * table maps the category to an HTTP status and to FHIR's issue type; one advice writes it as an OperationOutcome
 * under {@code /fhir}, as a ProblemDetail (RFC 9457) for other programs and as a page for people. Messages say what
 * happened and what to do next; they never carry health data.
 *
 * <p>Uses: the libraries.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package health.weft.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
