package health.weft.smart;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The keys that ID tokens are signed with, the same on every instance. The first is made when it is first needed. */
@Component
class SigningKeys implements JWKSource<SecurityContext> {
    private final JdbcClient jdbc;

    SigningKeys(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
        try {
            List<String> stored = stored();
            if (stored.isEmpty()) {
                JWK made = new RSAKeyGenerator(2048)
                        .keyID(UUID.randomUUID().toString())
                        .keyUse(KeyUse.SIGNATURE)
                        .algorithm(JWSAlgorithm.RS256)
                        .generate();
                // Of two instances that make the first at once, one does.
                jdbc.sql(
                                "insert into smart.signing_key (id, jwk) select ?, ? where not exists (select from smart.signing_key)")
                        .params(made.getKeyID(), made.toJSONString())
                        .update();
                stored = stored();
            }
            List<JWK> keys = new ArrayList<>();
            for (String jwk : stored) {
                keys.add(JWK.parse(jwk));
            }
            return selector.select(new JWKSet(keys));
        } catch (JOSEException | ParseException e) {
            throw new KeySourceException("The signing key cannot be read.", e);
        }
    }

    private List<String> stored() {
        return jdbc.sql("select jwk from smart.signing_key order by made desc, id limit 2")
                .query(String.class)
                .list();
    }
}
