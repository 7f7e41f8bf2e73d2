/**
 * The audit trail, told to those who may: as FHIR AuditEvents (IHE BALP 1.1), and as an accounting of disclosures.
 *
 * <p>{@code TrailController} serves {@code /fhir/AuditEvent}. There is no second store: {@code TrailStore} reads the sealed rows of {@code
 * audit}, limited in its SQL to what {@code TrailSight} says the caller may read, and {@code Balp} shows each as a resource. {@code
 * DisclosurePages} gives a person, or the privacy officer about a person, the disclosures of six years as a PDF.
 *
 * <p>Uses: audit, identity, record, security, problem, ui.
 */
@ApplicationModule(allowedDependencies = {"audit", "identity", "record", "security", "problem", "ui"})
@NullMarked
package health.weft.trail;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
