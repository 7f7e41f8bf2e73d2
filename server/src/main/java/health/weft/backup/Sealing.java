package health.weft.backup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * A file that only its key opens: chunks of AES-256-GCM, each bound to its number, to whether it is the last, and to the head of the file.
 * So a chunk that is changed, moved, left out or put in does not open, and a file that was cut short is seen.
 *
 * <pre>
 * head    "WEFTBAK1", salt (16 bytes), start of all nonces (7 bytes)
 * chunk   length (4 bytes), sealed bytes; nonce: start, number (4 bytes), 1 when it is the last (1 byte)
 * </pre>
 *
 * The construction is STREAM (V. T. Hoang, R. Reyhanitabar, P. Rogaway and D. Vizár, Online Authenticated-Encryption and its Nonce-Reuse
 * Misuse-Resistance, CRYPTO 2015, section 7). The key comes from a passphrase by Argon2id (RFC 9106: 64 MiB, three passes).
 */
final class Sealing {
    /** Fewer characters are a passphrase that is guessed. */
    static final int SHORTEST = 16;

    private static final byte[] MAGIC = "WEFTBAK1".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT = 16;
    private static final int START = 7;
    private static final int HEAD = MAGIC.length + SALT + START;
    private static final int CHUNK = 1 << 16;
    private static final int TAG = 16;

    private Sealing() {}

    /** Why a file cannot be opened, in words for whoever tries. */
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    /** What is written goes out sealed; closing it writes the last chunk, and not closing it leaves a file that does not open. */
    static OutputStream out(OutputStream to, char[] passphrase) throws IOException {
        byte[] head = new byte[HEAD];
        byte[] random = new byte[SALT + START];
        new SecureRandom().nextBytes(random);
        System.arraycopy(MAGIC, 0, head, 0, MAGIC.length);
        System.arraycopy(random, 0, head, MAGIC.length, random.length);
        to.write(head);
        return new Out(to, new Chunks(head, passphrase));
    }

    /**
     * Opens a sealed file.
     *
     * @throws Broken when it is none; reading throws it when the key is another or the file is not as it was written
     */
    static InputStream in(InputStream from, char[] passphrase) throws IOException {
        byte[] head = from.readNBytes(HEAD);
        if (head.length < HEAD || !Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new Broken("This is no backup of Weft.");
        }
        return new In(from, new Chunks(head, passphrase));
    }

    private static final class Chunks {
        private final byte[] head;
        private final SecretKeySpec key;
        private int number;

        Chunks(byte[] head, char[] passphrase) {
            this.head = head;
            this.key = new SecretKeySpec(
                    key(passphrase, Arrays.copyOfRange(head, MAGIC.length, MAGIC.length + SALT)), "AES");
        }

        byte[] next(int mode, byte[] bytes, int length, boolean last) throws IOException {
            if (number < 0) {
                throw new IOException("A backup holds 128 TiB at most.");
            }
            byte[] nonce = ByteBuffer.allocate(12)
                    .put(head, MAGIC.length + SALT, START)
                    .putInt(number++)
                    .put((byte) (last ? 1 : 0))
                    .array();
            try {
                Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
                cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
                cipher.updateAAD(head);
                return cipher.doFinal(bytes, 0, length);
            } catch (AEADBadTagException e) {
                throw new Broken(
                        number == 1
                                ? "The key does not open this backup, or the file was changed."
                                : "The backup was changed after it was written: chunk " + number + " does not open.");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static byte[] key(char[] passphrase, byte[] salt) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(1 << 16)
                .withIterations(3)
                .withParallelism(1)
                .withSalt(salt)
                .build());
        byte[] key = new byte[32];
        generator.generateBytes(passphrase, key);
        return key;
    }

    private static final class Out extends OutputStream {
        private final OutputStream to;
        private final Chunks chunks;
        private final byte[] chunk = new byte[CHUNK];
        private int filled;
        private boolean closed;

        Out(OutputStream to, Chunks chunks) {
            this.to = to;
            this.chunks = chunks;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            int at = from;
            while (at < from + length) {
                if (filled == CHUNK) {
                    seal(false);
                }
                int some = Math.min(CHUNK - filled, from + length - at);
                System.arraycopy(bytes, at, chunk, filled, some);
                filled += some;
                at += some;
            }
        }

        private void seal(boolean last) throws IOException {
            byte[] sealed = chunks.next(Cipher.ENCRYPT_MODE, chunk, filled, last);
            to.write(ByteBuffer.allocate(4).putInt(sealed.length).array());
            to.write(sealed);
            filled = 0;
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                seal(true);
                to.close();
            }
        }
    }

    private static final class In extends InputStream {
        private final InputStream from;
        private final Chunks chunks;
        private byte[] open = new byte[0];
        private int at;
        private byte[] ahead;

        In(InputStream from, Chunks chunks) throws IOException {
            this.from = from;
            this.chunks = chunks;
            this.ahead = sealed();
        }

        /** The next sealed chunk; empty where the file ends. */
        private byte[] sealed() throws IOException {
            byte[] length = from.readNBytes(4);
            if (length.length == 0) {
                return length;
            }
            int expected = length.length < 4 ? 0 : ByteBuffer.wrap(length).getInt();
            if (expected < TAG || expected > CHUNK + TAG) {
                throw new Broken("The backup was cut short or changed after it was written.");
            }
            byte[] sealed = from.readNBytes(expected);
            if (sealed.length < expected) {
                throw new Broken("The backup was cut short: its end is missing.");
            }
            return sealed;
        }

        private boolean fill() throws IOException {
            while (at == open.length) {
                if (ahead.length == 0) {
                    return false;
                }
                byte[] next = sealed();
                open = chunks.next(Cipher.DECRYPT_MODE, ahead, ahead.length, next.length == 0);
                ahead = next;
                at = 0;
            }
            return true;
        }

        @Override
        public int read() throws IOException {
            return fill() ? open[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int some = Math.min(length, open.length - at);
            System.arraycopy(open, at, into, offset, some);
            at += some;
            return some;
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }

    /** Reads exactly so many bytes. */
    static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The backup ends too early.");
        }
        return bytes;
    }
}
