package health.weft.problem;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A refusal with its category and a sentence that says what to do next.
 *
 * <p>The message is shown to whoever asked, so it carries no health data and nothing that the caller may not know. What people
 * meet on pages is said by {@link Words}, in their language; what only systems meet is an English sentence.
 *
 * <pre>{@code
 * throw Problem.of(Category.CONFLICT, "referral.problem.ended");
 * throw Problem.unprocessable("Task.for must name the person the referral is for, Patient/<id>.");
 * }</pre>
 */
public final class Problem extends RuntimeException {
    private final Category category;
    private final List<Detail> details;
    private final @Nullable Words words;

    /**
     * One thing that is wrong.
     *
     * @param code FHIR issue type, {@code invalid} or {@code required} for instance
     * @param message a sentence for the sender
     * @param path where, as FHIRPath, {@code Bundle.entry[3].resource.status}; empty when it concerns the whole
     */
    public record Detail(String code, String message, String path) {}

    public Problem(Category category, String message, List<Detail> details) {
        super(message);
        this.category = category;
        this.details = List.copyOf(details);
        this.words = null;
    }

    private Problem(Category category, Words words) {
        super(words.in(Locale.ENGLISH));
        this.category = category;
        this.details = List.of();
        this.words = words;
    }

    public Problem(Category category, String message) {
        this(category, message, List.of());
    }

    public Category category() {
        return category;
    }

    /** What is wrong in detail, empty when the message says it all. */
    public List<Detail> details() {
        return details;
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? category.name() : message;
    }

    /** The message in the reader's language, where it was written for people. */
    public String message(Locale locale) {
        return words == null ? getMessage() : words.in(locale);
    }

    /** Whether {@link #message} is in the reader's language, or in English for any. */
    public boolean isTranslated() {
        return words != null;
    }

    /** A refusal that people meet: the key of its {@link Words} and what fills them. */
    public static Problem of(Category category, String key, Object... args) {
        return new Problem(category, new Words(key, args));
    }

    public static Problem invalid(String message) {
        return new Problem(Category.INVALID, message);
    }

    public static Problem forbidden(String message) {
        return new Problem(Category.FORBIDDEN, message);
    }

    public static Problem notFound(String message) {
        return new Problem(Category.NOT_FOUND, message);
    }

    public static Problem conflict(String message) {
        return new Problem(Category.CONFLICT, message);
    }

    public static Problem tooLarge(String message) {
        return new Problem(Category.TOO_LARGE, message);
    }

    public static Problem unprocessable(String message) {
        return new Problem(Category.UNPROCESSABLE, message);
    }
}
