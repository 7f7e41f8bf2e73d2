package health.weft.terminal;

import java.nio.file.Files;
import java.nio.file.Path;

/** Weft's own folder, where the class paths of what runs beside the server were built. */
public final class WeftFolder {
    private WeftFolder() {}

    /** As the launcher told it ({@code weft.home}), else found upwards from where this process was started. */
    public static Path find() {
        String told = System.getProperty("weft.home");
        if (told != null) {
            return Path.of(told);
        }
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("synthea/pom.xml"))) {
                return folder;
            }
        }
        return here;
    }
}
