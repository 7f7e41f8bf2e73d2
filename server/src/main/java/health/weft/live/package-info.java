/**
 * Pages that change by themselves.
 *
 * <p>A feature says inside its transaction that something of a party changed; PostgreSQL tells every instance when that
 * transaction commits (LISTEN/NOTIFY), and each instance tells the browsers that are open for the party (server-sent
 * events). The event carries a topic and no content: the page asks again, through the same door and policy as ever.
 *
 * <p>Uses: security, problem, database.
 */
@ApplicationModule(allowedDependencies = {"security", "problem", "database"})
@NullMarked
package health.weft.live;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
