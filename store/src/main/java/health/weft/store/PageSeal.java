package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.node.ObjectNode;

/**
 * Seals where a page ended into a token: sort values may be health data and must not stand in a URL, and a token fits only the
 * search it was made for. AES-256-GCM. Whoever presents a token still sees only what they may see.
 */
final class PageSeal {
    private static final int NONCE = 12;
    private static final SecureRandom RANDOM = new SecureRandom();
    private final SecretKeySpec key;

    PageSeal(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    String seal(ObjectNode position, String search) {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, search).doFinal(Json.bytes(position));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(ByteBuffer.allocate(NONCE + sealed.length)
                            .put(nonce)
                            .put(sealed)
                            .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Opens a token.
     *
     * @throws InvalidResource when it is none of this database's, or of another search
     */
    ObjectNode open(String token, String search) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            if (bytes.length <= NONCE) {
                throw broken();
            }
            ByteBuffer in = ByteBuffer.wrap(bytes);
            byte[] nonce = new byte[NONCE];
            in.get(nonce);
            byte[] sealed = new byte[in.remaining()];
            in.get(sealed);
            return Json.parse(cipher(Cipher.DECRYPT_MODE, nonce, search).doFinal(sealed));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw broken();
        }
    }

    private static InvalidResource broken() {
        return new InvalidResource(
                Issue.error(
                        "value",
                        "The _page token does not fit this search. Follow the next link as given, or start again without _page."));
    }

    private Cipher cipher(int mode, byte[] nonce, String search) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(128, nonce));
        cipher.updateAAD(search.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
