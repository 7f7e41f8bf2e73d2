package health.weft.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The folder that the operator puts packages into ({@code weft.packages}). */
@Component
class PackageFolder {
    private final String folder;

    PackageFolder(@Value("${weft.packages:}") String folder) {
        this.folder = folder.strip();
    }

    /**
     * What stands in the folder now.
     *
     * @param packages what could be read, newer versions first
     * @param refused what could not, by file name, with a sentence each
     */
    record Contents(List<IgPackage> packages, TreeMap<String, String> refused) {}

    boolean isSet() {
        return !folder.isEmpty();
    }

    /** Reads the folder. One broken package takes nothing from the others. */
    Contents read() {
        List<IgPackage> packages = new ArrayList<>();
        TreeMap<String, String> refused = new TreeMap<>();
        if (!isSet()) {
            return new Contents(packages, refused);
        }
        List<Path> files;
        try (var found = Files.list(Path.of(folder))) {
            files = found.filter(f -> f.getFileName().toString().endsWith(".tgz"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            refused.put(folder, "The folder of weft.packages cannot be read.");
            return new Contents(packages, refused);
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            try {
                packages.add(IgPackage.read(file));
            } catch (Tar.Refused e) {
                refused.put(name, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                refused.put(name, "It cannot be read.");
            }
        }
        packages.sort(IgPackage.NEWEST_FIRST);
        return new Contents(packages, refused);
    }
}
