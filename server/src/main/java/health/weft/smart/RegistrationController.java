package health.weft.smart;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.RecordStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An app registers itself (RFC 7591). It works once somebody has approved it. */
@RestController
class RegistrationController {
    private static final Caller ANYBODY = new Caller("unknown", "Unknown app", "app", "App", Set.of(), "en");
    private static final int LONGEST = 50_000;

    private final Apps apps;
    private final RecordStore store;
    private final Audit audit;

    RegistrationController(Apps apps, RecordStore store, Audit audit) {
        this.apps = apps;
        this.store = store;
        this.audit = audit;
    }

    @PostMapping(path = "/oauth2/register", consumes = "application/json", produces = "application/json")
    ResponseEntity<String> register(@RequestBody byte[] body) {
        try {
            if (body.length > LONGEST) {
                throw Problem.invalid("A registration has at most " + LONGEST + " bytes.");
            }
            if (!apps.isRoom()) {
                return answer(503, error("temporarily_unavailable", "Too many registrations wait to be looked at."));
            }
            JsonNode sent = Json.mapper().readTree(body);
            Registration registration = read(sent);
            apps.add(registration.app());
            audit.record(ANYBODY, Audit.Action.APP, "app/" + registration.app().id() + "/registered", List.of());
            return answer(201, told(registration));
        } catch (JacksonException e) {
            return answer(400, error("invalid_client_metadata", "This is not JSON."));
        } catch (Problem e) {
            audit.refused(ANYBODY, "app/registered", List.of());
            String message = String.valueOf(e.getMessage());
            return answer(
                    400,
                    error(
                            message.startsWith("An address") || message.startsWith("redirect_uris")
                                    ? "invalid_redirect_uri"
                                    : "invalid_client_metadata",
                            message));
        }
    }

    private Registration read(JsonNode sent) {
        List<String> grants = words(sent.path("grant_types"));
        boolean service = grants.contains("client_credentials");
        if (service && grants.contains("authorization_code")) {
            throw Problem.invalid("Register an app and a service each for itself.");
        }
        String method = sent.path("token_endpoint_auth_method").asString("client_secret_basic");
        boolean keys = method.equals("private_key_jwt");
        App.Kind kind =
                switch (method) {
                    case "none" -> App.Kind.PUBLIC;
                    case "client_secret_basic", "client_secret_post" -> App.Kind.CONFIDENTIAL;
                    case "private_key_jwt" -> service ? App.Kind.SERVICE : App.Kind.CONFIDENTIAL;
                    default ->
                        throw Problem.invalid(
                                "token_endpoint_auth_method can be none, client_secret_basic, client_secret_post or private_key_jwt.");
                };
        if (service && !keys) {
            throw Problem.invalid("A service shows who it is by private_key_jwt.");
        }
        JsonNode jwks = sent.get("jwks");
        return Registration.of(
                sent.path("client_name").asString(""),
                String.join(", ", words(sent.path("contacts"))),
                kind,
                words(sent.path("redirect_uris")),
                text(sent, "initiate_login_uri"),
                Arrays.stream(sent.path("scope").asString("").split(" "))
                        .filter(s -> !s.isEmpty())
                        .distinct()
                        .toList(),
                keys && jwks != null ? jwks.toString() : null,
                keys ? text(sent, "jwks_uri") : null,
                store.parameters());
    }

    private static @Nullable String text(JsonNode sent, String name) {
        String text = sent.path(name).asString("");
        return text.isEmpty() ? null : text;
    }

    private static List<String> words(JsonNode array) {
        List<String> words = new ArrayList<>();
        array.forEach(each -> words.add(each.asString("")));
        return words;
    }

    private static ObjectNode told(Registration registration) {
        App app = registration.app();
        ObjectNode told = Json.mapper().createObjectNode();
        told.put("client_id", app.id());
        told.put("client_id_issued_at", app.registered().getEpochSecond());
        if (registration.secret() != null) {
            told.put("client_secret", registration.secret());
            told.put("client_secret_expires_at", 0);
        }
        told.put("client_name", app.name());
        app.redirectUris().forEach(told.putArray("redirect_uris")::add);
        told.put("scope", String.join(" ", app.scopes()));
        told.put(
                "token_endpoint_auth_method",
                app.hasKeys() ? "private_key_jwt" : app.secret() == null ? "none" : "client_secret_basic");
        var grants = told.putArray("grant_types");
        if (app.kind() == App.Kind.SERVICE) {
            grants.add("client_credentials");
        } else {
            grants.add("authorization_code").add("refresh_token");
            told.putArray("response_types").add("code");
        }
        // Not one of RFC 7591's own: what comes next.
        told.put("status", "pending: it works once the network has approved it");
        return told;
    }

    private static ObjectNode error(String code, String words) {
        return Json.mapper().createObjectNode().put("error", code).put("error_description", words);
    }

    private static ResponseEntity<String> answer(int status, ObjectNode body) {
        return ResponseEntity.status(status)
                .cacheControl(CacheControl.noStore())
                .body(body.toString());
    }
}
