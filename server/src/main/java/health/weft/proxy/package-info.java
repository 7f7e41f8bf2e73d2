/**
 * People who act for others: parents for children, caregivers for whoever lets them. Offered and taken back, accepted by a link in a mail,
 * and chosen for a session. What they read is {@link health.weft.security.Proxies}' matter.
 *
 * <p>Uses: identity, record, notice, signin, security, audit, mail, problem, ui.
 */
@ApplicationModule(
        allowedDependencies = {"identity", "record", "notice", "signin", "security", "audit", "mail", "problem", "ui"})
@NullMarked
package health.weft.proxy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
