package health.weft.record;

import health.weft.security.Caller;
import health.weft.store.StoreListener;
import java.util.List;

/**
 * A feature that takes part in what is written to the record. It is called for every resource, in the thread that writes it; what it
 * throws as a {@link health.weft.problem.Problem} refuses the write.
 *
 * <p>These are calls and no Spring events: an import makes three for each of many thousand resources, and publishing them as events
 * took an eighth of its CPU.
 */
public interface RecordListener {
    /** Before a transaction is opened. */
    default void arriving(ResourceArriving arriving) {}

    /** In the transaction, before the store writes. */
    default void writing(ResourceWriting writing) {}

    /** In the transaction, after all entries of a bundle are in. */
    default void written(ResourceWritten written) {}

    /** In the transaction, once, with all that was written together, before {@link #written} is told of each. */
    default void settled(List<StoreListener.Written> all, Caller by) {}
}
