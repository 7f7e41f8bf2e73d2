package health.weft.directory;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What somebody sends, on disk while it is read; deleted after. */
final class FeedUpload implements AutoCloseable {
    private static final int BUFFER = 65_536;

    /** So many times of what is taken at most is read to its end. */
    private static final int PASSED_OVER = 4;

    private final Path path;

    /**
     * Takes the body of a request.
     *
     * @throws Problem too large; the client has heard out then, for one that is cut off while it sends never reads the answer
     */
    static FeedUpload of(HttpServletRequest request, long most) throws IOException {
        long said = request.getContentLengthLong();
        if (said > most && request.getHeader("Expect") != null) {
            throw large(most); // it waits for a word before it sends
        }
        return new FeedUpload(request.getInputStream(), said, most);
    }

    /**
     * @param said how many bytes it says it has; negative when it does not
     * @throws Problem too large
     */
    FeedUpload(InputStream in, long said, long most) throws IOException {
        if (said > most) {
            passOver(in, most);
            throw large(most);
        }
        this.path = Files.createTempFile("weft-feed", "");
        try (OutputStream out = Files.newOutputStream(path)) {
            byte[] buffer = new byte[BUFFER];
            long taken = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                taken += n;
                if (taken > most) {
                    passOver(in, most);
                    throw large(most);
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Reads the rest and keeps nothing of it; what has no end is left. */
    private static void passOver(InputStream in, long most) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long passed = 0;
        for (int n = in.read(buffer); n >= 0 && passed < PASSED_OVER * most; n = in.read(buffer)) {
            passed += n;
        }
    }

    private static Problem large(long most) {
        return Problem.of(Category.TOO_LARGE, "directory.problem.large", most / 1_000_000);
    }

    Path path() {
        return path;
    }

    /** The name of a file as somebody calls theirs: no folders, nothing that is no letter. */
    static String name(String given) {
        String name = given.replaceFirst(".*[/\\\\]", "").replaceAll("[^\\p{L}\\p{N}._ -]", "_");
        return name.isBlank() ? "feed" : name.substring(0, Math.min(120, name.length()));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
