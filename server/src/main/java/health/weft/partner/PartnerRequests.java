package health.weft.partner;

import health.weft.fhir.Json;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.security.Outgoing;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Requests to partners' FHIR servers: only below the base that was agreed on, with the token that the server wants. */
@Component
class PartnerRequests {
    private static final int LARGEST_ANSWER = 4_000_000;
    private static final int UNAUTHORIZED = 401;
    private static final String FHIR = "application/fhir+json";

    private final PartnerStore store;
    private final PartnerHttp http;
    private final PartnerTokens tokens;

    PartnerRequests(PartnerStore store, PartnerHttp http, PartnerTokens tokens) {
        this.store = store;
        this.http = http;
        this.tokens = tokens;
    }

    Answer get(PartnerServer server, String path) throws IOException {
        return get(server, path, LARGEST_ANSWER);
    }

    /** @param largest bytes of the answer */
    Answer get(PartnerServer server, String path, int largest) throws IOException {
        return send(server, "GET", path, null, Map.of(), largest);
    }

    /**
     * Sends.
     *
     * @param path below the base
     * @throws IOException when there was no answer in FHIR's JSON, in words that may be shown to the convener
     */
    Answer send(
            PartnerServer server, String method, String path, @Nullable ObjectNode body, Map<String, String> headers)
            throws IOException {
        return send(server, method, path, body, headers, LARGEST_ANSWER);
    }

    private Answer send(
            PartnerServer server,
            String method,
            String path,
            @Nullable ObjectNode body,
            Map<String, String> headers,
            int largest)
            throws IOException {
        if (!server.byKeys()) {
            return http.send(request(server, method, path, body, headers, store.token(server)), largest);
        }
        String token = tokens.token(server);
        Answer answer = http.send(request(server, method, path, body, headers, Optional.of(token)), largest);
        if (answer.status() != UNAUTHORIZED) {
            return answer;
        }
        // Ended there before its time: once with a new one.
        tokens.spent(server, token);
        return http.send(request(server, method, path, body, headers, Optional.of(tokens.token(server))), largest);
    }

    private static Outgoing.Request request(
            PartnerServer server,
            String method,
            String path,
            @Nullable ObjectNode body,
            Map<String, String> headers,
            Optional<String> token) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Accept", FHIR);
        if (body != null) {
            all.put("Content-Type", FHIR);
        }
        token.ifPresent(bearer -> all.put("Authorization", "Bearer " + bearer));
        URI to = URI.create(path.isEmpty() ? server.base() : server.base() + "/" + path);
        return new Outgoing.Request(method, to, all, body == null ? new byte[0] : Json.bytes(body));
    }
}
