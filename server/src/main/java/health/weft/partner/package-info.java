/**
 * Organisations that work on a FHIR server of their own: referrals go there, what becomes of them comes back, and theirs come in
 * (HL7 Gravity SDOHCC 3.0.0, direct and indirect referral).
 *
 * <p>A {@code PartnerServer} is such a server. {@code ExchangeLedger} notes, in the transaction that writes a Task for the organisation,
 * that it has to go there; {@code PartnerWork} on any instance hands it to {@code Transmission}, then asks by {@code FollowUp} what
 * became of it. A Task that names what stands on the partner's server is met by {@code ByReference}, which brings copies of it here, and
 * {@code Refreshing} keeps them as they are there. All of it acts as the organisation's own account, so that it sees what a referral opens
 * to it and nothing else.
 *
 * <p>{@code Watching} keeps Subscriptions there, so that a partner says when something changed; {@code Carrying} and {@code Receiving} take
 * what both sides write about a referral to the other's server. {@code PartnerTokens} shows by {@code PartnerKeys} who this server is
 * where a partner wants that instead of a token.
 *
 * <p>Uses: referral, conversation, directory, record, signin (to seal tokens), ui, security, audit, problem, database (for threads).
 */
@ApplicationModule(
        allowedDependencies = {
            "referral",
            "conversation",
            "directory",
            "record",
            "signin",
            "ui",
            "security",
            "audit",
            "problem",
            "database"
        })
@NullMarked
package health.weft.partner;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
