package health.weft.store;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Told of every write, inside its transaction. Throwing undoes all of it; {@link StoreException#refused} tells the sender why, and
 * in a batch undoes one entry alone.
 */
@FunctionalInterface
public interface StoreListener {
    /**
     * Somebody asks for a write; nothing was looked up yet, so that a refusal tells nothing of what is there.
     *
     * @param kind CREATE, UPDATE or DELETE
     */
    default void asked(String kind, String type, Author author) {}

    /**
     * A write is about to happen; what it changes is held until the transaction ends.
     *
     * @param before the version that stands, seen by the author; null for a new resource
     * @param after as sent; null for a deletion
     * @return true to let an author change what another party owns
     */
    default boolean writing(@Nullable Stored before, @Nullable ObjectNode after, Author author) {
        return false;
    }

    /**
     * A write has happened, its rows and those of the whole bundle are in place.
     *
     * @param before the version before; null for a new resource
     * @param json the body as a tree, not to be changed; of a deletion, the last body
     */
    void written(Stored now, @Nullable Stored before, ObjectNode json, Author author);

    /** All that was written together is in place; told once, before {@link #written} of each. The trees are not to be changed. */
    default void settled(List<Written> all) {}

    /**
     * A resource as it stands now.
     *
     * @param json its body; of a deletion, the last
     */
    record Written(Stored now, ObjectNode json) {}

    /** What was told since the last entry of a batch began was undone; the rest of the batch goes on. */
    default void undone() {}
}
