/**
 * What a person at a shell sees of work that takes a while, and where Weft itself stands on their machine.
 *
 * <p>Uses: nothing.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package health.weft.terminal;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
