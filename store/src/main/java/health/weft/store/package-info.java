/** The R4 record on PostgreSQL: write, version, index, search, history. No Spring. */
@NullMarked
package health.weft.store;

import org.jspecify.annotations.NullMarked;
