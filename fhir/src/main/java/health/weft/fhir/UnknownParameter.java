package health.weft.fhir;

import java.util.List;

/** A search by a name that no search parameter has; somebody may have made one of that name a moment ago. */
public final class UnknownParameter extends InvalidResource {
    private static final long serialVersionUID = 1;

    UnknownParameter(Issue issue) {
        super(issue);
    }

    private UnknownParameter(List<Issue> issues) {
        super(issues);
    }

    @Override
    public UnknownParameter below(String root) {
        return new UnknownParameter(Issue.below(issues(), root));
    }
}
