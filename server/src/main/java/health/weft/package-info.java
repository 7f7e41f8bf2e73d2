/** Starts Weft: the command line and the application. */
@NullMarked
package health.weft;

import org.jspecify.annotations.NullMarked;
