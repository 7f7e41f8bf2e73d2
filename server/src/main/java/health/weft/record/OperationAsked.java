package health.weft.record;

import health.weft.security.Caller;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An entry of a batch asks for an operation, {@code POST Patient/$match}; the feature that serves it answers. One that nobody
 * answers is refused. What a listener throws as a Problem becomes the answer of this entry alone.
 */
public final class OperationAsked {
    private final Caller by;
    private final String url;
    private final ObjectNode input;
    private final String base;
    private @Nullable ObjectNode output;

    OperationAsked(Caller by, String url, ObjectNode input, String base) {
        this.by = by;
        this.url = url;
        this.input = input;
        this.base = base;
    }

    public Caller by() {
        return by;
    }

    /** As the entry has it, relative to the base. */
    public String url() {
        return url;
    }

    /** The resource of the entry. */
    public ObjectNode input() {
        return input;
    }

    /** The address of this server that answers begin with. */
    public String base() {
        return base;
    }

    public void answer(ObjectNode resource) {
        output = resource;
    }

    @Nullable
    ObjectNode output() {
        return output;
    }
}
