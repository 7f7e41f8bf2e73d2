package health.weft.identity;

import java.time.Instant;

/**
 * Somebody put a version of the model into force.
 *
 * @param before the version in force until then
 * @param labels settled pairs that stand behind the version; 0 for the library's own
 * @param undo whether it took the turn before it back
 * @param actor as shown
 */
public record ModelTurn(
        String version, String before, long labels, boolean undo, String actor, String reason, Instant at) {}
