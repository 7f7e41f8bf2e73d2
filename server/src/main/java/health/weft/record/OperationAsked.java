package health.weft.record;

import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.security.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An entry of a batch asks for an operation, {@code POST Patient/$match} or {@code GET Patient/1/$everything}; the feature that serves it answers. One that nobody
 * answers is refused. What a listener throws as a Problem becomes the answer of this entry alone.
 */
public final class OperationAsked {
    private final Caller by;
    private final String path;
    private final String query;
    private final @Nullable ObjectNode input;
    private final String base;
    private byte @Nullable [] output;

    /**
     * @param url as the entry has it, relative to the base
     * @param input the resource of an entry that posts; null of one that gets
     */
    OperationAsked(Caller by, String url, @Nullable ObjectNode input, String base) {
        this.by = by;
        int mark = url.indexOf('?');
        this.path = (mark < 0 ? url : url.substring(0, mark)).replaceFirst("^/", "");
        this.query = mark < 0 ? "" : url.substring(mark + 1);
        this.input = input;
        this.base = base;
    }

    public Caller by() {
        return by;
    }

    /** {@code Patient/1/$everything}. */
    public String path() {
        return path;
    }

    /** What is asked for, when it is this; the groups are its parts. */
    public Optional<Matcher> as(Pattern operation) {
        return Optional.of(operation.matcher(path)).filter(Matcher::matches);
    }

    /** What the address says beyond that, decoded and in its order. */
    public List<Map.Entry<String, String>> parameters() {
        return FhirController.checked(() -> SearchRequest.parameters(query));
    }

    /** The resource of an entry that posts; null of one that gets. */
    public @Nullable ObjectNode input() {
        return input;
    }

    /** The address of this server that answers begin with. */
    public String base() {
        return base;
    }

    public void answer(ObjectNode resource) {
        answer(Json.bytes(resource));
    }

    void answer(byte[] resource) {
        output = resource;
    }

    byte @Nullable [] output() {
        return output;
    }
}
