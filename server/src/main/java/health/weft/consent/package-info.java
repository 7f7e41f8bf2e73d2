/**
 * What a person agreed to.
 *
 * <p>A consent for a referral says: this organisation may see this person's contact facts and this need, for this
 * purpose, until that day. It is a FHIR Consent (SDOHCC-Consent) with a computable provision, recorded by whoever asked
 * the person. Who cares for the person together is a CareTeam; the seats that it gives are read here too.
 *
 * <p>What is sensitive, and what the law has reported to public health, is marked here too.
 *
 * <p>Uses: record, security, problem.
 */
@ApplicationModule(allowedDependencies = {"record", "security", "problem"})
@NullMarked
package health.weft.consent;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
