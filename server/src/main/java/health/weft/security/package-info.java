/**
 * Who is asking, and what they may see.
 *
 * <p>A request comes from a {@link health.weft.security.Caller}: a person or a system, acting for a party (an
 * organisation, or themselves) in roles. People sign in and keep a session in the database; systems bring a bearer
 * token. {@link health.weft.security.Access} turns a caller into a predicate that the store puts inside every query:
 * what a caller may not see is never read. A chart is opened by a relation (treatment, a seat in the care team, being
 * the person), a single resource by a share (a referral); both are rows written through
 * {@link health.weft.security.Relations}, and ending the row ends the access at the next query.
 *
 * <p>Uses: problem, and the libraries.
 */
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package health.weft.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
