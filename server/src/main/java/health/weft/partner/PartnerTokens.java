package health.weft.partner;

import com.nimbusds.jose.JWSAlgorithm;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.security.Outgoing;
import health.weft.security.ServerAddress;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Access tokens of partners that know this server by its keys (SMART Backend Services, SMART App Launch 2.2): asked for at the token
 * endpoint that the partner's {@code .well-known/smart-configuration} names, and used until they expire. They are in memory alone: another
 * instance asks for its own.
 */
@Component
class PartnerTokens {
    private static final int LARGEST_ANSWER = 200_000;
    private static final String JSON = "application/json";
    /** A token is not used for a request that it might not outlive. */
    private static final Duration SPARE = Duration.ofSeconds(30);

    private final PartnerHttp http;
    private final PartnerKeys keys;
    private final Set<String> httpHosts;
    private final Clock clock = Clock.systemUTC();
    private final Map<UUID, Token> known = new ConcurrentHashMap<>();
    private final Map<UUID, ReentrantLock> asking = new ConcurrentHashMap<>();

    PartnerTokens(PartnerHttp http, PartnerKeys keys, @Value("${weft.partner.http-hosts:}") Set<String> httpHosts) {
        this.http = http;
        this.keys = keys;
        this.httpHosts = Set.copyOf(httpHosts);
    }

    /** @param of client, scopes and base that it was given for */
    private record Token(String of, String text, Instant until) {}

    /**
     * Who comes while another asks waits for the same one.
     *
     * @throws IOException when there is none to be had, in words that may be shown to the convener
     */
    String token(PartnerServer server) throws IOException {
        Token token = lasting(server);
        if (token == null) {
            ReentrantLock lock = asking.computeIfAbsent(server.id(), id -> new ReentrantLock());
            lock.lock();
            try {
                token = lasting(server);
                if (token == null) {
                    token = ask(server);
                    known.put(server.id(), token);
                }
            } finally {
                lock.unlock();
            }
        }
        return token.text();
    }

    private @Nullable Token lasting(PartnerServer server) {
        Token token = known.get(server.id());
        return token != null && token.of().equals(of(server)) && clock.instant().isBefore(token.until()) ? token : null;
    }

    /** The partner does not take this one any more. */
    void spent(PartnerServer server, String text) {
        known.computeIfPresent(server.id(), (id, token) -> token.text().equals(text) ? null : token);
    }

    private static String of(PartnerServer server) {
        return server.clientId() + " " + server.base() + " " + server.scopes();
    }

    private Token ask(PartnerServer server) throws IOException {
        ObjectNode configuration = http.send(
                        Outgoing.Request.get(
                                URI.create(server.base() + "/.well-known/smart-configuration"), Map.of("Accept", JSON)),
                        LARGEST_ANSWER)
                .good("The question for .well-known/smart-configuration")
                .json();
        URI endpoint = endpoint(configuration.path("token_endpoint").asString(""));
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        form.put("scope", server.scopes());
        form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.put(
                "client_assertion",
                keys.assertion(String.valueOf(server.clientId()), endpoint.toString(), algorithm(configuration)));
        Answer answer = http.send(
                new Outgoing.Request(
                        "POST",
                        endpoint,
                        Map.of("Accept", JSON, "Content-Type", "application/x-www-form-urlencoded"),
                        encoded(form).getBytes(StandardCharsets.UTF_8)),
                LARGEST_ANSWER);
        if (!answer.isGood()) {
            String error = answer.json().path("error").asString("");
            throw new IOException("The server gave no token: status " + answer.status()
                    + (error.matches("[\\x20-\\x7e]{1,80}") ? ", " + error : "") + ".");
        }
        String text = answer.json().path("access_token").asString("");
        if (!text.matches("[\\x21-\\x7e]{1,8000}")) {
            throw new IOException("The server gave no token: its answer holds none.");
        }
        long seconds = Math.clamp(answer.json().path("expires_in").asLong(0), 0, 86_400);
        return new Token(of(server), text, clock.instant().plusSeconds(seconds).minus(SPARE));
    }

    /** Where the partner says tokens are: by TLS; that it is not inside the network this stands in, {@link PartnerHttp} sees to. */
    private URI endpoint(String said) throws IOException {
        if (!ServerAddress.isBase(said, httpHosts)) {
            throw new IOException("The server's .well-known/smart-configuration names no token_endpoint that is safe.");
        }
        return URI.create(said);
    }

    private static JWSAlgorithm algorithm(ObjectNode configuration) {
        List<String> served = configuration
                .path("token_endpoint_auth_signing_alg_values_supported")
                .valueStream()
                .map(value -> value.asString(""))
                .toList();
        return served.contains("ES384") ? JWSAlgorithm.ES384 : JWSAlgorithm.RS384;
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
