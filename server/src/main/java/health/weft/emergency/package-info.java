/**
 * Breaking the glass: who cares for somebody in danger opens their record without a relation to them.
 *
 * <p>It needs the person's name and date of birth and a reason, opens the record to this one account for four hours, is told to the
 * person and the privacy officer, and ends with the officer's review. What it opens are rows of {@code security.relation} with the
 * basis {@code emergency}; the predicate of access knows nothing else of it.
 *
 * <p>Uses: identity, notice, security, audit, problem, ui.
 */
@ApplicationModule(allowedDependencies = {"identity", "notice", "security", "audit", "problem", "ui"})
@NullMarked
package health.weft.emergency;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
