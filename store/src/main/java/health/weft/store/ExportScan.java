package health.weft.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bulk export reads of one resource type.
 *
 * @param ofPatients only what stands in some patient's record
 * @param pats only what stands in the records of these Patients, by {@code rid}; null for no such limit
 * @param moment the moment that is read; what was written after it is left out, or read as it was before
 * @param since only what was written after this moment, deletions too; null for everything that is there
 */
public record ExportScan(
        String type,
        boolean ofPatients,
        @Nullable List<Long> pats,
        Moment moment,
        @Nullable Moment since) {

    /**
     * A part of the resources, by {@code rid}.
     *
     * @param rows as they were at the moment; deletions only with {@code since}
     * @param last {@code rid} to go on after
     * @param end whether nothing of the type is left
     */
    public record Page(List<Stored> rows, long last, boolean end) {}
}
