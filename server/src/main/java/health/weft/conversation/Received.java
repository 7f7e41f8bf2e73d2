package health.weft.conversation;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import org.apache.tika.Tika;

/**
 * A file as it came, known to be one of the kinds that are taken: what it is, is told by its content and not by its name.
 *
 * @param name without folders, with the ending of what it is
 */
record Received(String name, String contentType, byte[] bytes) {
    private static final int LONGEST_NAME = 80;
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
    static Received of(String name, byte[] bytes) {
        if (bytes.length == 0) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.file-empty");
        }
        String type = TIKA.detect(bytes);
        String ending = KINDS.get(type);
        if (ending == null) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.file-kind");
        }
        return new Received(named(name, ending), type, bytes);
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

    byte[] sha1() {
        return digest("SHA-1");
    }

    byte[] sha256() {
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
