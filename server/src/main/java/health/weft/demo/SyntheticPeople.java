package health.weft.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * People by Synthea 3.3.0, made once and kept: the same people for the same number on every machine.
 *
 * <p>Synthea runs in a JVM of its own, on the class path that the {@code synthea} module gathers: its old libraries never
 * meet the server's. Output goes to a working folder that gets its name only when complete; what a killed run left behind
 * is deleted and made anew.
 */
final class SyntheticPeople {
    /** Part of the cache's name: whatever changes the output changes this. */
    static final String VERSION = "synthea-3.3.0-worcester-1";

    static final int SEED = 2026;
    static final String TODAY = "20261101";

    private static final Pattern PERSON = Pattern.compile("^\\d+ -- .*");
    /** Billing, deliveries of supplies and provenance, which nobody here reads, are two thirds of the output. */
    private static final String LEFT_OUT =
            "Claim,ExplanationOfBenefit,SupplyDelivery,Provenance,ImagingStudy,Media,MedicationAdministration";

    private final Path cache;
    private final Path home;

    /**
     * @param cache folder to keep generated people in
     * @param home Weft's own folder, where {@code synthea/target/lib} was built
     */
    SyntheticPeople(Path cache, Path home) {
        this.cache = cache;
        this.home = home;
    }

    static String dataset(int people) {
        return VERSION + "-s" + SEED + "-p" + people;
    }

    /**
     * The folder of FHIR bundles for this many living people of Worcester, Massachusetts; made now unless it is there.
     *
     * @param progress told how many people are there so far
     * @throws IOException when Synthea is not built, fails, or the disk is full; the message says what to do
     */
    Path folder(int people, IntConsumer progress) throws IOException, InterruptedException {
        Path folder = cache.resolve(dataset(people));
        if (Files.isDirectory(folder)) {
            return folder.resolve("fhir");
        }
        Files.createDirectories(cache);
        // Of two servers that share the folder one makes them, and the other waits for it.
        try (FileChannel file = FileChannel.open(
                        cache.resolve(dataset(people) + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = file.lock()) {
            if (held.isValid() && !Files.isDirectory(folder)) {
                make(people, folder, progress);
            }
        }
        return folder.resolve("fhir");
    }

    private void make(int people, Path folder, IntConsumer progress) throws IOException, InterruptedException {
        Path working = cache.resolve(dataset(people) + ".working");
        delete(working);
        Files.createDirectories(working);
        run(people, working, progress);
        long made;
        try (var files = Files.list(working.resolve("fhir"))) {
            made = files.count();
        }
        if (made < people + 2) {
            throw new IOException("Synthea ended with " + made + " files for " + people
                    + " people. Its own words are in " + working.resolve("synthea.log") + "; start again to retry.");
        }
        Files.move(working, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The file of the providers' directory inside Synthea's own jar. */
    Path jar() throws IOException {
        try (var jars = Files.list(lib())) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("synthea-"))
                    .findFirst()
                    .orElseThrow(() -> notBuilt(lib()));
        }
    }

    private void run(int people, Path working, IntConsumer progress) throws IOException, InterruptedException {
        Path lib = lib();
        if (!Files.isDirectory(lib)) {
            throw notBuilt(lib);
        }
        Path log = working.resolve("synthea.log");
        Process synthea = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-cp",
                        lib + "/*",
                        "App",
                        "-s",
                        Integer.toString(SEED),
                        "-cs",
                        Integer.toString(SEED),
                        "-r",
                        TODAY,
                        "-e",
                        TODAY,
                        "-p",
                        Integer.toString(people),
                        "--exporter.baseDirectory=" + working,
                        "--exporter.fhir.export=true",
                        "--exporter.hospital.fhir.export=true",
                        "--exporter.practitioner.fhir.export=true",
                        "--exporter.fhir.transaction_bundle=true",
                        "--exporter.fhir.use_us_core_ig=true",
                        "--exporter.fhir.us_core_version=6.1.0",
                        "--exporter.fhir.excluded_resources=" + LEFT_OUT,
                        "--exporter.years_of_history=3",
                        "--exporter.pretty_print=false",
                        "--generate.only_alive_patients=true",
                        "--generate.append_numbers_to_person_names=false",
                        "Massachusetts",
                        "Worcester"))
                .redirectErrorStream(true)
                .start();
        // A server that is stopped must not leave Synthea running behind it.
        Thread stop = new Thread(synthea::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(stop);
        try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(synthea.getInputStream(), StandardCharsets.UTF_8));
                var kept = Files.newBufferedWriter(log)) {
            int made = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                kept.write(line);
                kept.newLine();
                if (PERSON.matcher(line).matches()) {
                    progress.accept(++made);
                }
            }
            int exit = synthea.waitFor();
            if (exit != 0) {
                throw new IOException("Synthea ended with code " + exit + ". Its own words are in " + log + ".");
            }
        } finally {
            synthea.destroyForcibly();
            try {
                Runtime.getRuntime().removeShutdownHook(stop);
            } catch (IllegalStateException stopping) {
                // The server is going down; the hook does its work.
            }
        }
    }

    private Path lib() {
        return home.resolve("synthea/target/lib");
    }

    private static IOException notBuilt(Path lib) {
        return new IOException(
                "Synthea is not in " + lib + ". Run mvn package in Weft's folder once (./weft demo does it).");
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
