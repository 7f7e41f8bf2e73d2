package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.SearchRequest.Summary;
import health.weft.fhir.Structures;
import health.weft.fhir.Subsets;
import health.weft.record.BatchOperations.Answered;
import health.weft.store.HistoryPage;
import health.weft.store.SearchPage;
import health.weft.store.Stored;
import health.weft.store.TransactionResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Bundles on their way out, put together from the bytes of the resources as they are stored. */
final class Answers {
    /** What whoever writes would like to be told (Prefer, R4 3.1.0.1.11). */
    enum Wanted {
        RESOURCE,
        OUTCOME,
        NOTHING
    }

    private final OutputStream out;
    private final String base;
    private boolean first = true;

    private Answers(String base, OutputStream out) {
        this.base = base;
        this.out = out;
    }

    /** A searchset (R4, 3.1.1.5): matches, then what was included. */
    static byte[] searchset(String base, SearchPage page) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 13);
        Answers a = new Answers(base, bytes);
        SearchRequest request = page.request();
        a.open("searchset");
        Long total = page.total();
        if (total != null) {
            a.raw(",\"total\":" + total);
        }
        String self = base
                + (request.path().isEmpty() ? "" : "/" + request.path())
                + (request.query().isEmpty() ? "" : "?" + request.query());
        String more = self + (request.query().isEmpty() ? "?" : "&") + "_page=";
        a.links(request.page() == null ? self : more + request.page(), page.next() == null ? null : more + page.next());
        for (Stored s : page.matches()) {
            a.found(s, "match", cut(s, request));
        }
        for (Stored s : page.included()) {
            a.found(s, "include", summary(s, request.summary()));
        }
        List<Issue> warnings = page.warnings();
        if (!warnings.isEmpty()) {
            a.entry();
            a.raw("\"resource\":");
            a.bytes(Json.bytes(OperationOutcome.of(warnings)));
            a.raw(",\"search\":{\"mode\":\"outcome\"}}");
        }
        a.close();
        return bytes.toByteArray();
    }

    /** A page of a patient's record (R4, OperationDefinition/Patient-everything). */
    static byte[] everything(String base, WholeRecord.Part part, String self, @Nullable String next) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 14);
        Answers a = new Answers(base, bytes);
        a.open("searchset");
        a.links(self, next);
        a.part(part);
        a.close();
        return bytes.toByteArray();
    }

    /** The beginning of a patient's record that goes out part by part; {@link #part} and {@link #close} follow. */
    static Answers everything(String base, OutputStream out, String self) {
        Answers a = new Answers(base, out);
        a.open("searchset");
        a.links(self, null);
        return a;
    }

    void part(WholeRecord.Part part) {
        for (Stored s : part.inside()) {
            found(s, "match", s.body());
        }
        for (Stored s : part.referred()) {
            found(s, "include", s.body());
        }
    }

    /** A history (R4, 3.1.0.14), newest first. */
    static byte[] history(String base, HistoryPage page) {
        return history(base, page, "", Stored::body);
    }

    /**
     * A history with only as much of each version as is asked for.
     *
     * @param query what asks for it, to be told in the links; empty, or with an ampersand before it
     */
    static byte[] history(String base, HistoryPage page, String query, Function<Stored, byte[]> part) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 13);
        Answers a = new Answers(base, bytes);
        a.open("history");
        String self = base + "/" + page.request().path() + "?" + page.request().query() + query;
        String token = page.request().page();
        a.links(
                token == null ? self : self + "&_page=" + token,
                page.next() == null ? null : self + "&_page=" + page.next());
        for (Stored s : page.versions()) {
            a.entry();
            a.raw("\"fullUrl\":" + quoted(a.base + "/" + s.reference()));
            if (!s.deleted()) {
                a.raw(",\"resource\":");
                a.bytes(part.apply(s));
            }
            String method = s.deleted() ? "DELETE" : s.version() == 1 ? "POST" : "PUT";
            String url = s.version() == 1 && !s.deleted() ? s.type() : s.reference();
            a.raw(",\"request\":{\"method\":\"" + method + "\",\"url\":" + quoted(url) + "},\"response\":{\"status\":\""
                    + (s.deleted() ? "204" : s.version() == 1 ? "201" : "200") + "\",\"etag\":" + quoted(etag(s))
                    + ",\"lastModified\":" + quoted(s.updated().toString()) + "}}");
        }
        a.close();
        return bytes.toByteArray();
    }

    /**
     * A transaction-response or batch-response.
     *
     * @param wanted what is told of what was written: the resource, an OperationOutcome, or nothing
     * @param answered entries that were answered before, by their number in the whole
     */
    static byte[] response(String base, TransactionResult result, Wanted wanted, Map<Integer, Answered> answered) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 13);
        Answers a = new Answers(base, bytes);
        a.open(result.type());
        int at = 0;
        for (TransactionResult.Entry e : result.entries()) {
            at = a.answered(answered, at) + 1;
            a.entry();
            Stored stored = e.stored();
            SearchPage page = e.page();
            HistoryPage history = e.history();
            boolean comma = false;
            if (stored != null && !stored.deleted()) {
                a.raw("\"fullUrl\":" + quoted(base + "/" + stored.reference()));
                comma = true;
                if (wanted == Wanted.RESOURCE && !e.isAsked() || e.isShown()) {
                    a.raw(",\"resource\":");
                    a.bytes(stored.body());
                }
            } else if (e.isShown() && (page != null || history != null)) {
                a.raw("\"resource\":");
                a.bytes(page != null ? searchset(base, page) : history(base, Objects.requireNonNull(history)));
                comma = true;
            }
            a.raw((comma ? "," : "") + "\"response\":{\"status\":\"" + e.status() + "\"");
            if (stored != null) {
                a.raw(",\"etag\":" + quoted(etag(stored)) + ",\"lastModified\":"
                        + quoted(stored.updated().toString()));
                if (!stored.deleted()) {
                    a.raw(",\"location\":" + quoted(location(base, stored)));
                }
            }
            boolean written = !e.isAsked() && e.issues().isEmpty();
            if (!e.issues().isEmpty() || written && wanted == Wanted.OUTCOME) {
                a.raw(",\"outcome\":");
                a.bytes(Json.bytes(OperationOutcome.of(written ? List.of(done(e)) : e.issues())));
            }
            a.raw("}}");
        }
        a.answered(answered, at);
        a.close();
        return bytes.toByteArray();
    }

    private static Issue done(TransactionResult.Entry e) {
        Stored stored = e.stored();
        return stored == null || stored.deleted()
                ? new Issue("information", "informational", "It is not there.", null)
                : stored(stored);
    }

    /** Tells a writer what became of it. */
    static Issue stored(Stored stored) {
        return new Issue("information", "informational", "Stored as version " + stored.version() + ".", null);
    }

    /** Those that were answered before and stand here; the number of the first that was not. */
    private int answered(Map<Integer, Answered> answered, int from) {
        int at = from;
        for (Answered one = answered.get(at); one != null; one = answered.get(++at)) {
            raw(first ? ",\"entry\":[" : ",");
            first = false;
            bytes(one.entry());
        }
        return at;
    }

    static String etag(Stored s) {
        return "W/\"" + s.version() + "\"";
    }

    static String location(String base, Stored s) {
        return base + "/" + s.reference() + "/_history/" + s.version();
    }

    /**
     * The resource with only these elements, those it must have, and a mark that it is not whole (R4, 3.1.1.5.9).
     *
     * @throws InvalidResource for a name that is no element of the type
     */
    static byte[] only(Stored stored, Set<String> elements) {
        return elements.isEmpty() ? stored.body() : Json.bytes(Subsets.elements(stored.json(), elements));
    }

    /** As much of the resource as a summary of this kind shows (R4, 3.1.1.5.8). */
    static byte[] summary(Stored stored, Summary summary) {
        return switch (summary) {
            case FALSE, COUNT -> stored.body();
            case TRUE, TEXT, DATA -> Json.bytes(Subsets.summary(stored.json(), summary));
        };
    }

    private static byte[] cut(Stored stored, SearchRequest request) {
        if (request.elements().isEmpty()) {
            return summary(stored, request.summary());
        }
        // Of several types each has elements of its own; what none of them knows is refused.
        Set<String> own = new HashSet<>(request.elements());
        Structures.Shape shape = Structures.shape(stored.type());
        if (request.types().size() != 1 && shape != null) {
            own.removeIf(name -> shape.element(name).isEmpty());
            own.add("id");
        }
        return only(stored, own);
    }

    private void open(String type) {
        raw("{\"resourceType\":\"Bundle\",\"meta\":{\"lastUpdated\":\""
                + Instant.now().truncatedTo(ChronoUnit.MILLIS) + "\"},\"type\":\"" + type + "\"");
    }

    private void entry() {
        raw(first ? ",\"entry\":[{" : ",{");
        first = false;
    }

    private void found(Stored s, String mode, byte[] body) {
        entry();
        raw("\"fullUrl\":" + quoted(base + "/" + s.reference()) + ",\"resource\":");
        bytes(body);
        raw(",\"search\":{\"mode\":\"" + mode + "\"}}");
    }

    private void links(String self, @Nullable String next) {
        raw(",\"link\":[");
        link("self", self);
        if (next != null) {
            raw(",");
            link("next", next);
        }
        raw("]");
    }

    private void link(String relation, String url) {
        raw("{\"relation\":\"" + relation + "\",\"url\":" + quoted(url) + "}");
    }

    void close() {
        raw(first ? "}" : "]}");
    }

    private static String quoted(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return Json.mapper().writeValueAsString(text);
            }
        }
        return '"' + text + '"';
    }

    private void raw(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
