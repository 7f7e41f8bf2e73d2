package health.weft.directory;

import health.weft.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What somebody sends, on disk while it is read; deleted after. */
final class FeedUpload implements AutoCloseable {
    private final Path path;

    /**
     * @param said how many bytes it says it has; negative when it does not: what says that it is too large is refused before it is sent
     * @throws Problem too large
     */
    FeedUpload(InputStream in, long said, long most) throws IOException {
        if (said > most) {
            throw large(most);
        }
        this.path = Files.createTempFile("weft-feed", "");
        try (OutputStream out = Files.newOutputStream(path)) {
            byte[] buffer = new byte[65_536];
            long taken = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                taken += n;
                if (taken > most) {
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
        return Problem.tooLarge(
                "The file has more than " + most / 1_000_000 + " MB. Send it in parts. Nothing was taken.");
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
