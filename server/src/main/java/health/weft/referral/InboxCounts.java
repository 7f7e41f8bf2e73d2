package health.weft.referral;

/**
 * How many stand in the lists of an organisation.
 *
 * @param waiting for its answer
 * @param underway at it
 * @param needing sent by it, and needing it
 */
public record InboxCounts(int waiting, int underway, int needing) {}
