package health.weft.fhir;

import java.util.List;

/** Input that breaks the rules of FHIR: a resource, a bundle, or a search. Each issue says where and what to do. */
public sealed class InvalidResource extends RuntimeException permits UnknownParameter {
    private static final long serialVersionUID = 1;
    private final transient List<Issue> issues;

    public InvalidResource(List<Issue> issues) {
        super(issues.isEmpty() ? "Invalid resource" : issues.getFirst().diagnostics());
        this.issues = List.copyOf(issues);
    }

    public InvalidResource(Issue issue) {
        this(List.of(issue));
    }

    public List<Issue> issues() {
        return issues;
    }

    /** The same error told from a place further out, for instance {@code Bundle.entry[3].resource}. */
    public InvalidResource below(String root) {
        return new InvalidResource(Issue.below(issues, root));
    }
}
