package health.weft.store;

import health.weft.fhir.Issue;
import java.util.List;

/** The store cannot do what was asked; the category says why, the issues where and what to do. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why, with the HTTP status that R4 gives it (3.1.0). */
    public enum Category {
        /** Not there, or not to be seen: the two answer the same. */
        NOT_FOUND(404, "not-found"),
        GONE(410, "deleted"),
        /** If-Match names another version than the current one. */
        VERSION_CONFLICT(412, "conflict"),
        /** A condition that must lead to one resource leads to several. */
        MULTIPLE_MATCHES(412, "multiple-matches"),
        /** The resource belongs to another party. */
        FORBIDDEN(403, "forbidden"),
        /** A reference leads to nothing that is there and may be seen. */
        UNRESOLVED_REFERENCE(422, "not-found"),
        UNSUPPORTED(400, "not-supported"),
        /** The index that it needs is being made. */
        NOT_READY(503, "transient"),
        /** The search took too long and was stopped. */
        TOO_COSTLY(503, "too-costly"),
        /** The answers to a Bundle are more than is told at once. */
        TOO_LARGE(413, "too-long"),
        /** A listener refused it, with a status of its own. */
        REFUSED(422, "business-rule");

        private final int status;
        private final String code;

        Category(int status, String code) {
            this.status = status;
            this.code = code;
        }

        public int status() {
            return status;
        }

        /** The IssueType code. */
        public String code() {
            return code;
        }
    }

    private final Category category;
    private final int status;
    private final transient List<Issue> issues;

    public StoreException(Category category, String message) {
        this(category, List.of(Issue.error(category.code, message)));
    }

    public StoreException(Category category, List<Issue> issues) {
        this(category, category.status, issues);
    }

    private StoreException(Category category, int status, List<Issue> issues) {
        super(issues.getFirst().diagnostics());
        this.category = category;
        this.status = status;
        this.issues = List.copyOf(issues);
    }

    /**
     * What a {@link StoreListener} throws to refuse a write: of a batch its entry answers so, of a transaction the entry is named.
     *
     * @param status of HTTP, 400 to 599
     */
    public static StoreException refused(int status, List<Issue> issues) {
        return new StoreException(Category.REFUSED, status, issues);
    }

    public Category category() {
        return category;
    }

    /** The status of HTTP that tells it. */
    public int status() {
        return status;
    }

    public List<Issue> issues() {
        return issues;
    }

    StoreException below(String root) {
        return with(issues.stream().map(i -> i.below(root)).toList());
    }

    /** The same refusal with its issues told otherwise. */
    StoreException with(List<Issue> told) {
        return new StoreException(category, status, told);
    }
}
