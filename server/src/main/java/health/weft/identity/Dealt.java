package health.weft.identity;

/**
 * A pair that was dealt to a steward: the facts of both copies, and nothing of what anybody or anything said of them.
 *
 * @param id of the look, to answer by
 */
public record Dealt(long id, SourcePatient one, SourcePatient other) {}
