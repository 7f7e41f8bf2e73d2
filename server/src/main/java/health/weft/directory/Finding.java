package health.weft.directory;

/**
 * What is amiss in a feed.
 *
 * @param error whether the row was left out
 * @param line of the file, or the number of the object in it
 */
public record Finding(boolean error, String file, long line, String type, String sourceId, String message) {}
