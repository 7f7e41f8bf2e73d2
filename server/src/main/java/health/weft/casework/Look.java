package health.weft.casework;

import health.weft.problem.Problem;
import java.util.List;
import java.util.UUID;

/**
 * What a file would bring, before anything of it is stored.
 *
 * @param name of the file
 * @param fresh rows that would be added
 * @param there rows of which all stands on the list already
 * @param findings what is wrong, in the order of the file; while there is any nothing of the file can be brought in
 */
public record Look(UUID key, Kind kind, String name, int fresh, int there, List<Finding> findings) {
    /** What a file holds. */
    public enum Kind {
        CLIENTS,
        VISITS
    }

    /**
     * One cell that cannot be.
     *
     * @param column the field it is for, as in the messages {@code casework.column.*}
     */
    public record Finding(long line, String column, Problem problem) {}
}
