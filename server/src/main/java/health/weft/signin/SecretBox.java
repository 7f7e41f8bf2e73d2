package health.weft.signin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Seals secrets that the server must be able to read again, by AES-256-GCM (NIST SP 800-38D) with a key in a file beside the database and
 * not in it: whoever takes a copy of the database or a backup of it computes nobody's codes.
 */
@Component
public class SecretBox {
    private static final Logger log = LoggerFactory.getLogger(SecretBox.class);
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Path file;
    private volatile byte[] key = {};

    /** @param file 64 hexadecimal digits; where it is not set, {@code secrets.key} in the data folder, made when it is first needed */
    SecretBox(@Value("${weft.secrets-key-file:}") String file, @Value("${weft.data:data}") String data) {
        this.file = file.isBlank() ? Path.of(data).resolve("secrets.key") : Path.of(file);
    }

    /** @param bound what it belongs to: sealed for one, it opens for no other */
    public byte[] seal(byte[] secret, String bound) {
        byte[] nonce = Secrets.random(NONCE_BYTES);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, bound).doFinal(secret);
            return ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Empty when it was sealed by another key, for somebody else, or was changed. */
    public Optional<byte[]> open(byte[] sealed, String bound) {
        if (sealed.length <= NONCE_BYTES) {
            return Optional.empty();
        }
        ByteBuffer parts = ByteBuffer.wrap(sealed);
        byte[] nonce = new byte[NONCE_BYTES];
        parts.get(nonce);
        try {
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, nonce, bound).doFinal(sealed, NONCE_BYTES, parts.remaining()));
        } catch (AEADBadTagException e) {
            log.warn("A secret does not open with the key in {}: bring back the key that it was sealed with", file);
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String bound) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(bound.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private synchronized byte[] key() {
        if (key.length == 0) {
            try {
                key = Files.exists(file) ? read() : make();
            } catch (IOException e) {
                throw new IllegalStateException("The key in " + file + " can be neither read nor made.", e);
            }
        }
        return key;
    }

    private byte[] read() throws IOException {
        String digits = Files.readString(file).strip();
        if (!digits.matches("[0-9a-fA-F]{" + 2 * KEY_BYTES + "}")) {
            throw new IllegalStateException("The key in " + file + " must be 64 hexadecimal digits.");
        }
        return HexFormat.of().parseHex(digits);
    }

    /** Whole or not at all, and readable by this user only; another instance may have been first. */
    private byte[] make() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path fresh = Files.createTempFile(
                folder,
                "secrets",
                ".key",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, HexFormat.of().formatHex(Secrets.random(KEY_BYTES)) + "\n");
        try {
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException other) {
            // Theirs counts.
        } catch (UnsupportedOperationException noLinks) {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.deleteIfExists(fresh);
        return read();
    }
}
