/**
 * The HL7 validator as a process of its own: profiles are held against resources here, and nowhere in the server's heap.
 *
 * <p>{@link health.weft.validator.Main} speaks {@link health.weft.validator.Frames} over standard input and output; the server's package {@code profile}
 * starts it, asks it, and stops it. What this module depends on is on no other class path; docs/decisions/0012 says why.
 */
@NullMarked
package health.weft.validator;

import org.jspecify.annotations.NullMarked;
