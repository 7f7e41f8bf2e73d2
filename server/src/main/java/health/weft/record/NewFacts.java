package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Bearers;
import health.weft.security.Bearers.Bearer;
import health.weft.store.StoreException;
import health.weft.store.Stored;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stores new facts. Those that one system sends at the same moment go {@link Together}: one transaction, one journey for each table, one
 * commit for all of them, and a row of the trail for each. A fact that is refused takes the others of its group back with it, and each is then stored, or refused, by itself: what
 * is answered is the same as if it had come alone. When the database fails, all of the group are told so, for the commit may have come through.
 */
@Component
class NewFacts {
    /** So many go together at most: a group is held by one thread. */
    private static final int MOST = 32;

    private final Records records;
    private final Bearers bearers;
    private final Together<ObjectNode, Optional<Stored>> together = new Together<>(MOST);

    NewFacts(Records records, Bearers bearers) {
        this.records = records;
        this.bearers = bearers;
    }

    /**
     * Stores one.
     *
     * @param body the resource as it was sent
     * @param resource the same, read; not to be used afterwards
     * @param base this server's address as it was asked by: what the resource refers to is held against it
     * @throws RuntimeException whatever {@link Records#create} throws for it; nothing was stored then
     */
    Stored create(Bearer bearer, String base, byte[] body, ObjectNode resource) {
        return together.ask(bearer, base, resource, group -> stored(bearer, group))
                .orElseGet(() -> create(bearer, List.of(Json.parse(body))).getFirst());
    }

    /** Empty for each of several of which one was refused: nothing was stored then. */
    private List<Optional<Stored>> stored(Bearer bearer, List<ObjectNode> group) {
        try {
            return create(bearer, group).stream().map(Optional::of).toList();
        } catch (Problem | InvalidResource | StoreException refused) {
            if (group.size() == 1) {
                throw refused;
            }
            return Collections.nCopies(group.size(), Optional.empty());
        }
    }

    private List<Stored> create(Bearer bearer, List<ObjectNode> resources) {
        return records.create(bearer.guess(), bearers.question(bearer), resources);
    }
}
