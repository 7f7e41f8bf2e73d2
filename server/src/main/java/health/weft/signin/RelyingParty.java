package health.weft.signin;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.env.Environment;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.webauthn.api.AuthenticatorAssertionResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorAttestationResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorSelectionCriteria;
import org.springframework.security.web.webauthn.api.PublicKeyCredential;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialCreationOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRequestOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRpEntity;
import org.springframework.security.web.webauthn.api.ResidentKeyRequirement;
import org.springframework.security.web.webauthn.api.UserVerificationRequirement;
import org.springframework.security.web.webauthn.jackson.WebauthnJacksonModule;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialCreationOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialRequestOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutableRelyingPartyRegistrationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyAuthenticationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyPublicKey;
import org.springframework.security.web.webauthn.management.Webauthn4JRelyingPartyOperations;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * This server as the relying party of WebAuthn (Level 3): what it asks of an authenticator, and whether the answer is right.
 *
 * <p>A passkey is discoverable, so that nobody types a user name, and verifies its person by PIN, finger or face: possession and
 * that together are both factors. It works for the host of {@code weft.base-url}; without one, for this machine itself.
 */
@Component
class RelyingParty {
    private final Passkeys passkeys;
    private final Environment environment;
    private final String baseUrl;
    private final JsonMapper json =
            JsonMapper.builder().addModule(new WebauthnJacksonModule()).build();

    RelyingParty(Passkeys passkeys, Environment environment, @Value("${weft.base-url:}") String baseUrl) {
        this.passkeys = passkeys;
        this.environment = environment;
        this.baseUrl = baseUrl;
    }

    PublicKeyCredentialCreationOptions registration(Authentication person) {
        return operations()
                .createPublicKeyCredentialCreationOptions(
                        new ImmutablePublicKeyCredentialCreationOptionsRequest(person));
    }

    /**
     * Keeps a new passkey.
     *
     * @param answer of the authenticator, as JSON
     * @throws RuntimeException when it does not answer these options
     */
    void register(PublicKeyCredentialCreationOptions options, String answer, String name) {
        PublicKeyCredential<AuthenticatorAttestationResponse> made = json.readValue(answer, new TypeReference<>() {});
        operations()
                .registerCredential(
                        new ImmutableRelyingPartyRegistrationRequest(options, new RelyingPartyPublicKey(made, name)));
    }

    PublicKeyCredentialRequestOptions question(Authentication nobody) {
        return operations()
                .createCredentialRequestOptions(new ImmutablePublicKeyCredentialRequestOptionsRequest(nobody));
    }

    /**
     * Whose passkey answered.
     *
     * @throws RuntimeException when the answer is not right, or the passkey is not known
     */
    String answered(PublicKeyCredentialRequestOptions question, String answer) {
        PublicKeyCredential<AuthenticatorAssertionResponse> shown = json.readValue(answer, new TypeReference<>() {});
        return operations()
                .authenticate(new RelyingPartyAuthenticationRequest(question, shown))
                .getName();
    }

    /** As the browser takes it. */
    String json(Object options) throws JacksonException {
        return json.writeValueAsString(options);
    }

    private Webauthn4JRelyingPartyOperations operations() {
        URI base = URI.create(
                baseUrl.isBlank()
                        ? "http://localhost:" + environment.getProperty("local.server.port", "8080")
                        : baseUrl);
        String origin = base.getScheme() + "://" + base.getAuthority();
        Webauthn4JRelyingPartyOperations operations = new Webauthn4JRelyingPartyOperations(
                passkeys,
                passkeys,
                PublicKeyCredentialRpEntity.builder()
                        .id(base.getHost())
                        .name("Weft")
                        .build(),
                Set.of(origin));
        operations.setCustomizeCreationOptions(
                options -> options.authenticatorSelection(AuthenticatorSelectionCriteria.builder()
                        .residentKey(ResidentKeyRequirement.REQUIRED)
                        .userVerification(UserVerificationRequirement.REQUIRED)
                        .build()));
        operations.setCustomizeRequestOptions(
                options -> options.allowCredentials(List.of()).userVerification(UserVerificationRequirement.REQUIRED));
        return operations;
    }
}
