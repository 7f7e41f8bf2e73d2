/**
 * Who offers what, where, when, to whom, and how many more can come.
 *
 * <p>Kept in the terms of Open Referral's HSDS 3.1; FHIR's Organization, Location and HealthcareService are a view of it,
 * written to the record in the same transaction and under the same ids. A person's need is held against the services
 * ({@link health.weft.directory.Directory#options}): the answer says for each what fits and what does not, nearest
 * first. Capacity is a number that the organisation keeps and that accepting a referral counts down.
 *
 * <p>Other directories come in as feeds ({@link health.weft.directory.Feeds}); everybody reads this one as HSDS or by looking for help.
 *
 * <p>Uses: record, security, problem, ui, audit, terminal, database (for threads), and the libraries.
 */
@ApplicationModule(allowedDependencies = {"record", "security", "problem", "ui", "audit", "terminal", "database"})
@NullMarked
package health.weft.directory;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
