package health.weft.chart;

import org.jspecify.annotations.Nullable;

/**
 * Who wrote a fact.
 *
 * @param party {@code Organization/<id>}
 * @param organisation its name
 * @param when FHIR date or dateTime at which it was recorded there
 * @param reference the resource that says it, {@code Condition/<id>}
 */
public record Source(
        String party, String organisation, @Nullable String when, String reference) {}
