package health.weft.smart;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An app that somebody let in, as they see it.
 *
 * @param about name of the person whose record it may open; null when it is about nobody in particular
 * @param last when it last looked, to the minute; null when it never did
 */
public record MyApp(
        UUID id,
        App app,
        @Nullable String about,
        List<Wish> wishes,
        Instant since,
        @Nullable Instant last) {}
