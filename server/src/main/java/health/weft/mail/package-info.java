/**
 * Sends mail through the mail server that the operator set. A mail never carries a resource or anything about a person's health.
 *
 * <p>Uses: the libraries.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package health.weft.mail;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
