package health.weft.matching.shell;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import health.weft.matching.Batch;
import health.weft.matching.FieldKind;
import health.weft.matching.Level;
import health.weft.matching.Linkage;
import health.weft.matching.Linked;
import health.weft.matching.Model;
import health.weft.matching.Progress;
import java.io.BufferedWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./weft match}: groups the records of CSV files into people. */
final class Match {
    static final String HELP = """
            ./weft match --schema FILE.json --in A.csv [--in B.csv ...] --out clusters.csv [options]
                                      find which records of CSV files are of one person; needs no server and no database

              --schema FILE.json        what the columns mean:
                                        {"id":"rec_id","fields":[{"column":"given_name","kind":"given"}, ...]}
                                        "deduplicated":true: no file holds anybody twice; "country":"AU": for phone numbers
              --in FILE.csv             UTF-8, commas, names of columns in line 1; again for more files
              --out FILE.csv            file,id,cluster: one line a record
              --pairs FILE.csv          a,b,probability,log2weight: the pairs that speak for one person
              --above P                 pairs of at least this probability, 0 to 1 (default 0.2)
              --report FILE.json        weights learned, matches expected and found, blocks dropped, time, memory
              WEFT_HEAP=4g              memory to use at most; 1,000,000 records need about 3g

            Kinds: %s
            """.formatted(Kind.all());

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Schema schema;
    private final List<Path> in;
    private final Progress progress;

    Match(Schema schema, List<Path> in, Progress progress) {
        this.schema = schema;
        this.in = in;
        this.progress = progress;
    }

    /** Runs the command; a {@link Refusal} says what to mend, and then nothing was written. */
    static String run(List<String> words, Progress progress) {
        Options options =
                Options.read(words, Set.of("--schema", "--out", "--pairs", "--above", "--report"), Set.of("--in"));
        Path out = Path.of(options.needed("--out", "where the clusters go"));
        Optional<Path> pairs = options.one("--pairs").map(Path::of);
        Optional<Path> report = options.one("--report").map(Path::of);
        List<Path> in = options.all("--in").stream().map(Path::of).toList();
        if (in.isEmpty()) {
            throw new Refusal("Say which file to read: --in FILE.csv. --help shows all options.");
        }
        double above = above(options.one("--above").orElse("0.2"));
        Set<Path> all = new HashSet<>();
        List<Path> places = new ArrayList<>(in);
        places.add(out);
        pairs.ifPresent(places::add);
        report.ifPresent(places::add);
        for (Path place : places) {
            if (!all.add(place.toAbsolutePath().normalize())) {
                throw new Refusal("The file " + place + " is named twice.");
            }
        }
        Outputs.check(out);
        pairs.ifPresent(Outputs::check);
        report.ifPresent(Outputs::check);
        Schema schema = Schema.read(Path.of(options.needed("--schema", "what the columns mean")));
        return new Match(schema, in, progress).write(out, pairs, report, above);
    }

    private static double above(String value) {
        try {
            double p = Double.parseDouble(value);
            if (p > 0 && p < 1) {
                return p;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new Refusal("The option --above takes a probability between 0 and 1.");
    }

    private String write(Path out, Optional<Path> pairs, Optional<Path> report, double above) {
        long began = System.nanoTime();
        Batch batch = new Batch(schema.deduplicated());
        Loading loading = new Loading(schema, batch, progress);
        loading.read(in);
        double least = Math.log(above / (1 - above)) / Math.log(2);
        Linked linked = batch.link(Model.standard(), true, least, progress);
        int[] numbers = numbers(linked.cluster());
        try (Outputs outputs = new Outputs()) {
            outputs.write(out, to -> clusters(to, loading, linked, numbers));
            pairs.ifPresent(place -> outputs.write(place, to -> pairs(to, loading, linked, least)));
            double seconds = (System.nanoTime() - began) / 1e9;
            report.ifPresent(place ->
                    outputs.write(place, to -> to.write(JSON.writeValueAsString(report(loading, linked, seconds)))));
            outputs.publish();
            int people = people(linked.cluster());
            return "%,d records are %,d people; %,d pairs for a person to look at. %,d pairs scored, %.1f s."
                    .formatted(loading.ids.size(), people, linked.review().size(), linked.scored(), seconds);
        }
    }

    /** Clusters numbered from 1 in the order of their first records. */
    private static int[] numbers(int[] cluster) {
        int[] numbers = new int[cluster.length];
        int last = 0;
        for (int i = 0; i < cluster.length; i++) {
            numbers[i] = cluster[i] == i ? ++last : numbers[cluster[i]];
        }
        return numbers;
    }

    private static int people(int[] cluster) {
        int people = 0;
        for (int i = 0; i < cluster.length; i++) {
            people += cluster[i] == i ? 1 : 0;
        }
        return people;
    }

    private void clusters(BufferedWriter to, Loading loading, Linked linked, int[] numbers) {
        CsvWriter csv = csv(to);
        csv.writeRecord("file", "id", "cluster");
        for (int i = 0; i < linked.cluster().length; i++) {
            csv.writeRecord(name(loading.files.get(i)), loading.ids.get(i), String.valueOf(numbers[i]));
        }
    }

    private void pairs(BufferedWriter to, Loading loading, Linked linked, double least) {
        // Where one id stands in two files, the file is told before it.
        boolean alone = new HashSet<>(loading.ids).size() == loading.ids.size();
        CsvWriter csv = csv(to);
        csv.writeRecord("a", "b", "probability", "log2weight");
        linked.pairs().stream()
                .filter(pair -> pair.log2() >= least)
                .sorted(java.util.Comparator.comparingInt(Linkage.Pair::a).thenComparingInt(Linkage.Pair::b))
                .forEach(pair -> csv.writeRecord(
                        id(loading, pair.a(), alone),
                        id(loading, pair.b(), alone),
                        String.format(Locale.ROOT, "%.6f", 1 / (1 + Math.pow(2, -pair.log2()))),
                        String.format(Locale.ROOT, "%.3f", pair.log2())));
    }

    private static CsvWriter csv(BufferedWriter to) {
        // The writer below is buffered already, and is the one that is closed.
        return CsvWriter.builder().bufferSize(0).lineDelimiter(LineDelimiter.LF).build(to);
    }

    private String id(Loading loading, int record, boolean alone) {
        String id = loading.ids.get(record);
        return alone ? id : name(loading.files.get(record)) + ":" + id;
    }

    /** A file's name; its whole path where two have one name. */
    private String name(int file) {
        String name = String.valueOf(in.get(file).getFileName());
        boolean alone = in.stream()
                        .filter(path -> String.valueOf(path.getFileName()).equals(name))
                        .count()
                == 1;
        return alone ? name : in.get(file).toString();
    }

    private Map<String, Object> report(Loading loading, Linked linked, double seconds) {
        Map<Integer, Long> sizes = new TreeMap<>();
        for (int cluster : linked.cluster()) {
            sizes.merge(cluster, 1L, Long::sum);
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("records", loading.ids.size());
        report.put("people", sizes.size());
        report.put("matchesEstimated", Math.round(linked.expected()));
        report.put(
                "matchesFound",
                sizes.values().stream().mapToLong(n -> n * (n - 1) / 2).sum());
        report.put("pairsForReview", linked.review().size());
        report.put(
                "largestCluster",
                sizes.values().stream().mapToLong(n -> n).max().orElse(0));
        report.put("thresholdLog2", linked.model().link());
        report.put("reviewLog2", linked.model().review());
        report.put("priorLog2", linked.model().prior());
        report.put("householdLog2", linked.model().household());
        report.put("blocksDropped", linked.dropped());
        report.put("largestBlockDropped", linked.largestDropped());
        report.put("pairsScored", linked.scored());
        report.put("pairsPerSecond", Math.round(linked.scored() / Math.max(seconds, 1e-3)));
        report.put("pairsPerCpuSecond", Math.round(linked.scored() / Math.max(linked.cpuSeconds(), 1e-3)));
        report.put("seconds", seconds);
        report.put("peakHeapMebibytes", Memory.peak());
        Map<String, Object> fields = new LinkedHashMap<>();
        for (FieldKind kind : FieldKind.values()) {
            List<Map<String, Object>> levels = new ArrayList<>();
            for (Level level : linked.model().levels().getOrDefault(kind, List.of())) {
                levels.add(level(level));
            }
            if (!levels.isEmpty() && schema.has(kind)) {
                fields.put(kind.name().toLowerCase(Locale.ROOT), levels);
            }
        }
        report.put("fields", fields);
        return report;
    }

    private static Map<String, Object> level(Level level) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("level", level.name());
        told.put("m", level.m());
        told.put("u", level.u());
        told.put("log2", level.weight());
        return told;
    }
}
