package health.weft.identity;

import org.jspecify.annotations.Nullable;

/**
 * A source patient now belongs to another person. Published inside the transaction that decided it.
 *
 * @param pat row id of the Patient in the record
 * @param before null when it is new
 * @param person null when the Patient was deleted
 */
public record LinkChanged(
        long pat, @Nullable String before, @Nullable String person) {}
