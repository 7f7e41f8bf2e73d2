package health.weft.oversight;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A look, or a day of looks, that is unusual, and what the privacy officer made of it.
 *
 * @param kind SURNAME, COLLEAGUE, WATCHED or VOLUME
 * @param day UTC
 * @param at of the last look
 * @param name of who looked
 * @param person name of whose record it was; null for VOLUME, and when there is no such record any more
 * @param detail the family name that both have, or the colleague
 * @param people VOLUME: how many people's records in the day
 * @param usual on a day of theirs; 0 when there was none
 * @param peers on a day of those with the same role there; 0 when there are none
 * @param outcome APPROPRIATE, INAPPROPRIATE, FOLLOW_UP; null until there is one
 */
public record Finding(
        long id,
        String kind,
        LocalDate day,
        Instant at,
        String username,
        String name,
        String partyName,
        long pat,
        @Nullable String person,
        String detail,
        int people,
        int usual,
        int peers,
        @Nullable String outcome,
        @Nullable String note,
        @Nullable Instant reviewed,
        @Nullable String reviewer) {}
