/**
 * What the privacy officer looks after: looks at records that are unusual and why, records that many are curious about, and the
 * questions of people about who looked.
 *
 * <p>{@code Looking} goes through the trail as it grows and keeps what is unusual; {@code Findings} shows that and keeps what the officer
 * found; {@code Questions} brings a person's question to the officer and the answer back. The trail itself is not touched.
 *
 * <p>Uses: identity, notice, security, audit, problem, ui.
 */
@ApplicationModule(allowedDependencies = {"identity", "notice", "security", "audit", "problem", "ui"})
@NullMarked
package health.weft.oversight;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
