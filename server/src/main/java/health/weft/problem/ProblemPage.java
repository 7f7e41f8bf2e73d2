package health.weft.problem;

/**
 * What the error page shows.
 *
 * @param reference found again in the log
 */
public record ProblemPage(Problem problem, String reference) {
    public Category category() {
        return problem.category();
    }
}
