/**
 * The front door: signing in, the page where each role starts, and the privacy officer's view of the audit.
 *
 * <p>Uses: ui, security, audit, problem.
 */
@ApplicationModule(allowedDependencies = {"ui", "security", "audit", "problem"})
@NullMarked
package health.weft.home;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
