/**
 * A need crosses organisations and comes back closed.
 *
 * <p>A referral is a FHIR Task with its ServiceRequest and the person's Consent, by HL7 Gravity SDOHCC 3.0.0. Pages and
 * the FHIR API go through the same door: every change of a Task is held against {@link
 * health.weft.referral.ReferralStatus#canBecome} and {@code ReferralPolicy} before it is stored, and is told to inboxes,
 * timeline and open pages after. The organisation asked sees the person's contact facts and what the consent names, from
 * the moment it is sent until shortly after it ends. Only help received closes the loop: a service recorded, or the
 * person's yes. The person's no opens it again.
 *
 * <p>Between yes and help, whoever helps tells how it stands: {@link health.weft.referral.Appointments}, {@link
 * health.weft.referral.ContactAttempts}, {@link health.weft.referral.Waitlist} and {@link health.weft.referral.Outcomes} write it,
 * {@code ProgressLedger} keeps its rules and books, and {@code Clocks} asks after what stands still.
 *
 * <p>Uses: directory, consent, identity, notice, record, live, ui, security, audit, problem.
 */
@ApplicationModule(
        allowedDependencies = {
            "directory",
            "consent",
            "identity",
            "notice",
            "record",
            "live",
            "ui",
            "security",
            "audit",
            "problem"
        })
@NullMarked
package health.weft.referral;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
