/**
 * Who wants to be told, is told: topic-based subscriptions (HL7 Subscriptions R5 Backport 1.1 for R4).
 *
 * <p>A write notes in its own transaction what changed ({@code Outbox}). One instance at a time turns that into events, numbered
 * without gaps for each subscription whose account may see the resource ({@code Matching}). Whoever holds a subscription's lease
 * sends them ({@code Sending}) by rest-hook or mail, again until the receiver takes them; a receiver that goes by the numbers gets
 * each once whatever is killed in between. Websockets are told by the instance they are open at ({@code Sockets}).
 *
 * <p>{@code HoldBack} is the one place that decides, at the moment of sending, whether what an event is about may be told.
 *
 * <p>Uses: identity, record, notice, security, audit, mail, problem, database (for threads), and the libraries.
 */
@ApplicationModule(
        allowedDependencies = {"identity", "record", "notice", "security", "audit", "mail", "problem", "database"})
@NullMarked
package health.weft.subscription;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
