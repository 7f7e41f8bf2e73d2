package health.weft.signin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** Random values, how they are written, and the hash by which they are kept. */
public final class Secrets {
    /** RFC 4648, section 6. */
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    static byte[] random(int bytes) {
        byte[] made = new byte[bytes];
        RANDOM.nextBytes(made);
        return made;
    }

    /** 256 random bits for an address or a cookie. */
    public static String token() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random(32));
    }

    /** SHA-256, by which a secret is kept. */
    public static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Compares in a time that does not tell how much is the same. */
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** Base32 without padding, as authenticator apps take it. */
    static String base32(byte[] bytes) {
        StringBuilder written = new StringBuilder();
        int bits = 0;
        int held = 0;
        for (byte b : bytes) {
            bits = bits << 8 | b & 0xff;
            held += 8;
            while (held >= 5) {
                held -= 5;
                written.append(BASE32.charAt(bits >> held & 31));
            }
            bits &= (1 << held) - 1;
        }
        return held == 0
                ? written.toString()
                : written.append(BASE32.charAt(bits << 5 - held & 31)).toString();
    }

    /** In groups of four, to be read and typed. */
    static String grouped(String written) {
        return written.replaceAll("(.{4})(?=.)", "$1 ");
    }
}
