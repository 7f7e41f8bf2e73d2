package health.weft.problem;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A {@link Problem} written as a FHIR OperationOutcome (R4, section 2.22). */
final class OutcomeOf {
    private OutcomeOf() {}

    static ObjectNode problem(Problem problem) {
        ObjectNode outcome = JsonNodeFactory.instance.objectNode().put("resourceType", "OperationOutcome");
        ArrayNode issues = outcome.putArray("issue");
        List<Problem.Detail> details = problem.details().isEmpty()
                ? List.of(new Problem.Detail(problem.category().issueType(), problem.getMessage(), ""))
                : problem.details();
        for (Problem.Detail detail : details) {
            ObjectNode issue = issues.addObject()
                    .put("severity", "error")
                    .put("code", detail.code())
                    .put("diagnostics", detail.message());
            if (!detail.path().isEmpty()) {
                issue.putArray("expression").add(detail.path());
            }
        }
        return outcome;
    }
}
