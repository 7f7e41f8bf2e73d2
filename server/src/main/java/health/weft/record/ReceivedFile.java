package health.weft.record;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import org.apache.tika.Tika;

/**
 * A file as it came, known to be one of the kinds that are taken: what it is, is told by its content and not by its name.
 *
 * @param name without folders, with the ending of what it is
 */
public record ReceivedFile(String name, String contentType, byte[] bytes) {
    private static final int LONGEST_NAME = 80;
    private static final int LONGEST_HEADER = 2_000;
    private static final Tika TIKA = new Tika();

    /** What is taken, with its ending: nothing that a computer runs, and no archive that hides something. */
    private static final Map<String, String> KINDS = Map.of(
            "application/pdf", ".pdf",
            "image/jpeg", ".jpg",
            "image/png", ".png",
            "image/webp", ".webp",
            "image/heic", ".heic",
            "text/plain", ".txt");

    /** @throws Problem unprocessable, when it is empty or none of the kinds that are taken */
    public static ReceivedFile of(String name, byte[] bytes) {
        if (bytes.length == 0) {
            throw Problem.of(Category.UNPROCESSABLE, "problem.file-empty");
        }
        String type = TIKA.detect(bytes);
        String ending = KINDS.get(type);
        if (ending == null) {
            throw Problem.of(Category.UNPROCESSABLE, "problem.file-kind");
        }
        return new ReceivedFile(named(name, ending), type, bytes);
    }

    /** The name in a header, as a browser writes it: percent-encoded; what cannot be read is no name. */
    public static String nameIn(String header) {
        try {
            return URLDecoder.decode(
                    header.length() > LONGEST_HEADER ? header.substring(0, LONGEST_HEADER) : header,
                    StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String named(String given, String ending) {
        String name = given.replaceFirst("(?s).*[/\\\\]", "")
                .replaceFirst("\\.\\w{1,5}$", "")
                .replaceAll("[^\\p{L}\\p{M}\\p{N} ._()-]", "_")
                .strip();
        String base = name.isBlank() || name.matches("[._ ]*") ? "file" : name;
        return base.substring(
                        0, base.offsetByCodePoints(0, Math.min(LONGEST_NAME, base.codePointCount(0, base.length()))))
                + ending;
    }

    /** Attachment.hash is SHA-1 (R4, 2.24.0.4). */
    public byte[] sha1() {
        return digest("SHA-1");
    }

    public byte[] sha256() {
        return digest("SHA-256");
    }

    private byte[] digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
