/**
 * One person over all organisations.
 *
 * <p>Every member sends its own Patient, its copy of a person; nobody's copy is changed. Each write of one is read here, in
 * the same transaction: its demographics become a {@code source} row; the copies that share a blocking key are compared in memory
 * ({@code MatchIndex}, which keeps in step with the rows); a sure pair joins the person, an unsure one is put for review, else a new
 * person begins. Keys are locked while that happens, so that two instances that import one person at once end with one.
 * Every link is an event with actor, score and model. Whoever treats a person is told to {@code security.Relations} when a
 * link is made or changed, so that charts open and close with it.
 *
 * <p>What no match is sure of waits for identity stewards ({@link health.weft.identity.Reviews}). What they decide ({@link
 * health.weft.identity.Deciding}) wins over every later match and can be taken back ({@link health.weft.identity.Undoing}).
 * {@link health.weft.identity.Rematching} matches all copies again, shows what that would change, and applies it as acts.
 * {@code MatchController} and {@code PixController} answer systems that ask who somebody is.
 *
 * <p>How good that is, is measured: stewards label pairs blind ({@link health.weft.identity.Labels}), and {@link
 * health.weft.identity.Models} tells what follows of the model. Nothing of it changes a link.
 *
 * <p>Features ask {@link health.weft.identity.Identity}. Uses: record, security, audit, live, problem, and the libraries.
 */
@ApplicationModule(allowedDependencies = {"record", "security", "audit", "live", "problem"})
@NullMarked
package health.weft.identity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
