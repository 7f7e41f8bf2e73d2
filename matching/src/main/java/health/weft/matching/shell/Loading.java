package health.weft.matching.shell;

import health.weft.matching.Batch;
import health.weft.matching.Progress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Reads CSV files into a batch: values are made ready on all cores, and packed in the order of the files. */
final class Loading {
    private static final int CHUNK = 8_192;

    private final Schema schema;
    private final Batch batch;
    private final Progress progress;
    final List<String> ids = new ArrayList<>();
    final List<Integer> files = new ArrayList<>();

    Loading(Schema schema, Batch batch, Progress progress) {
        this.schema = schema;
        this.batch = batch;
        this.progress = progress;
    }

    void read(List<Path> paths) {
        List<String> columns = Stream.concat(
                        Stream.of(schema.id()), schema.fields().stream().map(Schema.Field::column))
                .toList();
        int threads = Runtime.getRuntime().availableProcessors();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            Deque<Making> making = new ArrayDeque<>();
            for (int n = 0; n < paths.size(); n++) {
                int file = n;
                Path path = paths.get(n);
                Map<String, Long> lines = new HashMap<>();
                List<String[]> waiting = new ArrayList<>();
                new CsvFile(path).read(columns, progress, (values, line) -> {
                    know(path, values[0], line, lines);
                    files.add(file);
                    waiting.add(values);
                    if (waiting.size() == CHUNK) {
                        make(pool, waiting, file, making);
                        while (making.size() > 2 * threads) {
                            pack(making.removeFirst());
                        }
                    }
                });
                make(pool, waiting, file, making);
            }
            making.forEach(this::pack);
        }
    }

    private void know(Path path, String id, long line, Map<String, Long> lines) {
        if (id.isEmpty()) {
            throw new Refusal("%s, line %d: the column '%s' is empty, and is to tell which record it is."
                    .formatted(path, line, schema.id()));
        }
        Long before = lines.putIfAbsent(id, line);
        if (before != null) {
            throw new Refusal(
                    "%s, line %d: the id of line %d stands here again, in the column '%s'. Each record needs its own."
                            .formatted(path, line, before, schema.id()));
        }
        ids.add(id);
    }

    /** Records of one file that are being made ready. */
    private record Making(int file, Future<List<Batch.Ready>> ready) {}

    private void make(ExecutorService pool, List<String[]> waiting, int file, Deque<Making> making) {
        List<String[]> chunk = List.copyOf(waiting);
        waiting.clear();
        making.addLast(new Making(file, pool.submit(() -> chunk.stream()
                .map(values -> Batch.Ready.of(schema.demographics(Arrays.copyOfRange(values, 1, values.length))))
                .toList())));
    }

    private void pack(Making making) {
        try {
            making.ready().get().forEach(ready -> batch.add(ready, making.file()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while reading.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Making records ready failed: " + e.getCause(), e.getCause());
        }
    }
}
