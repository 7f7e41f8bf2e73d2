package health.weft.matching.shell;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files that appear together at the end or not at all: written beside their places, then moved there. */
final class Outputs implements AutoCloseable {
    private final Map<Path, Path> written = new LinkedHashMap<>();

    /** What writes a file's contents. */
    interface Contents {
        void to(BufferedWriter out) throws IOException;
    }

    /** Refuses a place that nothing can be written to, before any work is done. */
    static void check(Path place) {
        Path folder = place.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new Refusal("There is no folder " + folder + " to write " + place + " into; make it first.");
        }
        if (Files.isDirectory(place) || !Files.isWritable(folder)) {
            throw new Refusal("Nothing can be written to " + place + ".");
        }
    }

    void write(Path place, Contents contents) {
        try {
            Path folder = place.toAbsolutePath().getParent();
            Path beside = Files.createTempFile(folder, "." + place.getFileName(), ".part");
            written.put(place, beside);
            try (BufferedWriter out = Files.newBufferedWriter(beside, StandardCharsets.UTF_8)) {
                contents.to(out);
            }
        } catch (IOException e) {
            throw new Refusal("Writing " + place + " failed: " + e.getMessage() + ". Nothing was changed.");
        }
    }

    /** Moves all to their places. */
    void publish() {
        for (Map.Entry<Path, Path> each : written.entrySet()) {
            try {
                Files.move(each.getValue(), each.getKey(), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new Refusal("Moving the result to " + each.getKey() + " failed: " + e.getMessage() + ".");
            }
        }
        written.clear();
    }

    /** Removes what was not published. */
    @Override
    public void close() {
        written.values().forEach(beside -> {
            try {
                Files.deleteIfExists(beside);
            } catch (IOException e) {
                System.err.println("Left behind: " + beside);
            }
        });
    }
}
