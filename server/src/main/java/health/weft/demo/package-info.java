/**
 * The demonstration network: synthetic people, real-shaped members, sent through the front door.
 *
 * <p>With {@code weft.demo=true}: Synthea makes the people, in a JVM of its own ({@link health.weft.demo.SyntheticPeople}); each
 * bundle is split by the organisation that wrote it ({@link health.weft.demo.Split}), and each organisation becomes a member
 * with its own copy of the person's demographics, altered as real copies are ({@link health.weft.demo.PatientCopy}); each then
 * posts its bundles to the public FHIR endpoint with its own credentials ({@link health.weft.demo.SourceSystem}). What was
 * acknowledged is remembered, so that an import that was killed goes on where it stopped. Which copies are one person is
 * kept in {@code truth.csv} beside the generated people, for tests and benches only. Then the named people send each other some
 * referrals ({@link health.weft.demo.WorkUnderWay}), so that nobody's desk is empty.
 *
 * <p>A small one of these networks is where the build rehearses a day's work ({@link health.weft.demo.Rehearsal}), so that the JVM knows what
 * will be asked of it.
 *
 * <p>Uses: record, identity, directory, referral, conversation, security, problem, terminal, and the libraries.
 */
@ApplicationModule(
        allowedDependencies = {
            "record",
            "identity",
            "directory",
            "referral",
            "conversation",
            "security",
            "problem",
            "terminal"
        })
@NullMarked
package health.weft.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
