/**
 * The identity steward's desk: pairs of records of which a match was not sure, side by side, with the weight of every field, and
 * what was decided of a person's records, to be undone.
 *
 * <p>{@code StewardPages} shows what {@link health.weft.identity.Reviews} reads and sends what is decided to {@link
 * health.weft.identity.Deciding}, which asks who may. {@link health.weft.steward.Waterfall} lays the weights out as a drawing.
 * {@code RematchPages} has all records matched again: progress, preview, applying and undoing.
 *
 * <p>{@code LabelPages} deals pairs to be labelled blind; {@code ModelPages} shows the model and what labels say of it.
 *
 * <p>Uses: identity, ui, security, problem, and matching.
 */
@ApplicationModule(allowedDependencies = {"identity", "ui", "security", "problem"})
@NullMarked
package health.weft.steward;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
