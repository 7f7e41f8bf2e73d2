package health.weft.store;

import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.UnknownParameter;
import java.sql.Connection;
import java.sql.SQLException;
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

    /**
     * Reads a search.
     *
     * @throws StoreException NOT_READY when it names what is not known here and others have just changed what is searched by
     */
    SearchRequest request(String path, String query) {
        try {
            return SearchRequest.read(path, SearchRequest.parameters(query), known(), false);
        } catch (UnknownParameter e) {
            if (hasPassed()) {
                throw state.passed();
            }
            throw e;
        }
    }

    private boolean hasPassed() {
        try {
            return SearchState.generation(connection) != state.generation();
        } catch (SQLException e) {
            throw new RecordStore.UncheckedSql(e);
        }
    }

    /** The same, for what may be seen of versions that have passed. */
    Session seeing(Visibility past) {
        return new Session(connection, past, past, state, local, systems, longest, ahead);
    }
}
