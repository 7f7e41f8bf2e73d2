package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.store.StoreException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Searches that say which resource a conditional write is about (R4, 3.1.0.4.3, 3.1.0.7.1, 3.1.0.8.1). */
final class Conditions {
    private Conditions() {}

    static SearchRequest of(String type, String criteria, Session session) {
        SearchRequest request = session.request(type, criteria);
        if (request.clauses().isEmpty()) {
            throw new InvalidResource(Issue.error("value", "A condition must name at least one search parameter."));
        }
        return request;
    }

    static StoreException several() {
        return new StoreException(
                Category.MULTIPLE_MATCHES,
                "Several resources fit the condition. Make it narrower, for instance by identifier.");
    }

    /**
     * Whether a conditional update fits what was found: the resource sent names no other id than the one found.
     *
     * @throws InvalidResource when it does
     */
    static void fits(@Nullable ObjectNode sent, List<Stored> found) {
        String id = sent == null ? "" : Json.text(sent, "id");
        if (id.isEmpty() || (found.size() == 1 && found.getFirst().id().equals(id))) {
            return;
        }
        throw new InvalidResource(Issue.error(
                "value",
                found.isEmpty()
                        ? "Nothing fits the condition, and the server chooses the ids of new resources: leave the id out."
                        : "The resource that fits the condition has another id than the one sent: leave the id out.",
                Json.text(java.util.Objects.requireNonNull(sent), "resourceType") + ".id"));
    }

    /** Waits for everyone else who works under one of the same conditions, in an order that cannot deadlock. */
    static void lock(Connection c, Collection<SearchRequest> conditions) throws SQLException {
        long[] keys = conditions.stream()
                .mapToLong(r -> Hash.of("condition", r.type(), r.query()))
                .distinct()
                .sorted()
                .toArray();
        if (keys.length == 0) {
            return;
        }
        try (PreparedStatement statement = c.prepareStatement(
                "select pg_advisory_xact_lock(k) from unnest(?::bigint[]) with ordinality as u(k, i) order by i")) {
            statement.setObject(1, keys);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    // Each row is a lock held to the end of the transaction.
                }
            }
        }
    }
}
