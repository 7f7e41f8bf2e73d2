/** Record linkage: Fellegi-Sunter scores, blocking, guarded clusters. No Spring, no SQL. */
@NullMarked
package health.weft.matching;

import org.jspecify.annotations.NullMarked;
