package health.weft.smart;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What somebody let an app do, or is asked to.
 *
 * @param username whom the app acts for
 * @param scopes what was given; empty before that
 * @param asked what the app asked for
 * @param pat row id of the Patient it is about; null when it is about nobody in particular
 * @param patient {@code Patient/<id>}, the same
 * @param encounter {@code Encounter/<id>}, the visit that it was opened in; null when it was opened in none
 * @param request the parameters of the authorization request that are words
 * @param lastUsed when the app last looked; null when it never did
 */
public record Authorized(
        UUID id,
        String app,
        String username,
        List<String> scopes,
        List<String> asked,
        @Nullable Long pat,
        @Nullable String patient,
        @Nullable String encounter,
        Map<String, String> request,
        Instant created,
        @Nullable Instant lastUsed) {}
