/**
 * What the two organisations of a referral say to each other about it, the files they send, the notes each keeps for itself, and who does
 * what next.
 *
 * <p>A message is a FHIR Communication about the Task, a file a DocumentReference with its Binary, a next step a Task that is part of it.
 * {@code ConversationLedger} keeps them whichever door they come through: it holds them against who may write them, opens them to the
 * other side by {@link health.weft.referral.Sides}, and keeps the rows that pages read. What a page shows is what the reader may
 * read in the record.
 *
 * <p>Uses: referral, identity, record, ui, security, problem.
 */
@ApplicationModule(allowedDependencies = {"referral", "identity", "record", "ui", "security", "problem"})
@NullMarked
package health.weft.conversation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
