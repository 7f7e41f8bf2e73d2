/** Record linkage at a shell: CSV files in, groups out; and what measures it. Needs no database and no server. */
@NullMarked
package health.weft.matching.shell;

import org.jspecify.annotations.NullMarked;
