package health.weft.record;

import health.weft.audit.Audit;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Structures;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Grant;
import health.weft.security.Grant.Interaction;
import health.weft.store.StoreException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Tells what the store refuses as a {@link Problem}, and audits what somebody asked for and may not have. */
@Component
class Refusals {
    private final Audit audit;

    Refusals(Audit audit) {
        this.audit = audit;
    }

    /**
     * Does work on the record.
     *
     * @param subject what it is about, for the audit trail
     * @throws Problem for whatever the store refuses
     */
    <T> T asked(Caller caller, String subject, Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreException e) {
            if (e.status() == 403 || e.status() == 404) {
                audit.refused(caller, subject, List.of());
            }
            throw problem(e);
        } catch (InvalidResource e) {
            throw problem(e);
        }
    }

    /**
     * Lets an app no further than it was let in.
     *
     * @throws Problem forbidden, when nothing of this type was opened to it
     */
    void given(Caller caller, Interaction interaction, String type) {
        Grant grant = caller.grant();
        if (grant != null && !grant.allows(interaction, type)) {
            audit.refused(caller, Structures.isResource(type) ? type : "resource", List.of());
            throw notGiven(interaction, type);
        }
    }

    /** For an app whose scopes do not reach: to be thrown. */
    static Problem notGiven(Interaction interaction, String type) {
        return Problem.forbidden(
                "This app was not given the right to " + interaction.name().toLowerCase(Locale.ROOT)
                        + (Structures.isResource(type) ? " " + type : "") + ": it needs a scope with the letter "
                        + interaction.letter() + ".");
    }

    /** What is absent, or may not be seen: to be thrown. */
    Problem absent(Caller caller, String type, String id) {
        audit.refused(caller, subject(type, id), List.of());
        return Problem.notFound("There is no " + (Structures.isResource(type) ? type : "resource") + " with this id.");
    }

    /** How a resource is named in the audit trail: what was asked for is not written there unless it can be a resource. */
    static String subject(String type, String id) {
        return Structures.isResource(type) && id.matches("[A-Za-z0-9.-]{1,64}") ? type + "/" + id : "resource";
    }

    /** What the store refused. */
    static Problem problem(StoreException e) {
        Category category =
                switch (e.category()) {
                    case NOT_FOUND -> Category.NOT_FOUND;
                    case GONE -> Category.GONE;
                    case VERSION_CONFLICT, MULTIPLE_MATCHES -> Category.PRECONDITION_FAILED;
                    case FORBIDDEN -> Category.FORBIDDEN;
                    case UNRESOLVED_REFERENCE -> Category.UNPROCESSABLE;
                    case UNSUPPORTED -> Category.INVALID;
                    case NOT_READY, TOO_COSTLY -> Category.UNAVAILABLE;
                    case TOO_LARGE -> Category.TOO_LARGE;
                    case REFUSED -> Category.of(e.status());
                };
        return new Problem(category, message(e), details(e.issues()));
    }

    /** What breaks the rules of FHIR. */
    static Problem problem(InvalidResource e) {
        return new Problem(Category.INVALID, message(e), details(e.issues()));
    }

    /** A search that is not understood, or that would cost too much whatever is stored. */
    static Problem search(InvalidResource e) {
        boolean tooMuch = e.issues().stream().anyMatch(i -> i.code().equals("too-costly"));
        return new Problem(tooMuch ? Category.UNPROCESSABLE : Category.INVALID, message(e), details(e.issues()));
    }

    /** A question about codes: what is not there, what would be too much, and what is asked wrongly. */
    static Problem terminology(InvalidResource e) {
        Category category =
                switch (e.issues().getFirst().code()) {
                    case "not-found" -> Category.NOT_FOUND;
                    case "too-costly", "not-supported" -> Category.UNPROCESSABLE;
                    default -> Category.INVALID;
                };
        return new Problem(category, message(e), details(e.issues()));
    }

    private static String message(RuntimeException e) {
        String message = e.getMessage();
        return message == null ? "This was refused." : message;
    }

    private static List<Problem.Detail> details(List<Issue> issues) {
        return issues.stream()
                .map(i -> new Problem.Detail(i.code(), i.diagnostics(), i.expression() == null ? "" : i.expression()))
                .toList();
    }
}
