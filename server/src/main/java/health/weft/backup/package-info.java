/**
 * The whole network in one file that tells nothing without its key, and back.
 *
 * <p>{@code Sealing} is the file's form: chunks of AES-256-GCM. {@code Backup} writes what all tables held at one moment, {@code Restore}
 * brings it into an empty database and holds it against what was written down. The key beside the database, which opens the secrets in it,
 * goes along.
 *
 * <p>Uses: audit, database, signin, terminal.
 */
@ApplicationModule(allowedDependencies = {"audit", "database", "signin", "terminal"})
@NullMarked
package health.weft.backup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
