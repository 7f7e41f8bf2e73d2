package health.weft.identity;

import health.weft.matching.FieldKind;
import java.util.Map;

/**
 * A pair of which it is settled what people say.
 *
 * @param levels how far each field agrees that both copies have, by the names of the model's levels
 */
record Labelled(int stratum, Map<FieldKind, String> levels, Answer answer) {}
