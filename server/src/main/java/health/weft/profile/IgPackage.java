package health.weft.profile;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A package of an implementation guide (FHIR NPM package, .tgz), as far as it defines something.
 *
 * @param dependencies {@code name@version} of the packages it leans on
 * @see <a href="https://hl7.org/fhir/packages.html">FHIR packages</a>
 */
record IgPackage(String name, String version, List<String> dependencies, List<Definition> definitions) {
    private static final long LARGEST_FILE = 64L << 20;
    private static final long LARGEST = 1L << 30;
    private static final int MOST_FILES = 50_000;

    /**
     * Reads a package. Examples in it and what is no JSON are passed over.
     *
     * @throws IOException with a sentence for the operator: no package, broken, too large, not of R4
     */
    static IgPackage read(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)), 1 << 16)) {
            Tar tar = new Tar(in, LARGEST_FILE, LARGEST, MOST_FILES);
            ObjectNode manifest = null;
            List<byte[]> found = new ArrayList<>();
            for (Tar.Entry entry = tar.next(IgPackage::defines); entry != null; entry = tar.next(IgPackage::defines)) {
                if (entry.name().equals("package/package.json")) {
                    manifest = parsed(entry);
                } else {
                    found.add(entry.content());
                }
            }
            if (manifest == null) {
                throw new Tar.Refused("It holds no package/package.json: it is no FHIR package.");
            }
            return of(manifest, found);
        } catch (ZipException e) {
            throw new Tar.Refused("It is not compressed by gzip; a package is a .tgz file.");
        } catch (EOFException e) {
            throw new Tar.Refused("It ends too early; get it again.");
        }
    }

    private static boolean defines(String name) {
        return name.matches("package/[^/]+\\.json") && !name.startsWith("package/.");
    }

    private static ObjectNode parsed(Tar.Entry entry) throws IOException {
        try {
            return Json.parse(entry.content());
        } catch (InvalidResource e) {
            throw new Tar.Refused(entry.name() + ": " + e.getMessage());
        }
    }

    private static IgPackage of(ObjectNode manifest, List<byte[]> files) throws IOException {
        String name = Json.text(manifest, "name");
        String version = Json.text(manifest, "version");
        if (name.isEmpty() || version.isEmpty()) {
            throw new Tar.Refused("Its package.json says no name or no version.");
        }
        JsonNode releases =
                manifest.has("fhirVersions") ? manifest.path("fhirVersions") : manifest.path("fhir-version-list");
        if (releases.valueStream().noneMatch(r -> r.asString("").startsWith("4.0"))) {
            throw new Tar.Refused("It is for FHIR "
                    + releases.valueStream().map(r -> r.asString("")).toList()
                    + "; Weft speaks R4 (4.0.1). Get the package for R4.");
        }
        List<String> dependencies = new ArrayList<>();
        manifest.path("dependencies")
                .properties()
                .forEach(d -> dependencies.add(d.getKey() + "@" + d.getValue().asString("")));
        List<Definition> definitions = new ArrayList<>();
        for (byte[] file : files) {
            ObjectNode json;
            try {
                json = Json.parse(file);
            } catch (InvalidResource notOurs) {
                continue;
            }
            String type = Json.text(json, "resourceType");
            String url = Json.text(json, "url");
            if (Definition.TYPES.contains(type) && !url.isEmpty()) {
                String own = Json.text(json, "version");
                definitions.add(new Definition(type, url, own.isEmpty() ? version : own, file));
            }
        }
        return new IgPackage(name, version, dependencies, definitions);
    }

    String id() {
        return name + "@" + version;
    }

    /** Newer versions first, so that an address without a version means the newest. */
    static final Comparator<IgPackage> NEWEST_FIRST =
            Comparator.comparing(IgPackage::name).thenComparing(p -> ordered(p.version()), Comparator.reverseOrder());

    /** {@code 7.10.0} after {@code 7.9.1}, and a release after what came before it ({@code 7.0.0-ballot}). */
    private static String ordered(String version) {
        StringBuilder ordered = new StringBuilder();
        for (String part : version.split("-", 2)[0].split("\\.")) {
            ordered.append(part.matches("\\d{1,9}") ? String.format("%09d.", Integer.valueOf(part)) : part + ".");
        }
        return ordered + (version.contains("-") ? "" : "~");
    }

    /** Of these packages, what each leans on and nobody brings. R4 itself is always there. */
    static TreeMap<String, List<String>> missing(List<IgPackage> packages) {
        List<String> there = packages.stream().map(IgPackage::name).toList();
        TreeMap<String, List<String>> missing = new TreeMap<>();
        for (IgPackage p : packages) {
            List<String> away = p.dependencies().stream()
                    .filter(d -> !d.startsWith("hl7.fhir.r4.core@") && !there.contains(d.substring(0, d.indexOf('@'))))
                    .toList();
            if (!away.isEmpty()) {
                missing.put(p.id(), away);
            }
        }
        return missing;
    }
}
