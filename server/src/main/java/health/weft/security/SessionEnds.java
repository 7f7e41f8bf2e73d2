package health.weft.security;

/**
 * Somebody's session is about to end: they signed out, here or everywhere, or a provider said so. Not told of one that runs out by itself.
 *
 * @param session its id
 */
public record SessionEnds(String username, String session) {}
