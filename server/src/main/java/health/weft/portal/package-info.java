/**
 * The patient's own pages: what to do next, the record in plain words, the referrals, and who looked.
 *
 * <p>A patient is a caller whose party is {@code Person/<id>}; they read their own chart and the audit trail of their own copies,
 * and nothing else. Other features give parts through {@link health.weft.ui.Panel}: the question "did you get help?", the referrals.
 *
 * <p>Uses: chart, consent, identity, audit, security, problem, ui.
 */
@ApplicationModule(allowedDependencies = {"chart", "consent", "identity", "audit", "security", "problem", "ui"})
@NullMarked
package health.weft.portal;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
