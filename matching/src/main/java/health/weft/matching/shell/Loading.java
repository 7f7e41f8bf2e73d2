package health.weft.matching.shell;

import health.weft.matching.Batch;
import health.weft.matching.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        for (int n = 0; n < paths.size(); n++) {
            int file = n;
            Path path = paths.get(n);
            Map<String, Long> lines = new HashMap<>();
            List<String[]> waiting = new ArrayList<>();
            new CsvFile(path).read(columns, progress, (values, line) -> {
                String id = values[0];
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
                files.add(file);
                waiting.add(values);
                if (waiting.size() == CHUNK) {
                    pack(waiting, file);
                }
            });
            pack(waiting, file);
        }
    }

    private void pack(List<String[]> waiting, int file) {
        waiting.parallelStream()
                .map(values -> {
                    String[] fields = java.util.Arrays.copyOfRange(values, 1, values.length);
                    return Batch.Ready.of(schema.demographics(fields));
                })
                .toList()
                .forEach(ready -> batch.add(ready, file));
        waiting.clear();
    }
}
