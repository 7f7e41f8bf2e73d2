/**
 * What came of it: the network's scorecard, out of the live data.
 *
 * <p>Counts of referrals sent, accepted and closed with help, the median of days, by service and by organisation; nobody is named. Supply
 * and demand count needs, also by area, language, race and ethnicity. Small numbers are left out, and what they could be worked out from
 * ({@link health.weft.ui.SmallCells}).
 *
 * <p>Uses: referral, directory, ui, security, audit, problem.
 */
@ApplicationModule(allowedDependencies = {"referral", "directory", "ui", "security", "audit", "problem"})
@NullMarked
package health.weft.outcomes;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
