package health.weft.audit;

import health.weft.terminal.ProgressLine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** {@code ./weft audit}: whether the trail is as it was written, and the anchors to keep elsewhere. */
public final class AuditCommand {
    private static final int SHOWN = 50;

    private final PrintStream out;
    private final PrintStream err;

    public AuditCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Prints a line for each anchor. */
    public int anchors(DataSource database) {
        try (Connection connection = database.getConnection()) {
            TrailCheck.anchors(connection).forEach(out::println);
            return 0;
        } catch (SQLException e) {
            return failed(e);
        }
    }

    /**
     * Checks the trail; 0 when it is as it was written, 1 when something is wrong with it.
     *
     * @param anchors a file of lines as {@link #anchors} prints them
     */
    public int verify(DataSource database, Optional<Path> anchors) {
        List<String> kept = List.of();
        if (anchors.isPresent()) {
            try {
                kept = Files.readAllLines(anchors.get());
            } catch (IOException e) {
                err.println("Cannot read the anchors in " + anchors.get() + ". Name a text file: --anchors FILE.");
                return 2;
            }
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            ProgressLine line = new ProgressLine(err);
            TrailCheck.Result result =
                    TrailCheck.run(connection, kept, (done, total) -> line.show("checking", done, total));
            connection.rollback();
            out.printf(
                    "%,d rows, %,d links, %,d chains, %,d anchors.%n",
                    result.rows(), result.links(), result.chains(), result.anchors());
            if (result.findings().isEmpty()) {
                out.println("The trail is as it was written.");
                return 0;
            }
            result.findings().stream()
                    .limit(SHOWN)
                    .forEach(finding -> out.println(finding.kind() + ": " + finding.where()));
            if (result.findings().size() > SHOWN) {
                out.printf("and %,d more%n", result.findings().size() - SHOWN);
            }
            out.println(
                    "The trail is NOT as it was written. Keep this database as it is, and look for who had access to it.");
            return 1;
        } catch (SQLException e) {
            return failed(e);
        }
    }

    private int failed(SQLException e) {
        err.println("The trail could not be read: " + e.getMessage());
        return 2;
    }
}
