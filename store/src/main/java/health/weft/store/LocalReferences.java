package health.weft.store;

import health.weft.fhir.References;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes absolute references to this very server relative, {@code https://here/fhir/Patient/1} to {@code Patient/1}: the same
 * resource shall be found by one name, whatever address it was reached at.
 *
 * @param bases this server's own addresses, without a slash at the end
 */
record LocalReferences(Supplier<? extends Collection<String>> bases) {
    static final LocalReferences NONE = new LocalReferences(List::of);

    /** The reference as it is kept. */
    String relative(String reference) {
        String local = local(reference, bases.get());
        return local == null ? reference : local;
    }

    private static @Nullable String local(String reference, Collection<String> bases) {
        if (!reference.startsWith("http")) {
            return null;
        }
        for (String base : bases) {
            if (reference.startsWith(base)
                    && reference.length() > base.length()
                    && reference.charAt(base.length()) == '/') {
                String rest = reference.substring(base.length() + 1);
                References.Literal literal = References.parse(rest);
                if (literal != null && literal.base() == null) {
                    return rest;
                }
            }
        }
        return null;
    }

    /** Changes every {@code reference} in a tree. */
    void settle(ObjectNode resource) {
        Collection<String> own = bases.get();
        if (!own.isEmpty()) {
            settle(resource, own);
        }
    }

    private static void settle(JsonNode node, Collection<String> own) {
        if (node instanceof ObjectNode object) {
            Map<String, String> changed = new HashMap<>(2);
            for (var e : object.properties()) {
                if (e.getValue().isContainer()) {
                    settle(e.getValue(), own);
                } else if (e.getKey().equals("reference") && e.getValue().isString()) {
                    String local = local(e.getValue().stringValue(), own);
                    if (local != null) {
                        changed.put(e.getKey(), local);
                    }
                }
            }
            changed.forEach(object::put);
        } else if (node.isArray()) {
            node.forEach(one -> settle(one, own));
        }
    }
}
