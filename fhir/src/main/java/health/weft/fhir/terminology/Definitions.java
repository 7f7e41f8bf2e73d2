package health.weft.fhir.terminology;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where definitions come from: what the asker may see, nothing else. An address is a canonical one, {@code url} or {@code
 * url|version}; without a version the latest is meant.
 */
public interface Definitions {
    /** Null when it is not here. */
    @Nullable
    CodeSystem codeSystem(String canonical);

    /** Null when it is not here. */
    @Nullable
    ObjectNode valueSet(String canonical);

    /** Null when it is not here. */
    @Nullable
    ObjectNode conceptMap(String canonical);

    /** Maps with a group from codes of a system, or to them. */
    List<ObjectNode> conceptMaps(String system, boolean to);
}
