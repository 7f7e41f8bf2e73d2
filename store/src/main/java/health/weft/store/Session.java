package health.weft.store;

import health.weft.fhir.ParameterSet;
import java.sql.Connection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one piece of work on the record has at hand.
 *
 * @param who what may be seen
 * @param match what may be found by its content: what a search by anything but the id, a chain or {@code _has} may touch
 * @param state what may be searched by at present
 * @param local this server's own addresses
 * @param systems code systems that are compiled already
 * @param longest how long one search may take the database; zero for as long as it likes
 * @param ahead what is to be asked before anything is searched; null for nothing
 */
record Session(
        Connection connection,
        Visibility who,
        Visibility match,
        SearchState state,
        LocalReferences local,
        CodeSystems systems,
        Duration longest,
        @Nullable Ahead ahead) {

    ParameterSet known() {
        return state.known();
    }

    /** The same, for what may be seen of versions that have passed. */
    Session seeing(Visibility past) {
        return new Session(connection, past, past, state, local, systems, longest, ahead);
    }
}
