package health.weft.matching.shell;

import com.sun.management.OperatingSystemMXBean;
import health.weft.matching.Batch;
import health.weft.matching.Linked;
import health.weft.matching.Model;
import health.weft.matching.Progress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code ./weft bench match}: labelled sets and a made-up region, all by one configuration and one threshold. */
final class Bench {
    static final String HELP = """
            ./weft bench match [options]      how right and how fast matching is

              --data DIR                labelled sets of others (febrl, dsgen, fake_1000, RLdata500, nbs, census); absent ones are skipped
              --people N                how many people of made-up households (default 20000; 575000 make a million records)
              --seed S                  another region (default 1)
              --only WORDS              only sets whose name has these words in it; "households" for the made-up one
              --out FILE                where the table goes (default matching.md)
            """;

    private final Path data;
    private final Progress progress;

    Bench(Path data, Progress progress) {
        this.data = data;
        this.progress = progress;
    }

    static String run(List<String> words, Progress progress) {
        Options options = Options.read(words, Set.of("--data", "--people", "--seed", "--only", "--out"), Set.of());
        Path out = Path.of(options.one("--out").orElse("matching.md"));
        Outputs.check(out);
        Path data = Path.of(options.one("--data").orElse("../shared/data/matching"));
        int people = (int) options.number("--people", 20_000, 100, 5_000_000);
        long seed = options.number("--seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
        String only = options.one("--only").orElse("");
        Bench bench = new Bench(data, progress);
        List<Measured> all = new ArrayList<>();
        for (PublicSet set : PublicSet.all()) {
            Measured measured = set.name().contains(only) ? bench.measure(set) : null;
            if (measured != null) {
                all.add(measured);
            }
        }
        if ("census".contains(only) && Files.exists(data.resolve("censusTextSegmentedA.tab"))) {
            all.add(bench.census());
        }
        if ("households".contains(only)) {
            all.add(bench.households(people, seed));
        }
        StringBuilder table = new StringBuilder(Measured.HEAD);
        all.forEach(measured -> table.append(measured.row()));
        table.append(PairTests.run(data));
        try (Outputs outputs = new Outputs()) {
            outputs.write(out, to -> to.write(table.toString()));
            outputs.publish();
        }
        return table.toString();
    }

    /** Null where a file of the set is absent. */
    @Nullable
    Measured measure(PublicSet set) {
        List<Path> paths = set.files().stream().map(data::resolve).toList();
        return paths.stream().allMatch(Files::exists)
                ? measure(set.name(), Schema.parse(set.schema(), set.name()), paths, set.people(data))
                : null;
    }

    private Measured census() {
        List<Path> csv = new ArrayList<>();
        try {
            for (String list : List.of("A", "B")) {
                csv.add(Census.csv(data.resolve("censusTextSegmented" + list + ".tab")));
            }
            List<String> truth = new ArrayList<>();
            for (Path file : csv) {
                new CsvFile(file).read(List.of("person"), Progress.SILENT, (values, line) -> truth.add(values[0]));
            }
            return measure("census A and B", Schema.parse(Census.SCHEMA, "census"), csv, truth);
        } catch (IOException e) {
            throw new Refusal("The census sets cannot be read: " + e.getMessage() + ".");
        } finally {
            csv.forEach(Bench::delete);
        }
    }

    Measured households(int people, long seed) {
        Path file = null;
        try {
            file = Files.createTempFile("households", ".csv");
            new Households(people, seed).write(file);
            List<String> truth = new ArrayList<>();
            new CsvFile(file).read(List.of("person"), Progress.SILENT, (values, line) -> truth.add(values[0]));
            return measure(
                    "households, %,d people, seed %d".formatted(people, seed),
                    Schema.parse(Households.SCHEMA, "households"),
                    List.of(file),
                    truth);
        } catch (IOException e) {
            throw new Refusal("The made-up region could not be written: " + e.getMessage() + ".");
        } finally {
            delete(file);
        }
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("Left behind: " + file);
        }
    }

    private Measured measure(String name, Schema schema, List<Path> paths, List<String> truth) {
        Memory.reset();
        long began = System.nanoTime();
        long cpu = cpu();
        Batch batch = new Batch(schema.deduplicated());
        new Loading(schema, batch, progress).read(paths);
        Linked linked = batch.link(Model.standard(), true, progress);
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpuSeconds = (cpu() - cpu) / 1e9;
        long memory = Memory.peak();
        return new Measured(
                name, truth.size(), Accuracy.of(linked, truth), batch.met(truth), linked, seconds, cpuSeconds, memory);
    }

    /** Processor time of this process, ns; 0 where the system does not tell. */
    private static long cpu() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
