package health.weft.partner;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A FHIR server on which an organisation of the network works.
 *
 * @param id as which what comes from here is known there
 * @param party the organisation here, {@code Organization/<id>}
 * @param base of its FHIR API, without a slash at the end
 * @param asker what this network is called there, {@code Organization/<id>}
 * @param asked what the organisation is called there, {@code Organization/<id>}
 * @param copies whether it is sent copies of what a Task refers to; otherwise it reads that here
 * @param nudge part of the address at which it may say that something changed
 * @param account that acts for the organisation here
 * @param clientId as which its authorization server knows this one by its keys; null where a token is kept
 * @param scopes that are asked for then
 * @param offers how it says that something changed: {@code unknown}, {@code topics}, {@code criteria}, {@code nothing}
 * @param heard when it last answered well; null before it ever did
 * @param problem why its last answer was none; null when it was one
 */
public record PartnerServer(
        UUID id,
        String party,
        String name,
        String base,
        String asker,
        String asked,
        boolean copies,
        UUID nudge,
        String account,
        @Nullable String clientId,
        String scopes,
        String offers,
        @Nullable Instant heard,
        @Nullable String problem) {
    private static final Pattern REFERENCE = Pattern.compile("[A-Z][A-Za-z]{1,40}/[A-Za-z0-9.-]{1,64}");

    boolean byKeys() {
        return clientId != null;
    }

    /** The reference as that server writes it within itself; empty for one that leads anywhere else. */
    Optional<String> within(String reference) {
        String own = reference.startsWith(base + "/") ? reference.substring(base.length() + 1) : reference;
        int history = own.indexOf("/_history/");
        String bare = history < 0 ? own : own.substring(0, history);
        return REFERENCE.matcher(bare).matches() ? Optional.of(bare) : Optional.empty();
    }

    /** Whether an absolute reference leads to that server. */
    boolean holds(String reference) {
        return reference.startsWith(base + "/") && within(reference).isPresent();
    }

    String url(String reference) {
        return base + "/" + reference;
    }
}
