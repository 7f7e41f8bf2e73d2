package health.weft.oversight;

import java.time.Instant;

/**
 * A record that many are curious about: every look at it is shown to the privacy officer.
 *
 * @param name as a source writes it
 * @param reason in the officer's words
 * @param by name of the officer
 */
public record WatchedRecord(long id, String name, String reason, Instant since, String by) {}
