package health.weft.fhir;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Builds the OperationOutcome resource that tells a client of issues (R4, 2.28). */
public final class OperationOutcome {
    private OperationOutcome() {}

    public static ObjectNode of(List<Issue> issues) {
        ObjectNode outcome = Json.object("OperationOutcome");
        ArrayNode array = outcome.putArray("issue");
        for (Issue issue : issues) {
            ObjectNode node = array.addObject();
            node.put("severity", issue.severity());
            node.put("code", issue.code());
            node.put("diagnostics", issue.diagnostics());
            if (issue.expression() != null) {
                node.putArray("expression").add(issue.expression());
            }
        }
        return outcome;
    }
}
