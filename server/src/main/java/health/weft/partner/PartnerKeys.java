package health.weft.partner;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import health.weft.signin.SecretBox;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The keys by which this server shows other servers who it is (SMART App Launch 2.2, "Client Authentication: Asymmetric"; RFC 7523):
 * made here when they are first needed, the private half sealed, the public half for everybody to read. A new one is made after some
 * months, and signs once others have had a day to read it.
 */
@Component
class PartnerKeys {
    private static final int RSA_BITS = 2048;
    /** SMART allows five minutes; clocks differ. */
    private static final Duration ASSERTION = Duration.ofMinutes(4);

    private final KeyStore store;
    private final SecretBox box;
    private final Duration age;
    private final Clock clock;

    PartnerKeys(KeyStore store, SecretBox box, Clock clock, @Value("${weft.partner.key-age:180d}") Duration age) {
        this.store = store;
        this.box = box;
        this.clock = clock;
        this.age = age;
    }

    /** The public keys, of both kinds that SMART knows, as JWKs; made when there are none or the last is old. */
    List<String> published() {
        for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.ES384, JWSAlgorithm.RS384)) {
            if (!store.hasYounger(algorithm.getName(), age)) {
                make(algorithm);
            }
        }
        return store.published();
    }

    /** Says who this server is to the token endpoint of another, in an assertion that is good once and for some minutes. */
    String assertion(String clientId, String audience, JWSAlgorithm algorithm) {
        published();
        KeyStore.Sealed signing = store.signing(algorithm.getName());
        byte[] open = box.open(signing.key(), bound(signing.id()))
                .orElseThrow(() -> new IllegalStateException("The key " + signing.id() + " does not open."));
        try {
            JWK key = JWK.parse(new String(open, StandardCharsets.UTF_8));
            JWSSigner signer = key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner(key.toECKey());
            JWTClaimsSet claims = new JWTClaimsSet.Builder()
                    .issuer(clientId)
                    .subject(clientId)
                    .audience(audience)
                    .issueTime(Date.from(clock.instant()))
                    .expirationTime(Date.from(clock.instant().plus(ASSERTION)))
                    .jwtID(UUID.randomUUID().toString())
                    .build();
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(algorithm)
                            .keyID(signing.id())
                            .type(JOSEObjectType.JWT)
                            .build(),
                    claims);
            jwt.sign(signer);
            return jwt.serialize();
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("The key " + signing.id() + " does not sign.", e);
        }
    }

    private void make(JWSAlgorithm algorithm) {
        String id = UUID.randomUUID().toString();
        try {
            JWK key = algorithm.equals(JWSAlgorithm.RS384) ? rsa(id) : ec(id);
            byte[] closed = box.seal(key.toJSONString().getBytes(StandardCharsets.UTF_8), bound(id));
            // Two instances that make the first at once make two: both are published, either signs.
            store.keep(id, algorithm.getName(), key.toPublicJWK().toJSONString(), closed, age);
        } catch (JOSEException e) {
            throw new IllegalStateException("No key could be made.", e);
        }
    }

    private static RSAKey rsa(String id) throws JOSEException {
        return new RSAKeyGenerator(RSA_BITS)
                .keyID(id)
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.RS384)
                .generate();
    }

    private static ECKey ec(String id) throws JOSEException {
        return new ECKeyGenerator(Curve.P_384)
                .keyID(id)
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.ES384)
                .generate();
    }

    private static String bound(String id) {
        return "partner key " + id;
    }
}
