package health.weft.store;

import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.store.RecordStore.Conditional;
import health.weft.store.StoreException.Category;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes whose resource a search names (R4, 3.1.0.4.3, 3.1.0.7.1, 3.1.0.8.1). Of any number at the same time under the same condition
 * one is done after the other.
 */
final class ConditionalWriting {
    private final Session session;
    private final List<StoreListener> listeners;

    ConditionalWriting(Session session, List<StoreListener> listeners) {
        this.session = session;
        this.listeners = listeners;
    }

    Conditional create(ObjectNode resource, String criteria, Author author) throws SQLException {
        Optional<Stored> found = one(Json.text(resource, "resourceType"), criteria);
        return found.isPresent()
                ? new Conditional(found.get(), false)
                : new Conditional(write(Change.creation(resource, author), author), true);
    }

    Optional<Stored> one(String type, String criteria) throws SQLException {
        List<Stored> found = fitting(type, criteria, 2);
        if (found.size() > 1) {
            throw Conditions.several();
        }
        return found.stream().findFirst();
    }

    Conditional update(ObjectNode resource, String criteria, Precondition when, Author author) throws SQLException {
        String type = Json.text(resource, "resourceType");
        Optional<Stored> found = one(type, criteria);
        Conditions.fits(resource, found.stream().toList());
        if (found.isPresent()) {
            String id = found.get().id();
            return new Conditional(write(new Change(Change.Kind.UPDATE, type, id, "", resource, when), author), false);
        }
        if (when.isOfVersion()) {
            throw new StoreException(
                    Category.VERSION_CONFLICT,
                    "Nothing fits the condition, so there is no version of it that If-Match could fit.");
        }
        return new Conditional(write(Change.creation(resource, author), author), true);
    }

    List<Stored> delete(String type, String criteria, Precondition when, int most, Author author) throws SQLException {
        List<Stored> found = fitting(type, criteria, most + 1);
        if (found.size() > most) {
            throw most == 1
                    ? Conditions.several()
                    : new StoreException(
                            Category.MULTIPLE_MATCHES,
                            "More than " + most
                                    + " resources fit the condition; nothing was deleted. Make it narrower.");
        }
        List<Stored> gone = new ArrayList<>();
        for (Stored s : found) {
            gone.add(write(new Change(Change.Kind.DELETE, type, s.id(), "", null, when), author));
        }
        return gone;
    }

    /** What fits a condition, at most so many; whoever works under the same condition waits for the end of this transaction. */
    private List<Stored> fitting(String type, String criteria, int most) throws SQLException {
        SearchRequest request = Conditions.of(type, criteria, session);
        Conditions.lock(session.connection(), List.of(request));
        return new Searching(session).few(request, most);
    }

    private Stored write(Change change, Author author) throws SQLException {
        return new Writing(session, author, listeners).one(change);
    }
}
