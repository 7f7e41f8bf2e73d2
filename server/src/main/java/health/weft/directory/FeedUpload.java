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

    /** @throws Problem too large */
    FeedUpload(InputStream in, long most) throws IOException {
        this.path = Files.createTempFile("weft-feed", "");
        try (OutputStream out = Files.newOutputStream(path)) {
            byte[] buffer = new byte[65_536];
            long taken = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                taken += n;
                if (taken > most) {
                    throw Problem.tooLarge(
                            "The file has more than " + most / 1_000_000 + " MB. Send it in parts. Nothing was taken.");
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
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
