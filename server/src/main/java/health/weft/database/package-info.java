/**
 * The one PostgreSQL that everything stands in.
 *
 * <p>Without a setting, a real PostgreSQL 18 is started beside the server and keeps its files in the data folder; with
 * {@code weft.database-url} the server uses one that runs elsewhere: same schema, same SQL. Each feature owns a schema
 * and its migrations, {@code db/migration/<feature>/V1__*.sql}; they are applied before anything else starts.
 *
 * <p>{@code WorkThreads} are the threads that take leases in it and work at what is due.
 *
 * <p>Uses: problem.
 */
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package health.weft.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
