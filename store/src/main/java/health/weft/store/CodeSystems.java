package health.weft.store;

import health.weft.fhir.Json;
import health.weft.fhir.terminology.CodeSystem;
import java.util.LinkedHashMap;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Code systems of the record, compiled, by resource and version; the ones not used for longest go when they come to more than
 * {@value #MOST_CODES} codes together (about 30 MB). Whoever asks has found the row under their own visibility before.
 */
final class CodeSystems {
    private static final int MOST_CODES = 120_000;

    record Key(long rid, int version) {}

    record Known(CodeSystem system, String status) {
        static Known of(ObjectNode resource) {
            return new Known(CodeSystem.of(resource), Json.text(resource, "status"));
        }

        private int size() {
            return system.size() + 10;
        }
    }

    private final LinkedHashMap<Key, Known> kept = new LinkedHashMap<>(16, 0.75f, true);
    private int size;

    synchronized Optional<Known> get(Key key) {
        return Optional.ofNullable(kept.get(key));
    }

    synchronized void put(Key key, Known known) {
        Known before = kept.put(key, known);
        size += known.size() - (before == null ? 0 : before.size());
        var oldest = kept.values().iterator();
        while (size > MOST_CODES && kept.size() > 1) {
            size -= oldest.next().size();
            oldest.remove();
        }
    }
}
