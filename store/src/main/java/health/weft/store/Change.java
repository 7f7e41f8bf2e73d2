package health.weft.store;

import health.weft.fhir.Json;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One write on its way: what is wanted, then what was found, then what will stand. */
final class Change {
    enum Kind {
        CREATE,
        UPDATE,
        DELETE
    }

    final Kind kind;
    final String type;
    final String id;
    /** Where it stands in the request, for errors: {@code Bundle.entry[3]}; empty for a single write. */
    final String at;

    final @Nullable ObjectNode json;
    final Precondition when;

    /** The security labels it shall have; null for those it has. */
    @Nullable
    ArrayNode labels;

    @Nullable
    Stored before;

    private @Nullable ObjectNode was;

    @Nullable
    Stored now;

    @Nullable
    Extraction extraction;

    Change(Kind kind, String type, String id, String at, @Nullable ObjectNode json, Precondition when) {
        this.kind = kind;
        this.type = type;
        this.id = id;
        this.at = at;
        this.json = json;
        this.when = when;
    }

    /** A new resource, under an id of the server's; the platform may choose it. */
    static Change creation(ObjectNode resource, Author author) {
        String given = Json.text(resource, "id");
        String id = author.platform() && !given.isEmpty()
                ? given
                : UUID.randomUUID().toString();
        return new Change(Kind.CREATE, Json.text(resource, "resourceType"), id, "", resource, Precondition.NONE);
    }

    /** Whether nothing was there before, or what was there had been deleted. */
    boolean isCreating() {
        return before == null || before.deleted();
    }

    /** What was before, read once; not to be changed. Null when it is new. */
    @Nullable
    ObjectNode was() {
        if (was == null && before != null) {
            was = before.json();
        }
        return was;
    }

    /** An expression below the entry: {@code Task.focus} becomes {@code Bundle.entry[3].resource.focus}. */
    String expression(String path) {
        return at.isEmpty() ? type + path : at + ".resource" + path;
    }

    /** What a listener refused, told with its place: its own places are below the resource. */
    StoreException refused(StoreException e) {
        if (at.isEmpty()) {
            return e;
        }
        return e.with(e.issues().stream()
                .map(i -> i.below(i.expression() == null ? at : at + ".resource"))
                .toList());
    }

    /** What is refused, told with its place. */
    StoreException refused(StoreException.Category category, String message) {
        StoreException e = new StoreException(category, message);
        return at.isEmpty() ? e : e.below(at);
    }
}
