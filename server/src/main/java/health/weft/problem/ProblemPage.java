package health.weft.problem;

/**
 * What the error page shows.
 *
 * @param message what happened and what to do
 * @param reference found again in the log
 */
public record ProblemPage(Category category, String message, String reference) {}
