package health.weft.signin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Seals secrets that the server must be able to read again, by a key that is not in the database ({@link SecretsKey}): whoever takes a
 * copy of the database computes nobody's codes.
 */
@Component
public class SecretBox {
    private static final Logger log = LoggerFactory.getLogger(SecretBox.class);

    private final Path file;
    private volatile @Nullable SecretsKey key;

    /** @param file of the key; where it is not set, {@code secrets.key} in the data folder, made when it is first needed */
    SecretBox(@Value("${weft.secrets-key-file:}") String file, @Value("${weft.data:data}") String data) {
        this.file = SecretsKey.place(Optional.of(file), Path.of(data));
    }

    /** @param bound what it belongs to: sealed for one, it opens for no other */
    public byte[] seal(byte[] secret, String bound) {
        return key().seal(secret, bound);
    }

    /** Empty when it was sealed by another key, for somebody else, or was changed. */
    public Optional<byte[]> open(byte[] sealed, String bound) {
        Optional<byte[]> opened = key().open(sealed, bound);
        if (opened.isEmpty()) {
            log.warn("A secret does not open with the key in {}: bring back the key that it was sealed with", file);
        }
        return opened;
    }

    private synchronized SecretsKey key() {
        SecretsKey known = key;
        if (known == null) {
            try {
                known = SecretsKey.inOrMade(file);
                key = known;
            } catch (IOException e) {
                throw new IllegalStateException("The key in " + file + " can be neither read nor made.", e);
            }
        }
        return known;
    }
}
