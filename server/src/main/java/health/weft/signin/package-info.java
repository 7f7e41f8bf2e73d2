/**
 * How a person shows who they are, and how an account comes to be and ends.
 *
 * <p>A password ({@code PasswordSignIn}, Argon2id) opens nothing but the second step where one is due: a one-time password or a
 * recovery code ({@code SecondFactors}); a passkey is both at once ({@code Passkeys}). {@code Attempts} makes guessing slow without
 * letting anybody keep somebody else out. {@code SignIns} is the one place where a session becomes that of a person.
 *
 * <p>Administrators of an organisation invite, change roles and end accounts there ({@code Membership}); an invitation and a reset
 * travel as a link by mail ({@code MailLinks}).
 *
 * <p>Uses: ui, security, audit, mail, problem.
 */
@ApplicationModule(allowedDependencies = {"ui", "security", "audit", "mail", "problem"})
@NullMarked
package health.weft.signin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
