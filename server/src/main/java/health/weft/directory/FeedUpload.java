package health.weft.directory;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Body;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What somebody sends, on disk while it is read; deleted after. */
final class FeedUpload implements AutoCloseable {
    private static final int BUFFER = 65_536;

    private final Path path;

    /**
     * Takes the body of a request.
     *
     * @throws Problem too large; the client has heard out then, for one that is cut off while it sends never reads the answer
     */
    static FeedUpload of(HttpServletRequest request, long most) throws IOException {
        return new FeedUpload(request.getInputStream(), request.getContentLengthLong(), most);
    }

    /**
     * @param said how many bytes it says it has; negative when it does not
     * @throws Problem too large
     */
    FeedUpload(InputStream in, long said, long most) throws IOException {
        if (said > most) {
            Body.passOver(in, most);
            throw large(most);
        }
        this.path = Files.createTempFile("weft-feed", "");
        try (OutputStream out = Files.newOutputStream(path)) {
            byte[] buffer = new byte[BUFFER];
            long taken = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                taken += n;
                if (taken > most) {
                    Body.passOver(in, most);
                    throw large(most);
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
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
