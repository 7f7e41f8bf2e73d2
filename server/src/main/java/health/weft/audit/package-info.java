/**
 * Who did what, for whom, and when.
 *
 * <p>Every read, search, write, sign-in and refusal is a row, written in the same transaction as the act: when the row
 * cannot be written, the act does not happen. The database refuses to change or delete a row. People read here who
 * looked at their record.
 *
 * <p>Uses: security, problem.
 */
@ApplicationModule(allowedDependencies = {"security", "problem"})
@NullMarked
package health.weft.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
