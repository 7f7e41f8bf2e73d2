package health.weft.casework;

import java.time.Instant;

/** A note of the organisation about a client: at closing, at opening again, or at any time. Nobody else reads it. */
public record Note(String id, Instant at, String words, String by) {}
