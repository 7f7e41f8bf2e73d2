package health.weft.signin;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A provider of OpenID Connect on a port of its own, with signed tokens, PKCE and codes that work once; what it says about who signs in
 * can be bent by the test.
 */
final class OtherProvider implements AutoCloseable {
    static final String CLIENT = "weft at the county";
    static final String SECRET = "between the two of us";

    private final HttpServer http;
    private final RSAKey key;
    private final RSAKey another;
    private final Map<String, Map<String, String>> questions = new ConcurrentHashMap<>();
    /** Of every request for tokens, what came. */
    final List<Map<String, String>> exchanged = new ArrayList<>();

    /** Who signs in next, and how the token is bent. */
    volatile Map<String, Object> person = Map.of();

    volatile UnaryOperator<JWTClaimsSet.Builder> bent = claims -> claims;
    volatile boolean forged;

    /** Where a request for what it publishes is led; empty for nowhere. */
    volatile String elsewhere = "";

    /** What it publishes of itself, as the test bends it. */
    volatile UnaryOperator<Map<String, Object>> published = told -> told;

    OtherProvider() throws Exception {
        key = new RSAKeyGenerator(2048)
                .keyID("one")
                .algorithm(JWSAlgorithm.RS256)
                .generate();
        another = new RSAKeyGenerator(2048)
                .keyID("one")
                .algorithm(JWSAlgorithm.RS256)
                .generate();
        http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        http.createContext("/.well-known/openid-configuration", x -> {
            if (elsewhere.isEmpty()) {
                json(x, discovery());
            } else {
                x.getResponseHeaders().add("Location", elsewhere);
                respond(x, 302, "text/plain", "");
            }
        });
        http.createContext("/keys", x -> json(x, new JWKSet(key).toString(true)));
        http.createContext("/authorize", this::authorize);
        http.createContext("/token", this::token);
        http.createContext("/userinfo", x -> json(x, Json.mapper().writeValueAsString(person)));
        http.createContext("/leave", x -> respond(x, 200, "text/plain", "left"));
        http.start();
    }

    String issuer() {
        return "http://localhost:" + http.getAddress().getPort();
    }

    private String discovery() {
        Map<String, Object> told = new HashMap<>();
        told.put("issuer", issuer());
        told.put("authorization_endpoint", issuer() + "/authorize");
        told.put("token_endpoint", issuer() + "/token");
        told.put("jwks_uri", issuer() + "/keys");
        told.put("userinfo_endpoint", issuer() + "/userinfo");
        told.put("end_session_endpoint", issuer() + "/leave");
        told.put("response_types_supported", List.of("code"));
        told.put("subject_types_supported", List.of("public"));
        told.put("id_token_signing_alg_values_supported", List.of("RS256", "HS256", "none"));
        told.put("scopes_supported", List.of("openid", "profile", "email"));
        told.put("token_endpoint_auth_methods_supported", List.of("client_secret_basic"));
        return Json.mapper().writeValueAsString(published.apply(told));
    }

    /** Somebody who is signed in there already: the answer leads back at once. */
    private void authorize(HttpExchange x) throws IOException {
        Map<String, String> asked = form(x.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        questions.put(code, asked);
        x.getResponseHeaders()
                .add("Location", asked.get("redirect_uri") + "?code=" + code + "&state=" + encoded(asked.get("state")));
        respond(x, 302, "text/plain", "");
    }

    private void token(HttpExchange x) throws IOException {
        Map<String, String> sent = form(new String(x.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        exchanged.add(sent);
        Map<String, String> asked = questions.remove(sent.getOrDefault("code", ""));
        String basic = "Basic "
                + Base64.getEncoder()
                        .encodeToString((encoded(CLIENT) + ":" + encoded(SECRET)).getBytes(StandardCharsets.UTF_8));
        if (asked == null
                || !basic.equals(x.getRequestHeaders().getFirst("Authorization"))
                || !"S256".equals(asked.get("code_challenge_method"))
                || !challenge(sent.getOrDefault("code_verifier", "")).equals(asked.get("code_challenge"))
                || !asked.get("redirect_uri").equals(sent.get("redirect_uri"))) {
            respond(x, 400, "application/json", "{\"error\":\"invalid_grant\"}");
            return;
        }
        json(
                x,
                Json.mapper()
                        .writeValueAsString(Map.of(
                                "access_token",
                                UUID.randomUUID().toString(),
                                "token_type",
                                "Bearer",
                                "expires_in",
                                300,
                                "id_token",
                                idToken(asked.get("nonce")))));
    }

    private String idToken(String nonce) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(CLIENT)
                .issueTime(new Date())
                .expirationTime(Date.from(Instant.now().plusSeconds(120)))
                .claim("nonce", nonce);
        person.forEach(claims::claim);
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(),
                    bent.apply(claims).build());
            token.sign(new RSASSASigner(forged ? another : key));
            return token.serialize();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What it says by itself of somebody who signed out here (OpenID Connect Back-Channel Logout 1.0).
     *
     * @param about sub, sid, or both
     */
    String logoutToken(Map<String, Object> about, UnaryOperator<JWTClaimsSet.Builder> bend) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(CLIENT)
                .issueTime(new Date())
                .expirationTime(Date.from(Instant.now().plusSeconds(120)))
                .jwtID(UUID.randomUUID().toString())
                .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
        about.forEach(claims::claim);
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID("one")
                            .type(new JOSEObjectType("logout+jwt"))
                            .build(),
                    bend.apply(claims).build());
            token.sign(new RSASSASigner(forged ? another : key));
            return token.serialize();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The parameters of a query or a form. */
    static Map<String, String> form(String written) {
        return Arrays.stream(written.split("&"))
                .map(pair -> pair.split("=", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(
                        pair -> URLDecoder.decode(pair[0], StandardCharsets.UTF_8),
                        pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8),
                        (a, b) -> b));
    }

    static Map<String, String> query(String address) {
        return form(URI.create(address).getRawQuery());
    }

    private static String encoded(String words) {
        return java.net.URLEncoder.encode(words, StandardCharsets.UTF_8);
    }

    private static void json(HttpExchange x, String body) throws IOException {
        respond(x, 200, "application/json", body);
    }

    private static void respond(HttpExchange x, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        x.getResponseHeaders().add("Content-Type", type);
        x.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        x.getResponseBody().write(bytes);
        x.close();
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
