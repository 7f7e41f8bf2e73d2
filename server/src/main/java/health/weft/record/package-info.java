/**
 * The shared record, as the rest of Weft and the outside reach it.
 *
 * <p>{@link health.weft.record.Records} is the only door to the store: it puts {@code security.Access} to every query, writes
 * the audit row in the same transaction, and tells features of writes before ({@link health.weft.record.ResourceWriting}) and
 * after ({@link health.weft.record.ResourceWritten}) they happen. {@code FhirController} is the same door for systems: FHIR R4
 * over HTTP at {@code /fhir}.
 *
 * <p>Uses: security, audit, problem, and the libraries.
 */
@ApplicationModule(allowedDependencies = {"security", "audit", "problem"})
@NullMarked
package health.weft.record;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
