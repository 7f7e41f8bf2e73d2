/**
 * The case list of a small organisation that has no other system: its clients, their visits, what they were given, notes.
 *
 * <p>A client is an EpisodeOfCare of the organisation, a visit an Encounter, what was given a Procedure: all of them part of the
 * person's record like any other. A note is a Communication that names no person, so that nobody but the organisation reads it.
 * {@code CaseLedger} keeps the rows that lists read, whichever door a write came through; {@link health.weft.casework.Cases} and
 * {@link health.weft.casework.Visits} are the verbs, {@link health.weft.casework.Bringing} takes files. Who is known to the network is
 * taken on in one press, from a referral or from a search. See decision 38.
 *
 * <p>Uses: referral (what waits for the client), directory (the organisation's services), identity, record, ui, security, audit, problem.
 */
@ApplicationModule(
        allowedDependencies = {"referral", "directory", "identity", "record", "ui", "security", "audit", "problem"})
@NullMarked
package health.weft.casework;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
