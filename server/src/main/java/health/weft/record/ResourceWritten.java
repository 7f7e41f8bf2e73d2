package health.weft.record;

import health.weft.security.Caller;
import health.weft.store.Stored;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resource was stored; told inside the transaction, after all entries of a bundle are in.
 *
 * <p>A listener that throws a Problem takes everything back.
 *
 * @param json the resource as stored; empty object when it was deleted
 * @param by who wrote it
 */
public record ResourceWritten(Stored now, ObjectNode json, Caller by) {}
