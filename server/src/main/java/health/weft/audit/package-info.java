/**
 * Who did what, for whom, and when.
 *
 * <p>Every read, search, write, sign-in and refusal is a row. That of a write stands in the same transaction; that of a read is
 * durable before anything is shown: when the row cannot be written, the act does not happen. The database refuses to change or delete a row. People read here who
 * looked at their record.
 *
 * <p>Uses: security, problem.
 */
@ApplicationModule(allowedDependencies = {"security", "problem"})
@NullMarked
package health.weft.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
