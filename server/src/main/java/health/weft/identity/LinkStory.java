package health.weft.identity;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the copies of a person came to be linked.
 *
 * @param person id that answers now
 * @param steps newest first, those of one act together
 */
public record LinkStory(String person, List<SourcePatient> copies, List<Step> steps) {

    /**
     * What happened at one moment.
     *
     * @param kind a kind of link event, {@code LINKED} or {@code UNDONE} for instance
     * @param by as shown
     * @param score log2 odds; null where no weight was on the table
     * @param act by which somebody may undo it; null where a match did it, or where it is undone
     */
    public record Step(
            String kind,
            Instant at,
            String by,
            String reason,
            List<String> copies,
            @Nullable Double score,
            String model,
            @Nullable Long act,
            boolean undone) {}
}
