package health.weft.partner;

import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * A partner's FHIR server, kept in memory: it takes what it is sent, answers every search with all that it has of the type, and gives
 * tokens to whoever signs with one of the keys published at an address it knows (SMART Backend Services).
 */
final class OtherServer implements AutoCloseable {
    static final String CLIENT = "network-client";

    private final HttpServer server;
    private final Map<String, ObjectNode> kept = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Set<String> spentIds = new HashSet<>();
    private int ids;
    final List<String> asked = new CopyOnWriteArrayList<>();
    final Set<String> tokens = ConcurrentHashMap.newKeySet();
    final List<JWTClaimsSet> assertions = new CopyOnWriteArrayList<>();
    volatile String subscriptions = "";
    volatile String keysAt = "";
    volatile String algorithm = "ES384";
    volatile String lost = "";

    /** Whether one of {@link #tokens} is asked for also where no keys are. */
    volatile boolean guarded;

    /** What happens elsewhere while a Subscription is made here, once. */
    final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

    OtherServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/r4", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** What its CapabilityStatement says of Subscription. */
    OtherServer offering(String topic) {
        subscriptions = """
                {"type":"Subscription","interaction":[{"code":"create"},{"code":"read"}]%s}""".formatted(topic.isEmpty() ? "" : """
                ,"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical",
                 "valueCanonical":"%s"}]""".formatted(topic));
        return this;
    }

    String base() {
        return "http://localhost:" + server.getAddress().getPort() + "/r4";
    }

    List<ObjectNode> all(String type) {
        synchronized (kept) {
            return kept.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(type + "/"))
                    .map(Map.Entry::getValue)
                    .toList();
        }
    }

    ObjectNode one(String type) {
        return all(type).getFirst();
    }

    /** Somebody there writes something. */
    String keep(ObjectNode resource) {
        String reference = Json.text(resource, "resourceType") + "/" + Json.text(resource, "id");
        kept.put(reference, resource);
        return reference;
    }

    /** Somebody there changes something. */
    void change(String reference, Consumer<ObjectNode> how) {
        kept.computeIfPresent(reference, (name, before) -> {
            ObjectNode after = before.deepCopy();
            how.accept(after);
            return versioned(after);
        });
    }

    void forget(String reference) {
        kept.remove(reference);
    }

    private static ObjectNode versioned(ObjectNode resource) {
        int version = resource.at("/meta/versionId").asString("0").matches("\\d+")
                ? Integer.parseInt(resource.at("/meta/versionId").asString("0"))
                : 0;
        resource.withObject("/meta").put("versionId", String.valueOf(version + 1));
        return resource;
    }

    // ------------------------------------------------------------------------------------------------

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().replaceFirst("^/r4/?", "");
        String method = exchange.getRequestMethod();
        byte[] body = exchange.getRequestBody().readAllBytes();
        asked.add(method + " " + path);
        if (path.equals("metadata")) {
            answer(exchange, 200, """
                    {"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","resource":[%s]}]}""".formatted(subscriptions));
        } else if (path.equals(".well-known/smart-configuration")) {
            answer(exchange, 200, """
                    {"token_endpoint":"%s/token","token_endpoint_auth_signing_alg_values_supported":["%s"]}""".formatted(base(), algorithm));
        } else if (path.equals("token")) {
            token(exchange, new String(body, StandardCharsets.UTF_8));
        } else if ((!keysAt.isEmpty() || guarded) && !isLetIn(exchange)) {
            answer(exchange, 401, "");
        } else if (method.equals("POST") && path.isEmpty()) {
            answer(exchange, 200, transaction(new String(body, StandardCharsets.UTF_8)));
        } else {
            resource(exchange, method, path, body);
        }
    }

    private void resource(HttpExchange exchange, String method, String path, byte[] body) throws IOException {
        switch (method) {
            case "POST" -> {
                if (path.equals("Subscription")) {
                    meanwhile.getAndSet(() -> {}).run();
                }
                ObjectNode made = Json.parse(body);
                String condition = String.valueOf(exchange.getRequestHeaders().getFirst("If-None-Exist"));
                String reference = identified(path, condition).orElseGet(() -> add(path, made));
                if (lost.equals(path)) {
                    lost = "";
                    exchange.close(); // taken, and nothing said
                    return;
                }
                exchange.getResponseHeaders().add("Location", base() + "/" + reference + "/_history/1");
                answer(exchange, 201, kept.get(reference).toString());
            }
            case "PUT" -> {
                ObjectNode resource = Json.parse(body);
                kept.put(path, versioned(resource));
                answer(exchange, 200, resource.toString());
            }
            case "DELETE" -> {
                kept.remove(path);
                answer(exchange, 200, "");
            }
            default -> {
                if (path.contains("/")) {
                    ObjectNode found = kept.get(path);
                    answer(exchange, found == null ? 404 : 200, found == null ? "" : found.toString());
                } else {
                    answer(
                            exchange,
                            200,
                            found(path, String.valueOf(exchange.getRequestURI().getQuery())));
                }
            }
        }
    }

    /** By identifier what has it, else all of the type whatever was asked, and the first of it twice. */
    private String found(String type, String query) {
        List<ObjectNode> all = all(type);
        ObjectNode bundle = Json.object("Bundle").put("type", "searchset");
        if (query.startsWith("identifier=")) {
            identified(type, query)
                    .ifPresent(
                            reference -> bundle.withArray("entry").addObject().set("resource", kept.get(reference)));
        } else {
            all.forEach(resource -> bundle.withArray("entry").addObject().set("resource", resource));
            all.stream()
                    .limit(1)
                    .forEach(resource -> bundle.withArray("entry").addObject().set("resource", resource));
        }
        return bundle.toString();
    }

    private Optional<String> identified(String type, String condition) {
        String value = condition.substring(condition.indexOf('|') + 1);
        return all(type).stream()
                .filter(resource -> condition.startsWith("identifier=")
                        && resource.at("/identifier/0/value").asString("").equals(value))
                .map(resource -> type + "/" + Json.text(resource, "id"))
                .findFirst();
    }

    private synchronized String add(String type, ObjectNode resource) {
        String id = "r" + ++ids;
        kept.put(type + "/" + id, versioned(resource.put("id", id)));
        return type + "/" + id;
    }

    private String transaction(String body) {
        String text = body;
        for (var entry : Json.parse(body).path("entry")) {
            String type = entry.at("/resource/resourceType").asString("");
            String reference = add(type, Json.object(type));
            text = text.replace(entry.path("fullUrl").asString(""), reference);
        }
        ObjectNode answer = Json.object("Bundle").put("type", "transaction-response");
        for (var entry : Json.parse(text).path("entry")) {
            String reference = entry.path("fullUrl").asString("");
            ObjectNode resource = (ObjectNode) entry.path("resource").deepCopy();
            resource.put("id", reference.substring(reference.indexOf('/') + 1));
            kept.put(reference, versioned(resource));
            answer.withArray("entry")
                    .addObject()
                    .putObject("response")
                    .put("status", "201")
                    .put("location", reference + "/_history/1");
        }
        return answer.toString();
    }

    // ------------------------------------------------------------------------------------------------ tokens

    private boolean isLetIn(HttpExchange exchange) {
        String bearer = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        return bearer.startsWith("Bearer ") && tokens.contains(bearer.substring(7));
    }

    private void token(HttpExchange exchange, String body) throws IOException {
        Map<String, String> form = Arrays.stream(body.split("&"))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(
                        field -> field[0], field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8)));
        String wrong = wrong(form);
        if (!wrong.isEmpty()) {
            answer(exchange, 400, "{\"error\":\"" + wrong + "\"}");
            return;
        }
        String token = "token-" + assertions.size();
        tokens.add(token);
        answer(exchange, 200, """
                {"access_token":"%s","token_type":"bearer","expires_in":300,"scope":"%s"}""".formatted(token, form.get("scope")));
    }

    /** What is wrong with a request for a token; empty when nothing is. */
    private String wrong(Map<String, String> form) {
        try {
            SignedJWT assertion = SignedJWT.parse(form.get("client_assertion"));
            JWTClaimsSet claims = assertion.getJWTClaimsSet();
            JWKSet published = JWKSet.parse(HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(keysAt)).build(), BodyHandlers.ofString())
                    .body());
            JWK key = published.getKeyByKeyId(assertion.getHeader().getKeyID());
            JWSVerifier verifier = key instanceof ECKey ec ? new ECDSAVerifier(ec) : new RSASSAVerifier(key.toRSAKey());
            boolean good = form.get("grant_type").equals("client_credentials")
                    && form.get("client_assertion_type")
                            .equals("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                    && assertion.getHeader().getAlgorithm().getName().equals(algorithm)
                    && assertion.verify(verifier)
                    && claims.getIssuer().equals(CLIENT)
                    && claims.getSubject().equals(CLIENT)
                    && claims.getAudience().equals(List.of(base() + "/token"))
                    && claims.getExpirationTime().toInstant().isAfter(Instant.now())
                    && claims.getExpirationTime()
                            .toInstant()
                            .isBefore(Instant.now().plusSeconds(300))
                    && spentIds.add(claims.getJWTID());
            if (good) {
                assertions.add(claims);
            }
            return good ? "" : "invalid_client";
        } catch (Exception e) {
            return "invalid_request";
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/fhir+json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
