package health.weft.bench;

import java.util.Optional;

/**
 * What a piece of work took.
 *
 * @param seconds by the clock on the wall
 * @param server milliseconds of CPU of the server; NaN where its process is not known
 * @param database milliseconds of CPU of PostgreSQL, all its processes together; NaN where it is not known
 */
record Used(double seconds, double server, double database) {
    /** Work that is under way. */
    static final class Meter {
        private final Optional<Cpu> server;
        private final Optional<Cpu> database;
        private final double serverBefore;
        private final double databaseBefore;
        private final long began;

        Meter(Subject subject, Optional<Cpu> database) {
            this.server = subject.process;
            // Where the server's own process is not known, its database is not known to be this one either.
            this.database = server.isPresent() ? database : Optional.empty();
            this.serverBefore = millis(server);
            this.databaseBefore = millis(this.database);
            this.began = System.nanoTime();
        }

        Used end() {
            double seconds = (System.nanoTime() - began) / 1e9;
            return new Used(seconds, millis(server) - serverBefore, millis(database) - databaseBefore);
        }

        private static double millis(Optional<Cpu> process) {
            return process.map(p -> (double) p.millis()).orElse(Double.NaN);
        }
    }

    double cpu() {
        return server + database;
    }
}
