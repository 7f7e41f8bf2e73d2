package health.weft.matching;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Links whole files: packs their records, finds candidate pairs by blocks, compares each once, learns the weights from them,
 * and groups the records into people. The same records in the same order give the same groups.
 *
 * <pre>{@code
 * Batch batch = new Batch(false);
 * records.forEach(record -> batch.add(record, 0));
 * Linked linked = batch.link(Model.standard(), true, Progress.SILENT);
 * }</pre>
 */
public final class Batch {
    private static final int CHUNK = 4_096;

    /** Blocks whose records are brought near together: a few hundred records, which a core's own cache holds. */
    private static final int AHEAD = 16;

    /** Files with no more pairs than this are compared whole. */
    private static final double WHOLE = 25_000_000;

    private static final int RANDOM_PAIRS = 1_000_000;
    private static final long SEED = 20_260_101;

    private final boolean deduplicated;
    private final Rows rows = new Rows(1024);
    private long[] keys = new long[16_384];
    private int[] keyStarts = new int[1_024];
    private int[] file = new int[1_024];

    /** @param deduplicated whether no file holds anybody twice: then only records of different files are linked, one to one */
    public Batch(boolean deduplicated) {
        this.deduplicated = deduplicated;
    }

    /** A record made ready to be added; may be done on any thread. */
    public record Ready(Demographics record, long[] keys) {
        public static Ready of(Demographics record) {
            return new Ready(record, Blocks.hashes(record));
        }
    }

    public void add(Demographics record, int ofFile) {
        add(Ready.of(record), ofFile);
    }

    public void add(Ready ready, int ofFile) {
        int n = rows.size();
        if (n + 2 > keyStarts.length) {
            keyStarts = Arrays.copyOf(keyStarts, n * 2);
            file = Arrays.copyOf(file, n * 2);
        }
        int at = keyStarts[n];
        if (at + ready.keys().length > keys.length) {
            keys = Arrays.copyOf(keys, Math.max(keys.length * 3 / 2, at + ready.keys().length));
        }
        System.arraycopy(ready.keys(), 0, keys, at, ready.keys().length);
        keyStarts[n + 1] = at + ready.keys().length;
        file[n] = ofFile;
        rows.add(ready.record());
    }

    public int size() {
        return rows.size();
    }

    /**
     * @param train whether weights are learned from these records, or the model is used as it is, values' frequencies left out
     */
    public Linked link(Model model, boolean train, Progress progress) {
        return link(model, train, model.review(), progress);
    }

    /**
     * @param least pairs of at least these log2 odds are told, and all that want a person's look
     */
    public Linked link(Model model, boolean train, double least, Progress progress) {
        BlockIndex blocks = new BlockIndex(keys, keyStarts, rows.size());
        Patterns random = train ? random() : null;
        Compared compared = compare(blocks, random == null ? model : Training.strangers(model, random), progress);
        Model used = model;
        Frequencies frequencies = Frequencies.NONE;
        if (random != null) {
            progress.show("learning", 0, 1);
            Training training = new Training(
                    Patterns.of(compared.pairs().agreements, compared.pairs().size), random, allPairs(), rows.size());
            used = training.train(model);
            // Values are counted once a person, as far as people are known without counting.
            Clusters first = new Clusters(rows, new Weights(used, frequencies), deduplicated ? file : null);
            group(first, compared.pairs(), new Weights(used, frequencies), 0, null);
            frequencies = Frequencies.of(rows, first.heads());
            progress.show("learning", 1, 1);
        }
        progress.show("grouping", 0, 1);
        Weights weights = new Weights(used, frequencies);
        Clusters clusters = new Clusters(rows, weights, deduplicated ? file : null);
        List<Linkage.Pair> found = new ArrayList<>();
        double expected = group(clusters, compared.pairs(), weights, least, found);
        progress.show("grouping", 1, 1);
        return new Linked(
                clusters.heads(),
                found,
                used,
                frequencies,
                expected,
                compared.scored(),
                compared.cpuSeconds(),
                blocks.dropped,
                blocks.largestDropped);
    }

    /** Of the pairs that are one person's, the share that share a block. */
    public double met(List<String> people) {
        BlockIndex blocks = new BlockIndex(keys, keyStarts, rows.size());
        Map<String, List<Integer>> records = new HashMap<>();
        for (int i = 0; i < people.size(); i++) {
            records.computeIfAbsent(people.get(i), key -> new ArrayList<>()).add(i);
        }
        long met = 0;
        long real = 0;
        for (List<Integer> of : records.values()) {
            for (int i = 0; i < of.size(); i++) {
                for (int j = i + 1; j < of.size(); j++) {
                    real++;
                    met += blocks.meet(of.get(i), of.get(j)) ? 1 : 0;
                }
            }
        }
        return real == 0 ? 1 : (double) met / real;
    }

    private record Compared(Pairs pairs, long scored, double cpuSeconds) {}

    private Compared compare(BlockIndex blocks, Model model, Progress progress) {
        Weights weights = new Weights(model, Frequencies.NONE);
        // What is less than this cannot become a link, whatever is learned.
        double least = model.prior() - Math.log(10.0 / Math.max(10, rows.size())) / Level.LN2 - 6;
        Hope hope = new Hope(weights, least);
        boolean whole = allPairs() <= WHOLE;
        int parted = whole ? rows.size() : blocks.blocks();
        int size = whole ? 64 : CHUNK;
        int chunks = (parted + size - 1) / size;
        int threads = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), 8));
        List<Pairs> kept = new ArrayList<>();
        long scored = 0;
        long nanos = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Part>> parts = new ArrayList<>();
            ThreadLocal<Comparing> comparing = ThreadLocal.withInitial(() -> new Comparing(rows, new LevelCache()));
            for (int chunk = 0; chunk < chunks; chunk++) {
                int from = chunk * size;
                int to = Math.min(parted, from + size);
                parts.add(pool.submit(() -> whole
                        ? whole(from, to, comparing.get(), hope, weights, least)
                        : part(blocks, from, to, comparing.get(), hope, weights, least)));
            }
            for (Future<Part> part : parts) {
                progress.show("comparing", kept.size(), chunks);
                kept.add(part.get().kept());
                scored += part.get().scored();
                nanos += part.get().nanos();
            }
            progress.show("comparing", chunks, chunks);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while comparing.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Comparing failed: " + e.getCause(), e.getCause());
        }
        return new Compared(joined(kept), scored, nanos / 1e9);
    }

    private record Part(Pairs kept, long scored, long nanos) {}

    /** Compares these records with all after them: a small file needs no blocks. */
    private Part whole(int from, int to, Comparing comparing, Hope hope, Weights weights, double least) {
        long began = cpu();
        Pairs kept = new Pairs();
        long scored = 0;
        for (int a = from; a < to; a++) {
            for (int b = a + 1; b < rows.size(); b++) {
                if (deduplicated && file[a] == file[b]) {
                    continue;
                }
                scored++;
                keep(a, b, comparing.compare(a, b, hope), kept, weights, least);
            }
        }
        return new Part(kept, scored, cpu() - began);
    }

    private static void keep(int a, int b, long agreement, Pairs kept, Weights weights, double least) {
        if (agreement != Comparing.HOPELESS && weights.matters(agreement, least)) {
            kept.add(a, b, agreement);
        }
    }

    private Part part(
            BlockIndex blocks, int from, int to, Comparing comparing, Hope hope, Weights weights, double least) {
        long began = cpu();
        Pairs kept = new Pairs();
        long scored = 0;
        for (int block = from; block < to; block++) {
            if ((block - from) % AHEAD == 0) {
                comparing.fetch(blocks, block, Math.min(to, block + AHEAD));
            }
            int end = blocks.starts[block + 1];
            for (int i = blocks.starts[block]; i < end; i++) {
                int a = blocks.members[i];
                for (int j = i + 1; j < end; j++) {
                    int b = blocks.members[j];
                    if (deduplicated && file[a] == file[b] || blocks.metBefore(block, a, b)) {
                        continue;
                    }
                    scored++;
                    keep(a, b, comparing.compare(a, b, hope), kept, weights, least);
                }
            }
        }
        return new Part(kept, scored, cpu() - began);
    }

    /** Processor time of this thread, ns: what a pair costs on a core, whoever else uses the machine. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static Pairs joined(List<Pairs> parts) {
        int size = parts.stream().mapToInt(part -> part.size).sum();
        Pairs all = new Pairs();
        all.ids = new long[Math.max(1, size)];
        all.agreements = new long[Math.max(1, size)];
        for (Pairs part : parts) {
            System.arraycopy(part.ids, 0, all.ids, all.size, part.size);
            System.arraycopy(part.agreements, 0, all.agreements, all.size, part.size);
            all.size += part.size;
        }
        return all;
    }

    /** Agreements of pairs taken at random; of all pairs, where there are few. */
    private Patterns random() {
        int n = rows.size();
        long[] seen = new long[RANDOM_PAIRS];
        int size = 0;
        if (allPairs() <= RANDOM_PAIRS) {
            for (int a = 0; a < n; a++) {
                for (int b = a + 1; b < n; b++) {
                    if (!deduplicated || file[a] != file[b]) {
                        seen[size++] = (long) a << 32 | b;
                    }
                }
            }
        } else {
            SplittableRandom random = new SplittableRandom(SEED);
            while (size < RANDOM_PAIRS) {
                int a = random.nextInt(n);
                int b = random.nextInt(n);
                if (a != b && (!deduplicated || file[a] != file[b])) {
                    seen[size++] = (long) a << 32 | b;
                }
            }
        }
        Spread.over(size, (from, to) -> {
            Comparing comparing = new Comparing(rows, null);
            for (int i = from; i < to; i++) {
                seen[i] = comparing.compare((int) (seen[i] >>> 32), (int) seen[i]);
            }
            return 0;
        });
        return Patterns.of(seen, size);
    }

    /** How many pairs could be one person. */
    private double allPairs() {
        double n = rows.size();
        double pairs = n * (n - 1) / 2;
        if (deduplicated) {
            int files = IntStream.range(0, rows.size()).map(i -> file[i]).max().orElse(0) + 1;
            double[] in = new double[files];
            for (int i = 0; i < rows.size(); i++) {
                in[file[i]]++;
            }
            for (double each : in) {
                pairs -= each * (each - 1) / 2;
            }
        }
        return pairs;
    }

    /** Merges from the strongest pair on; adds pairs worth telling to {@code found}. Says how many matches are to be expected. */
    private double group(
            Clusters clusters, Pairs pairs, Weights weights, double least, @Nullable List<Linkage.Pair> found) {
        double[] sums = new double[pairs.size];
        double expected = Spread.over(pairs.size, (from, to) -> {
            double matches = 0;
            for (int i = from; i < to; i++) {
                long agreement = pairs.agreements[i];
                sums[i] = weights.sum(agreement, rows, pairs.a(i), pairs.b(i));
                if (!weights.apart(agreement)) {
                    matches += 1 / (1 + Math.exp(-sums[i] * Level.LN2));
                }
            }
            return matches;
        });
        long[] links = new long[pairs.size];
        int n = 0;
        for (int i = 0; i < pairs.size; i++) {
            long agreement = pairs.agreements[i];
            double sum = sums[i];
            Decision decision = weights.decision(agreement, sum);
            if (decision == Decision.LINK) {
                links[n++] = (long) (1_000_000 - (int) (sum * 1_024)) << 32 | i;
            }
            if (found != null && (decision != Decision.NONE || sum >= least && !weights.apart(agreement))) {
                found.add(new Linkage.Pair(pairs.a(i), pairs.b(i), sum));
            }
        }
        Arrays.parallelSort(links, 0, n);
        for (int k = 0; k < n; k++) {
            int i = (int) links[k];
            clusters.merge(pairs.a(i), pairs.b(i));
        }
        return expected;
    }
}
