package health.weft.store;

import health.weft.fhir.Json;
import health.weft.store.StoreException.Category;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Profiles, tags and security labels: the sets in a resource's {@code meta} that are added to and taken from one by one. A profile is the
 * same by its address, a tag or label by system and code.
 */
public final class Labels {
    private static final List<String> SETS = List.of("profile", "security", "tag");
    /** Told of one type or of everything, at most. */
    private static final int MOST = 1_000;

    private Labels() {}

    /** The meta with what another holds and it does not. */
    public static ObjectNode with(ObjectNode meta, JsonNode more) {
        for (String set : SETS) {
            for (JsonNode one : more.path(set)) {
                ArrayNode there = meta.withArray(set);
                if (there.valueStream().noneMatch(t -> same(t, one))) {
                    there.add(one);
                }
            }
        }
        return meta;
    }

    /** The meta without what another holds. */
    public static ObjectNode without(ObjectNode meta, JsonNode less) {
        for (String set : SETS) {
            if (meta.get(set) instanceof ArrayNode there) {
                for (int i = there.size() - 1; i >= 0; i--) {
                    JsonNode one = there.get(i);
                    if (less.path(set).valueStream().anyMatch(l -> same(one, l))) {
                        there.remove(i);
                    }
                }
                if (there.isEmpty()) {
                    meta.remove(set);
                }
            }
        }
        return meta;
    }

    private static boolean same(JsonNode a, JsonNode b) {
        return a.isObject() && b.isObject()
                ? Json.text(a, "system").equals(Json.text(b, "system"))
                        && Json.text(a, "code").equals(Json.text(b, "code"))
                : a.equals(b);
    }

    /** The resource whose labels somebody changes, locked. */
    static Stored locked(Session session, String type, String id) throws SQLException {
        Stored found = new Sql()
                        .add(
                                "select " + Sql.COLUMNS
                                        + " from record.res r where r.tkey = ? and r.rtype = ? and r.id = ?",
                                Extraction.tkey(type + "/" + id),
                                type,
                                id)
                        .visible(session.who())
                        .add(" for update of r")
                        .list(session.connection())
                        .stream()
                        .findFirst()
                        .orElseThrow(
                                () -> new StoreException(Category.NOT_FOUND, "There is no " + type + " with this id."));
        if (found.deleted()) {
            throw new StoreException(Category.GONE, "This " + type + " was deleted.");
        }
        return found;
    }

    /** The write that changes labels and nothing else; null when they are as wanted already. */
    static @Nullable Change change(Stored before, UnaryOperator<ObjectNode> change) {
        ObjectNode resource = before.json();
        ObjectNode meta = change.apply(resource.withObject("meta").deepCopy());
        if (meta.equals(resource.get("meta"))) {
            return null;
        }
        Change made = new Change(
                Change.Kind.UPDATE, before.type(), before.id(), "", resource, Precondition.version(before.version()));
        if (!meta.path("security").equals(resource.path("meta").path("security"))) {
            made.labels = meta.withArray("security").deepCopy();
        }
        if (meta.path("security").isEmpty()) {
            meta.remove("security");
        }
        resource.set("meta", meta);
        return made;
    }

    /** All that stand anywhere in what may be seen; bodies are looked through, so it is bounded as a search is. */
    static ObjectNode of(Session session, @Nullable String type) throws SQLException {
        Sql sql = new Sql().add("""
                select distinct l.kind, l.label::text from (
                    select convert_from(r.body, 'UTF8')::jsonb -> 'meta' as meta from record.res r
                    where not r.deleted""");
        if (type != null) {
            sql.add(" and r.rtype = ?", type);
        }
        sql.visible(session.who()).add("""
                ) m cross join lateral (
                    select 'profile' as kind, p as label from jsonb_array_elements(m.meta -> 'profile') p
                    union all select 'security', s from jsonb_array_elements(m.meta -> 'security') s
                    union all select 'tag', t from jsonb_array_elements(m.meta -> 'tag') t) l
                order by 1, 2 limit ?""", MOST);
        return sql.bounded(session, rows -> {
            ObjectNode meta = JsonNodeFactory.instance.objectNode();
            while (rows.next()) {
                ObjectNode one = JsonNodeFactory.instance.objectNode();
                one.putArray(rows.getString(1)).add(Json.mapper().readTree(rows.getString(2)));
                with(meta, one);
            }
            return meta;
        });
    }
}
