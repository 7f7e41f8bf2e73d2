package health.weft.database;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The database as an operator's command on the machine itself reaches it: that of the running server. */
public final class OperatorDatabase {
    private final PGSimpleDataSource dataSource;
    private final Path folder;

    private OperatorDatabase(PGSimpleDataSource dataSource, Path folder) {
        this.dataSource = dataSource;
        this.folder = folder;
    }

    /**
     * Finds it.
     *
     * @param data folder given on the command line; else the usual ones are tried
     * @param url of an external PostgreSQL; else WEFT_DATABASE_URL
     * @throws IllegalStateException when no running server is found; the message says what to do
     */
    public static OperatorDatabase open(Optional<String> data, Optional<String> url) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        Optional<String> named = data.or(() -> Optional.ofNullable(System.getenv("WEFT_DATA")));
        Optional<String> external = url.or(() -> Optional.ofNullable(System.getenv("WEFT_DATABASE_URL")));
        if (external.isPresent()) {
            dataSource.setUrl(DatabaseUrl.jdbc(external.get()));
            return new OperatorDatabase(
                    dataSource, Path.of(named.orElse("data")).toAbsolutePath());
        }
        List<String> folders = named.map(List::of).orElse(List.of("data/demo", "data"));
        for (String folder : folders) {
            Optional<String> running = EmbeddedDatabase.running(Path.of(folder).toAbsolutePath());
            if (running.isPresent()) {
                dataSource.setUrl(running.get());
                return new OperatorDatabase(dataSource, Path.of(folder).toAbsolutePath());
            }
        }
        throw new IllegalStateException("No Weft is running on " + String.join(" or ", folders)
                + ". Start it with ./weft demo or ./weft serve, or name its folder with --data DIR.");
    }

    /** The server's data folder, where its files beside the database stand. */
    public Path folder() {
        return folder;
    }

    public DataSource dataSource() {
        return dataSource;
    }
}
