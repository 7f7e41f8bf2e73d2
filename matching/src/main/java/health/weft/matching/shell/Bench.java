package health.weft.matching.shell;

import health.weft.matching.Batch;
import health.weft.matching.Linked;
import health.weft.matching.Model;
import health.weft.matching.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Measures matching on labelled sets, all by one configuration and one threshold. */
final class Bench {
    private final Path data;

    Bench(Path data) {
        this.data = data;
    }

    /** Null where a file of the set is absent. */
    @org.jspecify.annotations.Nullable
    Measured measure(PublicSet set) {
        List<Path> paths = set.files().stream().map(data::resolve).toList();
        if (!paths.stream().allMatch(Files::exists)) {
            return null;
        }
        long began = System.nanoTime();
        Schema schema = Schema.parse(set.schema(), set.name());
        Batch batch = new Batch(schema.deduplicated());
        new Loading(schema, batch, Progress.SILENT).read(paths);
        Linked linked = batch.link(Model.standard(), true, Progress.SILENT);
        double seconds = (System.nanoTime() - began) / 1e9;
        List<String> people = set.people(data);
        return new Measured(set.name(), people.size(), Accuracy.of(linked, people), batch.met(people), linked, seconds);
    }

    public static void main(String[] args) {
        Bench bench = new Bench(Path.of(args[0]));
        System.out.print(Measured.HEAD);
        for (PublicSet set : PublicSet.all()) {
            if (args.length > 1 && !set.name().contains(args[1])) {
                continue;
            }
            Measured measured = bench.measure(set);
            if (measured != null) {
                System.out.print(measured.row());
            }
        }
    }
}
