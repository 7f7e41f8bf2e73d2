/**
 * Profiles: what a resource must hold beyond R4, as packages of implementation guides say it.
 *
 * <p>Packages come from a folder ({@code weft.packages}), are read by {@link health.weft.profile.IgPackage} and become readable in the
 * record. Whether a resource keeps to a profile is answered by the HL7 validator, which runs beside the server as a process of its own
 * ({@link health.weft.profile.Validator}), started by the first question and stopped when nobody asks. {@code $validate} asks it, and so does
 * each write of a type for which the network set a profile ({@code weft.profiles}).
 *
 * <p>Uses: record, security, problem, terminal, and the libraries.
 */
@ApplicationModule(allowedDependencies = {"record", "security", "problem", "terminal"})
@NullMarked
package health.weft.profile;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
