package health.weft.security;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one provision of a Consent says, and its exceptions (FHIR R4 Consent.provision).
 *
 * <p>A provision speaks of a disclosure when every condition of it holds; an empty condition holds always. What a nested provision says
 * goes before what its parent says; of several nested ones that speak, a denial goes first.
 *
 * @param effect null when only the exceptions speak
 * @param parties {@code Organization/<id>} of the recipients
 * @param purposes codes of v3-ActReason: TREAT
 * @param categories bits of the sensitive categories it names. One that permits and names some is about those alone; one that permits
 *     and names none is about what is not sensitive; one that denies and names none is about everything
 * @param types FHIR resource types
 * @param start included; null for always
 * @param end excluded; null for never
 */
public record Provision(
        @Nullable Effect effect,
        Set<String> parties,
        Set<String> purposes,
        int categories,
        Set<String> types,
        @Nullable Instant start,
        @Nullable Instant end,
        List<Provision> exceptions) {

    public Provision {
        parties = Set.copyOf(parties);
        purposes = Set.copyOf(purposes);
        types = Set.copyOf(types);
        exceptions = List.copyOf(exceptions);
    }

    /** What a provision does. */
    public enum Effect {
        PERMIT,
        DENY
    }

    /**
     * One question: may this party read this?
     *
     * @param category null for what is not sensitive
     */
    record Disclosure(
            String party,
            String purpose,
            String type,
            @Nullable SensitiveCategory category,
            Instant at) {}

    /** What it says of a disclosure; null when it does not speak of it. */
    @Nullable
    Effect of(Disclosure asked) {
        if (!speaksOf(asked)) {
            return null;
        }
        Effect within = null;
        for (Provision exception : exceptions) {
            Effect said = exception.of(asked);
            if (said == Effect.DENY) {
                return said;
            }
            within = said == null ? within : said;
        }
        return within == null && effect != null && ofItsOwn(asked) ? effect : within;
    }

    private boolean speaksOf(Disclosure asked) {
        return (parties.isEmpty() || parties.contains(asked.party()))
                && (purposes.isEmpty() || purposes.contains(asked.purpose()))
                && (types.isEmpty() || types.contains(asked.type()))
                && (start == null || !asked.at().isBefore(start))
                && (end == null || asked.at().isBefore(end))
                && (categories == 0
                        || (asked.category() != null
                                && (categories & asked.category().bit()) != 0));
    }

    /** A permission that names no category does not open what is sensitive, but an exception within it may. */
    private boolean ofItsOwn(Disclosure asked) {
        return effect == Effect.DENY || asked.category() == null || categories != 0;
    }

    /**
     * Whether it permits a party to read for this purpose.
     *
     * @param purpose code of v3-ActReason
     * @param category null for what is not sensitive
     */
    public boolean permits(String party, String purpose, @Nullable SensitiveCategory category, Instant at) {
        return of(new Disclosure(party, purpose, "ServiceRequest", category, at)) == Effect.PERMIT;
    }

    /** Whether it, or an exception in it, names the party. */
    public boolean names(String party) {
        return parties.contains(party) || exceptions.stream().anyMatch(exception -> exception.names(party));
    }
}
