/**
 * The directory kept right: what anybody says is wrong, listings that nobody has looked at for long, organisations asked by mail whether
 * theirs are right still, what was changed by whom, and taking it back.
 *
 * <p>Uses: directory, security, signin, mail, problem, ui.
 */
@ApplicationModule(allowedDependencies = {"directory", "security", "signin", "mail", "problem", "ui"})
@NullMarked
package health.weft.listing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
