package health.weft.fhir.terminology;

import health.weft.fhir.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Definitions of a test, R4's own behind them. */
final class OwnDefinitions implements Definitions {
    private final Map<String, ObjectNode> byName = new LinkedHashMap<>();

    OwnDefinitions with(String... resources) {
        for (String json : resources) {
            ObjectNode resource = Json.parse(json);
            byName.put(Json.text(resource, "resourceType") + " " + Json.text(resource, "url"), resource);
        }
        return this;
    }

    private @Nullable ObjectNode own(String type, String canonical) {
        int bar = canonical.indexOf('|');
        ObjectNode own = byName.get(type + " " + (bar < 0 ? canonical : canonical.substring(0, bar)));
        return own == null || bar < 0 || canonical.substring(bar + 1).equals(Json.text(own, "version")) ? own : null;
    }

    @Override
    public @Nullable CodeSystem codeSystem(String canonical) {
        ObjectNode own = own("CodeSystem", canonical);
        return own == null ? StandardDefinitions.R4.codeSystem(canonical) : CodeSystem.of(own);
    }

    @Override
    public @Nullable ObjectNode valueSet(String canonical) {
        ObjectNode own = own("ValueSet", canonical);
        return own == null ? StandardDefinitions.R4.valueSet(canonical) : own;
    }

    @Override
    public @Nullable ObjectNode conceptMap(String canonical) {
        ObjectNode own = own("ConceptMap", canonical);
        return own == null ? StandardDefinitions.R4.conceptMap(canonical) : own;
    }

    @Override
    public List<ObjectNode> conceptMaps(String system, boolean to) {
        return byName.values().stream()
                .filter(r -> Json.text(r, "resourceType").equals("ConceptMap"))
                .toList();
    }
}
