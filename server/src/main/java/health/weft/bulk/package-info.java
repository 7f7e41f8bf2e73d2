/**
 * The record in bulk: out by {@code $export} (HL7 Bulk Data Access 2.0), in by {@code $import}.
 *
 * <p>Both are jobs in the database. Whoever holds a job's lease does its next part in one transaction that also says how far it came,
 * so a process may be killed at any moment and another goes on at that place: nothing twice, nothing left out. Every part asks
 * again what the account that asked for it may see and do. Files and what was sent are kept in the database too, so that any
 * instance can answer for them; docs/decisions/0008 says why.
 *
 * <p>{@link health.weft.bulk.ImportCommand} and {@link health.weft.bulk.ExportCommand} are the same for people at a shell: they talk
 * HTTP to a running server.
 *
 * <p>Uses: record, security, audit, problem, terminal, and the libraries.
 */
@ApplicationModule(allowedDependencies = {"record", "security", "audit", "problem", "terminal"})
@NullMarked
package health.weft.bulk;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
