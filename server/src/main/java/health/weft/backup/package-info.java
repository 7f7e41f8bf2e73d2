/**
 * The whole network in one file that tells nothing without its key, and back.
 *
 * <p>{@code Sealing} is the file's form: chunks of AES-256-GCM. {@code Backup} writes what all tables held at one moment, {@code Restore}
 * brings it into an empty database and holds it against what was written down.
 *
 * <p>Uses: audit, database, terminal.
 */
@ApplicationModule(allowedDependencies = {"audit", "database", "terminal"})
@NullMarked
package health.weft.backup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
