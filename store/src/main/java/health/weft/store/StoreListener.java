package health.weft.store;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Told of every write, inside its transaction and after its rows are in place. Throwing undoes the write. */
@FunctionalInterface
public interface StoreListener {
    /**
     * @param before the version before; null for a new resource
     * @param json the body as a tree, not to be changed; of a deletion, the last body
     */
    void written(Stored now, @Nullable Stored before, ObjectNode json, Author author);
}
