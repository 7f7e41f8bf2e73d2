package health.weft.dependencies;

import health.weft.fhir.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.maven.artifact.versioning.ComparableVersion;
import tools.jackson.databind.JsonNode;

/**
 * What is known to be wrong with libraries, read from records of the OSV format (OSV Schema 1.7) of the Maven ecosystem: a folder of JSON
 * files, or of the archives that OSV publishes.
 */
final class KnownVulnerabilities {
    private static final Pattern IN_A_REPOSITORY =
            Pattern.compile(".*/repository/(.+)/([^/]+)/([^/]+)/\\2-\\3[^/]*\\.jar");

    private final Map<String, List<Affected>> byName = new HashMap<>();
    private int records;

    /** A library: {@code group:artifact} and its version. */
    record Library(String name, String version) {}

    /** @param id of the record that says so */
    private record Affected(String id, JsonNode told) {}

    static KnownVulnerabilities in(Path folder) throws IOException {
        KnownVulnerabilities known = new KnownVulnerabilities();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().endsWith(".json")) {
                    known.add(Files.readString(file));
                } else if (file.toString().endsWith(".zip")) {
                    known.addAll(file);
                }
            }
        }
        return known;
    }

    private void addAll(Path archive) throws IOException {
        try (ZipInputStream entries = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                if (entry.getName().endsWith(".json")) {
                    add(new String(entries.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
    }

    private void add(String written) {
        JsonNode found = Json.mapper().readTree(written);
        if (!found.path("id").isString() || found.has("withdrawn")) {
            return;
        }
        records++;
        for (JsonNode affected : found.path("affected")) {
            if (Json.text(affected.path("package"), "ecosystem").equals("Maven")) {
                byName.computeIfAbsent(Json.text(affected.path("package"), "name"), n -> new ArrayList<>())
                        .add(new Affected(Json.text(found, "id"), affected));
            }
        }
    }

    int records() {
        return records;
    }

    /** The ids of the records that this version is affected by, in their order. */
    TreeSet<String> of(Library library) {
        TreeSet<String> ids = new TreeSet<>();
        for (Affected affected : byName.getOrDefault(library.name(), List.of())) {
            if (holds(affected.told(), library.version())) {
                ids.add(affected.id());
            }
        }
        return ids;
    }

    /** OSV Schema, "Evaluation". */
    private static boolean holds(JsonNode affected, String version) {
        return affected.path("versions").valueStream().anyMatch(v -> v.asString("")
                        .equals(version))
                || affected.path("ranges")
                        .valueStream()
                        .filter(range -> !Json.text(range, "type").equals("GIT"))
                        .anyMatch(range -> holdsInRange(range.path("events"), new ComparableVersion(version)));
    }

    private record Event(String kind, ComparableVersion at) {}

    private static boolean holdsInRange(JsonNode told, ComparableVersion version) {
        List<Event> events = new ArrayList<>();
        for (JsonNode event : told) {
            event.properties()
                    .forEach(e -> events.add(new Event(
                            e.getKey(), new ComparableVersion(e.getValue().asString("")))));
        }
        events.sort(Comparator.comparing(Event::at));
        boolean holds = false;
        for (Event event : events) {
            int after = version.compareTo(event.at());
            switch (event.kind()) {
                case "introduced" ->
                    holds |= after >= 0 || event.at().toString().equals("0");
                case "fixed" -> holds &= after < 0;
                case "last_affected" -> holds &= after <= 0;
                default -> {}
            }
        }
        return holds;
    }

    /** The libraries that this runs with, by where they lie in a Maven repository or by what they say of themselves. */
    static List<Library> onTheClassPath() throws IOException {
        List<Library> libraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (entry.endsWith(".jar")) {
                libraries.addAll(library(entry));
            }
        }
        return libraries;
    }

    private static List<Library> library(String jar) throws IOException {
        Matcher place = IN_A_REPOSITORY.matcher(jar.replace(File.separatorChar, '/'));
        if (place.matches()) {
            return List.of(new Library(place.group(1).replace('/', '.') + ":" + place.group(2), place.group(3)));
        }
        try (JarFile file = new JarFile(jar)) {
            List<Library> told = new ArrayList<>();
            for (var entry : file.stream()
                    .filter(e -> e.getName().endsWith("/pom.properties"))
                    .toList()) {
                try (InputStream in = file.getInputStream(entry)) {
                    Properties pom = new Properties();
                    pom.load(in);
                    told.add(new Library(
                            pom.getProperty("groupId") + ":" + pom.getProperty("artifactId"),
                            pom.getProperty("version")));
                }
            }
            return told;
        }
    }
}
