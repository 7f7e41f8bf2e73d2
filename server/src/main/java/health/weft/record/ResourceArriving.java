package health.weft.record;

import health.weft.fhir.Issue;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A system sends a resource to be stored; told before a transaction is opened, so that a listener may take its time. What it says
 * of the resource decides whether the write is tried at all. It may change the tags of the resource, and nothing else.
 */
public final class ResourceArriving {
    private final Caller by;
    private final ObjectNode resource;
    private final List<Issue> refused = new ArrayList<>();
    private final List<Issue> warnings = new ArrayList<>();

    public ResourceArriving(Caller by, ObjectNode resource) {
        this.by = by;
        this.resource = resource;
    }

    public Caller by() {
        return by;
    }

    public ObjectNode resource() {
        return resource;
    }

    /** Keeps it from being stored. */
    public void refuse(List<Issue> issues) {
        refused.addAll(issues);
    }

    /** Has the sender told, if it asks for an OperationOutcome. */
    public void warn(List<Issue> issues) {
        warnings.addAll(issues);
    }

    /** What keeps it from being stored; empty when nothing does. */
    public List<Issue> refused() {
        return refused;
    }

    /** What its sender should know. */
    public List<Issue> warnings() {
        return warnings;
    }
}
