package health.weft.problem;

import org.springframework.http.HttpStatus;

/**
 * The kinds of refusal, each with its HTTP status and its FHIR issue type.
 *
 * @see <a href="https://hl7.org/fhir/R4/valueset-issue-type.html">FHIR R4 issue-type</a>
 */
public enum Category {
    INVALID(HttpStatus.BAD_REQUEST, "invalid"),
    UNAUTHENTICATED(HttpStatus.UNAUTHORIZED, "login"),
    FORBIDDEN(HttpStatus.FORBIDDEN, "forbidden"),
    NOT_FOUND(HttpStatus.NOT_FOUND, "not-found"),
    NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "not-supported"),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "not-supported"),
    CONFLICT(HttpStatus.CONFLICT, "conflict"),
    GONE(HttpStatus.GONE, "deleted"),
    PRECONDITION_FAILED(HttpStatus.PRECONDITION_FAILED, "multiple-matches"),
    TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "too-long"),
    UNSUPPORTED(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "not-supported"),
    UNPROCESSABLE(HttpStatus.UNPROCESSABLE_CONTENT, "business-rule"),
    TOO_MANY(HttpStatus.TOO_MANY_REQUESTS, "throttled"),
    UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "transient"),
    STORAGE_FULL(HttpStatus.INSUFFICIENT_STORAGE, "no-store"),
    INTERNAL(HttpStatus.INTERNAL_SERVER_ERROR, "exception");

    private final HttpStatus status;
    private final String issueType;

    Category(HttpStatus status, String issueType) {
        this.status = status;
        this.issueType = issueType;
    }

    public HttpStatus status() {
        return status;
    }

    /** The code of FHIR's issue-type value set. */
    public String issueType() {
        return issueType;
    }

    /** The part of a message key that names this category: {@code not-found}, {@code storage-full}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** The category that stands for an HTTP status set by somebody else, for instance by the servlet container. */
    public static Category of(int status) {
        for (Category category : values()) {
            if (category.status.value() == status) {
                return category;
            }
        }
        return status >= 500 ? INTERNAL : INVALID;
    }
}
