/** R4 JSON, FHIRPath, search parameters and search grammar. No Spring, no SQL. */
@NullMarked
package health.weft.fhir;

import org.jspecify.annotations.NullMarked;
