package health.weft.oversight;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person asks why somebody looked at their record.
 *
 * @param name of who looked
 * @param looked when
 * @param asker name of the person
 * @param words what they want to know; empty for nothing more
 * @param answer null until there is one
 * @param answerer name
 */
public record Question(
        long id,
        String name,
        String partyName,
        Instant looked,
        String asker,
        Instant asked,
        String words,
        @Nullable String answer,
        @Nullable Instant answered,
        @Nullable String answerer) {}
