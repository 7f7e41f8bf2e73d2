package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;

/** Ways to say no, by the kind of issue. */
final class Refusal {
    private Refusal() {}

    static InvalidResource invalid(String message) {
        return new InvalidResource(Issue.error("invalid", message));
    }

    static InvalidResource notFound(String message) {
        return new InvalidResource(Issue.error("not-found", message));
    }

    static InvalidResource notSupported(String message) {
        return new InvalidResource(Issue.error("not-supported", message));
    }

    static InvalidResource tooCostly(String message) {
        return new InvalidResource(Issue.error("too-costly", message));
    }
}
