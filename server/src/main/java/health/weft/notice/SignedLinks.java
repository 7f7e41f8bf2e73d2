package health.weft.notice;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The secret part of links in mails: an id with an HMAC-SHA256 (RFC 2104) of it and of the page that it leads to. What the link opens, and
 * until when, is for whoever made the id to say; it is nowhere kept as a whole.
 */
@Component
public class SignedLinks {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int ID = 16;
    private static final int SIGNATURE = 32;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{64}");

    private final JdbcClient jdbc;

    SignedLinks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The secret part of a link to a page. */
    public String token(String path, UUID id) {
        byte[] bytes = ByteBuffer.allocate(ID + SIGNATURE)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .put(signature(path, id))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The id that was signed for this page; empty when this was not. */
    public Optional<UUID> id(String path, String token) {
        if (!FORM.matcher(token).matches()) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
        UUID id = new UUID(bytes.getLong(), bytes.getLong());
        byte[] signature = Arrays.copyOfRange(bytes.array(), ID, ID + SIGNATURE);
        return MessageDigest.isEqual(signature, signature(path, id)) ? Optional.of(id) : Optional.empty();
    }

    private byte[] signature(String path, UUID id) {
        byte[] secret = jdbc.sql("select secret from notice.link_key order by made desc limit 1")
                .query(byte[].class)
                .single();
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac.doFinal((path + id).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is not there.", e);
        }
    }
}
