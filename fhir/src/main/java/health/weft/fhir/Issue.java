package health.weft.fhir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with, or worth telling about, a request: an entry of an OperationOutcome.
 *
 * @param severity {@code fatal}, {@code error}, {@code warning} or {@code information}
 * @param code an IssueType code of R4, for instance {@code structure}, {@code required}, {@code not-supported}
 * @param diagnostics what happened and what to do, for a person; holds no health data
 * @param expression FHIRPath of the element concerned, for instance {@code Bundle.entry[3].resource.status}; or null
 */
public record Issue(
        String severity,
        String code,
        String diagnostics,
        @Nullable String expression) {

    public static Issue error(String code, String diagnostics) {
        return new Issue("error", code, diagnostics, null);
    }

    public static Issue error(String code, String diagnostics, @Nullable String expression) {
        return new Issue("error", code, diagnostics, expression);
    }

    /** What is worth knowing and hinders nothing. */
    public static Issue warning(String code, String diagnostics) {
        return new Issue("warning", code, diagnostics, null);
    }

    /** The same issue, its expression put below {@code root}: {@code Patient.name} below {@code Bundle.entry[3].resource}. */
    public Issue below(String root) {
        if (expression == null) {
            return new Issue(severity, code, diagnostics, root);
        }
        int dot = expression.indexOf('.');
        return new Issue(severity, code, diagnostics, dot < 0 ? root : root + expression.substring(dot));
    }

    static List<Issue> below(List<Issue> issues, String root) {
        return issues.stream().map(i -> i.below(root)).toList();
    }
}
