package health.weft.store;

import java.time.Instant;

/**
 * A moment of the record that can be read again: which transactions had ended.
 *
 * @param at every write up to it belongs to the moment; a few later ones may too, those that ended while older ones still ran
 * @param snapshot PostgreSQL's pg_snapshot as text; empty when only the clock is known
 */
public record Moment(Instant at, String snapshot) {

    /** A moment of which only the clock is known. */
    public static Moment byClock(Instant at) {
        return new Moment(at, "");
    }
}
