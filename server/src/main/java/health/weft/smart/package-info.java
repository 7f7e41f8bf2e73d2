/**
 * Apps and services that speak FHIR for somebody: SMART App Launch 2.2.
 *
 * <p>An {@code App} registers and waits until somebody approves it ({@code Apps}, {@code AppPages}). Spring Security's authorization
 * server leads a person through {@code ConsentPages} ({@code Door} fits it, {@code Authorizations} keeps what comes of it), or takes the
 * signed {@code Assertions} of a service. Each request of an app is looked up by {@code Grants}, which turns {@code Scope}s into a
 * {@link health.weft.security.Grant}: what {@code security.Access} puts into every query beside the policy of whom the app acts for.
 * {@code MyAppPages} is where people see what they let in and withdraw it.
 *
 * <p>Uses: ui, security, audit, problem, record, identity, subscription (where a request may go to), and the libraries.
 */
@ApplicationModule(allowedDependencies = {"ui", "security", "audit", "problem", "record", "identity", "subscription"})
@NullMarked
package health.weft.smart;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
