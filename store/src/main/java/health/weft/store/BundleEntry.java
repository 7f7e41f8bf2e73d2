package health.weft.store;

import health.weft.fhir.FhirDate;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One entry of a Bundle, read: what is wanted, then what was decided. */
final class BundleEntry {
    final String at;
    /** GET of an entry by HEAD, too. */
    final String method;

    /** Whether it asks by HEAD. */
    final boolean heading;

    final EntryUrl url;
    final String type;
    /** Id in the URL; empty when it has none. */
    final String id;
    /** Query in the URL; empty when it has none. */
    final String query;

    final String fullUrl;
    final @Nullable ObjectNode resource;
    final Precondition when;
    final @Nullable SearchRequest ifNoneExist;
    private final @Nullable Instant ifModifiedSince;

    @Nullable
    Change change;
    /** The entry before it that creates the same under the same condition. */
    @Nullable
    BundleEntry twin;
    /** What a conditional create found in place. */
    @Nullable
    Stored existing;

    BundleEntry(int i, JsonNode json, Session session) {
        at = "Bundle.entry[" + i + "]";
        JsonNode request = json.path("request");
        heading = Json.text(request, "method").equals("HEAD");
        method = heading ? "GET" : Json.text(request, "method");
        fullUrl = Json.text(json, "fullUrl");
        resource = json.get("resource") instanceof ObjectNode r ? r : null;
        String url = Json.text(request, "url");
        if (method.isEmpty() || url.isEmpty()) {
            throw invalid(".request", "required", "A request needs method and url.");
        }
        this.url = EntryUrl.read(url).orElseThrow(() -> invalid(".request.url", "value", said(url)));
        type = this.url.type();
        id = this.url.id();
        query = this.url.query();
        boolean fits =
                switch (method) {
                    case "POST" -> this.url.isWritten() && id.isEmpty() && query.isEmpty();
                    case "PUT", "DELETE" -> this.url.isWritten() && id.isEmpty() != query.isEmpty();
                    case "GET" ->
                        this.url.asks() == EntryUrl.Asks.SEARCH
                                || this.url.asks() == EntryUrl.Asks.HISTORY
                                || query.isEmpty();
                    default ->
                        throw invalid(
                                ".request.method",
                                "not-supported",
                                "The method must be GET, HEAD, POST, PUT, PATCH or DELETE.");
                };
        if (!fits) {
            throw invalid(
                    ".request.url",
                    "value",
                    method.equals("POST") && id.equals("_search")
                            ? "In a Bundle a search is asked for by GET, Type?parameter=value: the Bundle is posted, so that no address tells of it."
                            : "The url does not fit " + method + ".");
        }
        boolean needs = method.equals("POST") || method.equals("PUT");
        if (needs && resource == null) {
            throw invalid(".resource", "required", method + " needs a resource.");
        }
        if (needs && resource != null && !Json.text(resource, "resourceType").equals(type)) {
            throw invalid(".resource", "value", "The resource's type and the url's differ.");
        }
        if (method.equals("PUT")
                && !id.isEmpty()
                && resource != null
                && !Json.text(resource, "id").equals(id)) {
            throw invalid(".resource.id", "value", "The resource must have the id of its url.");
        }
        when = precondition(Json.text(request, "ifMatch"), Json.text(request, "ifNoneMatch"));
        ifModifiedSince = instant(Json.text(request, "ifModifiedSince"));
        String condition = Json.text(request, "ifNoneExist");
        ifNoneExist = condition.isEmpty()
                ? null
                : criteria(type, condition.substring(condition.indexOf('?') + 1), session, at + ".request.ifNoneExist");
    }

    private static String said(String url) {
        return url.contains("$")
                ? "This operation is not answered as an entry of a Bundle: ask for it by itself."
                : "The url must be Type, Type/id, Type?search, Type/id/Type?search, ?search, Type/id/_history/version, Type/id/_history,"
                        + " Type/_history or _history, relative to the server.";
    }

    private Precondition precondition(String ifMatch, String ifNoneMatch) {
        try {
            return Precondition.read(ifMatch, ifNoneMatch);
        } catch (IllegalArgumentException e) {
            throw invalid(".request", "value", String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Instant instant(String text) {
        return text.isEmpty()
                ? null
                : FhirDate.parse(text)
                        .map(date -> Instant.EPOCH.plus(date.lo(), ChronoUnit.MICROS))
                        .orElseThrow(() -> invalid(
                                ".request.ifModifiedSince", "value", "It must be an instant, 2026-01-31T08:00:00Z."));
    }

    /** Whether whoever asks for this has it already: by ifNoneMatch, or else by ifModifiedSince (RFC 9110, 13.1.3). */
    boolean isKnown(Stored now) {
        return when.asksNoneMatch()
                ? when.isKnown(now.version())
                : ifModifiedSince != null
                        && !now.updated().truncatedTo(ChronoUnit.SECONDS).isAfter(ifModifiedSince);
    }

    InvalidResource invalid(String below, String code, String message) {
        return new InvalidResource(Issue.error(code, message, at + below));
    }

    /**
     * The condition of an entry.
     *
     * @throws InvalidResource naming the place
     */
    static SearchRequest criteria(String type, String query, Session session, String at) {
        try {
            return Conditions.of(type, query, session);
        } catch (InvalidResource e) {
            throw e.below(at);
        } catch (StoreException e) {
            throw e.below(at);
        }
    }
}
