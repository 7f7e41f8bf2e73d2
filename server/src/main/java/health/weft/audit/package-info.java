/**
 * Who did what, for whom, and when.
 *
 * <p>Every read, search, write, sign-in and refusal is a row. That of a write stands in the same transaction; that of a read is
 * durable before anything is shown: when the row cannot be written, the act does not happen. The database refuses to change or delete a row. People read here who
 * looked at their record.
 *
 * <p>What each statement adds, the database seals with a link of a chain of hashes, in the same transaction; {@link
 * health.weft.audit.TrailCheck} finds what was changed since, {@code Anchors} notes the heads of the chains each day.
 *
 * <p>Uses: security, problem, terminal.
 */
@ApplicationModule(allowedDependencies = {"security", "problem", "terminal"})
@NullMarked
package health.weft.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
