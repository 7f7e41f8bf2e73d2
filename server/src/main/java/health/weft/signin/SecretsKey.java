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
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that seals secrets which the server must be able to read again: AES-256-GCM (NIST SP 800-38D), in a file beside the database
 * and not in it, 64 hexadecimal digits.
 */
public final class SecretsKey {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] key;

    private SecretsKey(byte[] key) {
        this.key = key;
    }

    /** @throws IllegalArgumentException when these are not 64 hexadecimal digits */
    public static SecretsKey of(String digits) {
        if (!digits.matches("[0-9a-fA-F]{" + 2 * KEY_BYTES + "}")) {
            throw new IllegalArgumentException("A key must be " + 2 * KEY_BYTES + " hexadecimal digits.");
        }
        return new SecretsKey(HexFormat.of().parseHex(digits));
    }

    /** Where it stands: in the file that was named, else in {@code secrets.key} of the data folder. */
    public static Path place(Optional<String> file, Path data) {
        return file.filter(name -> !name.isBlank()).map(Path::of).orElseGet(() -> data.resolve("secrets.key"));
    }

    /**
     * The key in a file; empty when there is no such file.
     *
     * @throws IOException when it cannot be read or holds something else
     */
    public static Optional<SecretsKey> in(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(of(Files.readString(file).strip()));
        } catch (IllegalArgumentException e) {
            throw new IOException("The key in " + file + " must be 64 hexadecimal digits.", e);
        }
    }

    /** The key in a file, made when there is none. */
    static SecretsKey inOrMade(Path file) throws IOException {
        Optional<SecretsKey> there = in(file);
        if (there.isPresent()) {
            return there.get();
        }
        new SecretsKey(Secrets.random(KEY_BYTES)).putInto(file);
        return in(file).orElseThrow(() -> new IOException(file + " is not there."));
    }

    /**
     * Puts it into a file that is not there yet: whole or not at all, and readable by this user only.
     *
     * @return false when there is one meanwhile, which stays as it is
     */
    public boolean putInto(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path fresh = Files.createTempFile(
                folder,
                "secrets",
                ".key",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(fresh, digits() + "\n");
            Files.createLink(file, fresh);
            return true;
        } catch (FileAlreadyExistsException other) {
            return false;
        } catch (UnsupportedOperationException noLinks) {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** As it stands in its file. */
    public String digits() {
        return HexFormat.of().formatHex(key);
    }

    public boolean isSameAs(SecretsKey other) {
        return MessageDigest.isEqual(key, other.key);
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
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String bound) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(bound.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
