/**
 * The terminology operations of R4 over code systems, value sets and concept maps from wherever they come: {@link
 * health.weft.fhir.terminology.Definitions}. A value set is compiled to a {@code Composition}, which is asked for one code or for
 * all. R4's own definitions ({@link health.weft.fhir.terminology.StandardDefinitions}) load at first use.
 */
@NullMarked
package health.weft.fhir.terminology;

import org.jspecify.annotations.NullMarked;
