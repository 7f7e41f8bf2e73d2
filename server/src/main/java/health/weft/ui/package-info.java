/**
 * The look: page layout, components, words and dates.
 *
 * <p>A controller asks {@link health.weft.ui.Pages} for a {@link health.weft.ui.Page}, puts it into the model as {@code page} and
 * names a template; the template calls {@code layout/page.jte} and the components under {@code jte/component}. All words come from
 * {@code messages/<feature>.properties} through {@link health.weft.ui.Text}, which also writes dates in the reader's language and
 * zone.
 *
 * <p>Uses: security, problem.
 */
@ApplicationModule(allowedDependencies = {"security", "problem"})
@NullMarked
package health.weft.ui;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
