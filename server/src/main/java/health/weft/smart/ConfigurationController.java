package health.weft.smart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Where apps find what this server can (SMART App Launch 2.2, section 2.1). */
@RestController
class ConfigurationController {
    private static final List<String> SCOPES = List.of(
            "openid",
            "fhirUser",
            "profile",
            "launch",
            "launch/patient",
            "launch/encounter",
            "offline_access",
            "online_access",
            "patient/*.cruds",
            "user/*.cruds",
            "system/*.cruds");

    /** JSON whatever is asked for (SMART 2.2, "Conformance"): some clients ask for {@code application/fhir+json} at every address of the server. */
    @GetMapping("/fhir/.well-known/smart-configuration")
    ResponseEntity<Map<String, Object>> configuration() {
        String here = ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("issuer", here);
        all.put("jwks_uri", here + "/oauth2/jwks");
        all.put("authorization_endpoint", here + "/oauth2/authorize");
        all.put("token_endpoint", here + "/oauth2/token");
        all.put("introspection_endpoint", here + "/oauth2/introspect");
        all.put("revocation_endpoint", here + "/oauth2/revoke");
        all.put("registration_endpoint", here + "/oauth2/register");
        all.put("management_endpoint", here + "/apps");
        all.put(
                "token_endpoint_auth_methods_supported",
                List.of("none", "client_secret_basic", "client_secret_post", "private_key_jwt"));
        all.put("token_endpoint_auth_signing_alg_values_supported", List.of("RS384", "ES384"));
        all.put("grant_types_supported", List.of("authorization_code", "refresh_token", "client_credentials"));
        all.put("response_types_supported", List.of("code"));
        all.put("code_challenge_methods_supported", List.of("S256"));
        all.put("scopes_supported", SCOPES);
        all.put(
                "capabilities",
                List.of(
                        "launch-ehr",
                        "launch-standalone",
                        "authorize-post",
                        "client-public",
                        "client-confidential-symmetric",
                        "client-confidential-asymmetric",
                        "sso-openid-connect",
                        "context-banner",
                        "context-ehr-patient",
                        "context-ehr-encounter",
                        "context-standalone-patient",
                        "permission-offline",
                        "permission-online",
                        "permission-patient",
                        "permission-user",
                        "permission-v1",
                        "permission-v2"));
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(all);
    }
}
