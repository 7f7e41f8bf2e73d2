/**
 * What came of it: the network's scorecard, out of the live data.
 *
 * <p>Counts of referrals sent, accepted and closed with help, the median of days, by service and by organisation. Counts
 * of organisations' work, not of persons' traits; nobody is named.
 *
 * <p>Uses: referral, ui, security, audit, problem.
 */
@ApplicationModule(allowedDependencies = {"referral", "ui", "security", "audit", "problem"})
@NullMarked
package health.weft.outcomes;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
