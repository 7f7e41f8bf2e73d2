package health.weft.record;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.fhir.terminology.Definitions;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.security.Relations;
import health.weft.security.Role;
import health.weft.store.Author;
import health.weft.store.Everything;
import health.weft.store.HistoryPage;
import health.weft.store.HistoryRequest;
import health.weft.store.RecordStore;
import health.weft.store.RecordStore.Conditional;
import health.weft.store.RecordStore.Indexing;
import health.weft.store.SearchPage;
import health.weft.store.StoreException;
import health.weft.store.Stored;
import health.weft.store.TransactionResult;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shared record for features: what a caller may read and write of it.
 *
 * <p>Every method asks {@link Access} what the caller may see, writes an audit row, and throws {@link Problem} for whatever is refused.
 * The row of a write stands in its transaction; that of a read is durable before the read returns. What is absent and what may not
 * be seen answer the same.
 *
 * <pre>{@code
 * Stored patient = records.read(caller, "Patient", id);
 * SearchPage conditions = records.search(caller, "Condition?patient=" + patient.reference() + "&_sort=-onset-date");
 * }</pre>
 */
@Component
public class Records {
    /** What of a Patient a party sees to whom only a share opened it. */
    private static final Set<String> CONTACT =
            Set.of("resourceType", "id", "meta", "active", "name", "telecom", "address", "communication");

    /** Resources read from the database at once when a whole record is shown. */
    private static final int AT_ONCE = 500;

    private final RecordStore store;
    private final Audit audit;
    private final Relations relations;

    Records(RecordStore store, Audit audit, Relations relations) {
        this.store = store;
        this.audit = audit;
        this.relations = relations;
    }

    // ------------------------------------------------------------------------------------------------ reading

    /** The current version; empty when it is not there or the caller may not see it. */
    public Optional<Stored> find(Caller caller, String type, String id) {
        String subject = subject(type, id);
        return asked(caller, subject, () -> {
            Optional<Stored> found = store.read(type, id, Access.visibility(caller));
            found.ifPresent(s -> audit.record(caller, Action.READ, subject, List.of(s.pat())));
            return found.map(s -> limited(caller, List.of(s)).getFirst());
        });
    }

    /**
     * The current version.
     *
     * @throws Problem not found, gone
     */
    public Stored read(Caller caller, String type, String id) {
        return find(caller, type, id).orElseThrow(() -> absent(caller, type, id));
    }

    /**
     * One version.
     *
     * @throws Problem not found, gone
     */
    public Stored vread(Caller caller, String type, String id, int version) {
        String subject = subject(type, id) + "/_history/" + version;
        return asked(caller, subject, () -> {
            Stored found = store.vread(type, id, version, Access.visibility(caller))
                    .orElseThrow(() -> absent(caller, type, id));
            audit.record(caller, Action.READ, subject, List.of(found.pat()));
            return limited(caller, List.of(found)).getFirst();
        });
    }

    /**
     * The versions, newest first.
     *
     * @throws Problem not found
     */
    public List<Stored> history(Caller caller, String type, String id, int limit) {
        return history(caller, HistoryRequest.of(type, id, limit)).versions();
    }

    /**
     * One page of the history of a resource, of those of a type, or of all that the caller may see.
     *
     * @throws Problem not found, for a resource that has none
     */
    public HistoryPage history(Caller caller, HistoryRequest part) {
        String type = part.type();
        String id = part.id();
        String subject = type == null ? "_history" : id == null ? type + "/_history" : subject(type, id);
        return asked(caller, subject, () -> {
            HistoryPage found = store.history(part, Access.visibility(caller));
            if (type != null && id != null && found.versions().isEmpty() && part.whole()) {
                throw absent(caller, type, id);
            }
            audit.record(caller, Action.HISTORY, subject, pats(found.versions()));
            return new HistoryPage(limited(caller, found.versions()), found.next());
        });
    }

    /** What may be searched by: R4 and the network's own parameters. */
    public ParameterSet parameters() {
        return store.parameters();
    }

    /**
     * How far the index of a SearchParameter is.
     *
     * @throws Problem not found, also for one that is not searched by
     */
    public Indexing indexing(Caller caller, String id) {
        return store.indexing(read(caller, "SearchParameter", id))
                .orElseThrow(() -> Problem.notFound(
                        "This SearchParameter is not searched by: it is not active, or R4 has one of its code."));
    }

    /**
     * Searches.
     *
     * @param search {@code Condition?patient=Patient/1&_count=100}; values percent-encoded where they need it
     * @throws Problem invalid, for a search that is not understood
     */
    public SearchPage search(Caller caller, String search) {
        int mark = search.indexOf('?');
        String type = mark < 0 ? search : search.substring(0, mark);
        return asked(
                caller,
                type,
                () -> page(
                        caller,
                        SearchRequest.read(
                                type,
                                SearchRequest.parameters(mark < 0 ? "" : search.substring(mark + 1)),
                                store.parameters(),
                                false)));
    }

    /** One page of a search. */
    public SearchPage page(Caller caller, SearchRequest request) {
        String subject = subject(request) + "?"
                + SearchRequest.parameters(request.query()).stream()
                        .map(Map.Entry::getKey)
                        .distinct()
                        .collect(Collectors.joining("&"));
        return asked(caller, subject, () -> {
            SearchPage page = searched(caller, request);
            List<Stored> shown = new ArrayList<>(page.matches());
            shown.addAll(page.included());
            audit.record(caller, Action.SEARCH, subject, pats(shown));
            return new SearchPage(
                    request,
                    limited(caller, page.matches()),
                    limited(caller, page.included()),
                    page.total(),
                    page.next());
        });
    }

    private SearchPage searched(Caller caller, SearchRequest request) {
        try {
            return store.search(request, Access.visibility(caller), Access.matching(caller));
        } catch (InvalidResource e) {
            throw refusedSearch(e);
        }
    }

    /**
     * A page of a patient's record.
     *
     * @param inside what is part of it, in the order it came
     * @param referred what it refers to
     * @param next where the next page begins; null on the last
     */
    public record Part(
            List<Stored> inside,
            List<Stored> referred,
            @Nullable String next) {}

    /**
     * A page of what the caller may see of a patient's record, and of what that refers to.
     *
     * @param from where it begins, as the page before told; null for the first
     * @throws Problem not found; invalid, for a beginning that no page told
     */
    public Part everything(Caller caller, String patient, Everything what, @Nullable String from, int limit) {
        String subject = subject("Patient", patient) + "/$everything";
        return asked(caller, subject, () -> {
            Stored whose = whose(caller, patient);
            audit.record(caller, Action.READ, subject, List.of(whose.rid()));
            return part(caller, whose.rid(), what, from, limit);
        });
    }

    /**
     * All that the caller may see of a patient's record, a part at a time, whatever its size.
     *
     * @throws Problem not found, before the first part is shown
     */
    public void everything(Caller caller, String patient, Everything what, Consumer<Part> show) {
        String subject = subject("Patient", patient) + "/$everything";
        asked(caller, subject, () -> {
            Stored whose = whose(caller, patient);
            audit.record(caller, Action.READ, subject, List.of(whose.rid()));
            String next = null;
            do {
                Part part = part(caller, whose.rid(), what, next, AT_ONCE);
                show.accept(part);
                next = part.next();
            } while (next != null);
            return true;
        });
    }

    private Stored whose(Caller caller, String patient) {
        return store.read("Patient", patient, Access.visibility(caller))
                .orElseThrow(() -> absent(caller, "Patient", patient));
    }

    private Part part(Caller caller, long pat, Everything what, @Nullable String from, int limit) {
        if (from != null && !from.matches("[cr]\\d{1,18}")) {
            throw Problem.invalid("The _page token does not fit. Follow the next link as given.");
        }
        Visibility who = Access.visibility(caller);
        long after = from == null ? 0 : Long.parseLong(from.substring(1));
        boolean begun = from != null && from.startsWith("r");
        List<Stored> inside = begun ? List.of() : store.compartment(pat, what, after, limit + 1, who);
        if (inside.size() > limit) {
            inside = inside.subList(0, limit);
            return new Part(
                    limited(caller, inside), List.of(), "c" + inside.getLast().rid());
        }
        int room = limit - inside.size();
        List<Stored> referred = store.referred(pat, what, begun ? after : 0, room + 1, who, Access.matching(caller));
        String next = null;
        if (referred.size() > room) {
            referred = referred.subList(0, room);
            next = "r" + (room > 0 ? referred.getLast().rid() : 0);
        }
        return new Part(limited(caller, inside), limited(caller, referred), next);
    }

    /**
     * The profiles, tags and security labels of all that the caller may see.
     *
     * @param type null for every type
     */
    public ObjectNode labels(Caller caller, @Nullable String type) {
        String subject = (type == null ? "" : type + "/") + "$meta";
        return asked(caller, subject, () -> {
            ObjectNode meta = store.labels(type, Access.visibility(caller));
            audit.record(caller, Action.SEARCH, subject, List.of());
            return meta;
        });
    }

    /**
     * Asks about codes, with the definitions that the caller may see.
     *
     * @param id of the definition that is asked about; null when the question names it
     * @param operation its name, {@code $expand}
     * @param work gets the definitions and the one of this id, or null
     * @throws Problem not found, for an id that is not there
     */
    ObjectNode terminology(
            Caller caller,
            String type,
            @Nullable String id,
            String operation,
            BiFunction<Definitions, @Nullable ObjectNode, ObjectNode> work) {
        ObjectNode of = id == null ? null : read(caller, type, id).json();
        ObjectNode answer = store.terminology(Access.visibility(caller), d -> work.apply(d, of));
        audit.record(caller, Action.READ, (id == null ? type : subject(type, id)) + "/" + operation, List.of());
        return answer;
    }

    /** The same resources, of Patients that only a share opened no more than contact facts. */
    List<Stored> limited(Caller caller, List<Stored> found) {
        Collection<Long> patients = found.stream()
                .filter(s -> s.type().equals("Patient") && !s.owner().equals(caller.party()))
                .map(Stored::rid)
                .toList();
        if (patients.isEmpty()) {
            return found;
        }
        Set<Long> contactOnly = relations.contactOnly(caller, patients);
        return contactOnly.isEmpty()
                ? found
                : found.stream()
                        .map(s -> contactOnly.contains(s.rid()) ? contact(s) : s)
                        .toList();
    }

    private static Stored contact(Stored patient) {
        ObjectNode json = patient.json();
        List<String> hidden = json.propertyNames().stream()
                .filter(name -> !CONTACT.contains(name))
                .toList();
        json.remove(hidden);
        return new Stored(
                patient.rid(),
                patient.type(),
                patient.id(),
                patient.version(),
                patient.updated(),
                patient.owner(),
                patient.author(),
                patient.pat(),
                patient.deleted(),
                Json.bytes(json));
    }

    // ------------------------------------------------------------------------------------------------ writing

    /**
     * Stores a new resource under an id of the server's.
     *
     * @throws Problem invalid, unprocessable for a reference that leads nowhere
     */
    @Transactional
    public Stored create(Caller caller, ObjectNode resource) {
        return writing(caller, Json.text(resource, "resourceType"), () -> {
            Stored made = store.create(resource, author(caller), Access.visibility(caller));
            audit.record(caller, Action.CREATE, made.reference(), List.of(made.pat()));
            return made;
        });
    }

    /** Stores a new resource unless one that the caller may find fits the criteria, {@code identifier=system|value}. */
    @Transactional
    public Conditional createIfNoneExist(Caller caller, ObjectNode resource, String criteria) {
        return writing(caller, Json.text(resource, "resourceType"), () -> {
            Conditional made = store.createIfNoneExist(
                    resource, criteria, author(caller), Access.visibility(caller), Access.matching(caller));
            Stored stored = made.stored();
            audit.record(
                    caller, made.created() ? Action.CREATE : Action.SEARCH, stored.reference(), List.of(stored.pat()));
            return made.created()
                    ? made
                    : new Conditional(limited(caller, List.of(stored)).getFirst(), false);
        });
    }

    /**
     * Stores a new version; type and id stand in the resource.
     *
     * @param version the version it must have now; null for any
     * @throws Problem not found, forbidden for another party's unless a feature approved, precondition failed
     */
    @Transactional
    public Stored update(Caller caller, ObjectNode resource, @Nullable Integer version) {
        String subject = subject(Json.text(resource, "resourceType"), Json.text(resource, "id"));
        return writing(caller, subject, () -> {
            Stored now = store.update(resource, version, author(caller), Access.visibility(caller));
            audit.record(
                    caller, now.version() == 1 ? Action.CREATE : Action.UPDATE, now.reference(), List.of(now.pat()));
            return now;
        });
    }

    /**
     * Stores a new version of the one resource that fits the criteria, or a new one when none does.
     *
     * @throws Problem precondition failed when several fit
     */
    @Transactional
    public Conditional updateWhere(Caller caller, ObjectNode resource, String criteria, @Nullable Integer version) {
        return writing(caller, Json.text(resource, "resourceType"), () -> {
            Conditional made = store.updateWhere(
                    resource, criteria, version, author(caller), Access.visibility(caller), Access.matching(caller));
            Stored stored = made.stored();
            audit.record(
                    caller, made.created() ? Action.CREATE : Action.UPDATE, stored.reference(), List.of(stored.pat()));
            return made;
        });
    }

    /**
     * Deletes what fits the criteria: nothing when more than {@code most} do.
     *
     * @throws Problem precondition failed when more fit
     */
    @Transactional
    public List<Stored> deleteWhere(Caller caller, String type, String criteria, @Nullable Integer version, int most) {
        return writing(caller, type, () -> {
            List<Stored> gone = store.deleteWhere(
                    type, criteria, version, most, author(caller), Access.visibility(caller), Access.matching(caller));
            for (Stored s : gone) {
                audit.record(caller, Action.DELETE, s.reference(), List.of(s.pat()));
            }
            return gone;
        });
    }

    /**
     * The one resource that fits the criteria, for a conditional patch in the same transaction; empty when none does.
     *
     * @throws Problem precondition failed when several fit
     */
    @Transactional
    public Optional<Stored> one(Caller caller, String type, String criteria) {
        return asked(caller, type, () -> store.one(type, criteria, Access.visibility(caller), Access.matching(caller)));
    }

    /**
     * Changes profiles, tags and security labels, and nothing else of the resource.
     *
     * @param change of the {@code meta} as it stands
     * @throws Problem not found, forbidden for another party's
     */
    @Transactional
    public Stored relabel(Caller caller, String type, String id, UnaryOperator<ObjectNode> change) {
        String subject = subject(type, id);
        return writing(caller, subject, () -> {
            Stored now = store.relabel(type, id, change, author(caller), Access.visibility(caller));
            audit.record(caller, Action.UPDATE, subject, List.of(now.pat()));
            return now;
        });
    }

    /** Stores a resource under the id it has, new or not: for the platform, which may choose ids. */
    @Transactional
    public Stored put(Caller caller, ObjectNode resource) {
        return update(caller, resource, null);
    }

    /** Deletes a resource; its versions stay. */
    @Transactional
    public Stored delete(Caller caller, String type, String id, @Nullable Integer version) {
        String subject = subject(type, id);
        return writing(caller, subject, () -> {
            Stored now = store.delete(type, id, version, author(caller), Access.visibility(caller));
            audit.record(caller, Action.DELETE, subject, List.of(now.pat()));
            return now;
        });
    }

    /**
     * Processes a Bundle of type transaction or batch.
     *
     * @throws Problem for a transaction, naming the entry; nothing of it is stored then
     */
    @Transactional
    public TransactionResult transaction(Caller caller, ObjectNode bundle) {
        return writing(caller, "Bundle", () -> {
            TransactionResult result =
                    store.transaction(bundle, author(caller), Access.visibility(caller), Access.matching(caller));
            Map<String, Integer> counts = new TreeMap<>();
            List<Stored> touched = new ArrayList<>();
            List<TransactionResult.Entry> shown = new ArrayList<>();
            for (TransactionResult.Entry entry : result.entries()) {
                Stored stored = entry.stored();
                SearchPage page = entry.page();
                if (stored != null) {
                    counts.merge(stored.type(), 1, Integer::sum);
                    touched.add(stored);
                }
                if (page != null) {
                    touched.addAll(page.matches());
                    touched.addAll(page.included());
                    page = new SearchPage(
                            page.request(),
                            limited(caller, page.matches()),
                            limited(caller, page.included()),
                            page.total(),
                            page.next());
                }
                shown.add(
                        stored == null && page == null
                                ? entry
                                : new TransactionResult.Entry(entry.status(), stored, page, entry.issues()));
            }
            String what = counts.entrySet().stream()
                    .map(e -> e.getKey() + " " + e.getValue())
                    .collect(Collectors.joining(", "));
            audit.record(caller, Action.UPDATE, "Bundle (" + what + ")", pats(touched));
            List<Stored> patients = shown.stream()
                    .map(TransactionResult.Entry::stored)
                    .filter(s -> s != null && s.type().equals("Patient"))
                    .map(java.util.Objects::requireNonNull)
                    .toList();
            Map<Long, Stored> limited =
                    limited(caller, patients).stream().collect(Collectors.toMap(Stored::rid, s -> s, (a, b) -> b));
            return new TransactionResult(
                    result.type(),
                    shown.stream()
                            .map(e -> {
                                Stored stored = e.stored();
                                return stored == null
                                        ? e
                                        : new TransactionResult.Entry(
                                                e.status(),
                                                limited.getOrDefault(stored.rid(), stored),
                                                e.page(),
                                                e.issues());
                            })
                            .toList());
        });
    }

    private static Author author(Caller caller) {
        return new Author(caller.party(), caller.is(Role.PLATFORM));
    }

    private <T> T writing(Caller caller, String subject, Supplier<T> work) {
        return asked(
                caller, subject, () -> ScopedValue.where(Telling.BY, caller).call(work::get));
    }

    // ------------------------------------------------------------------------------------------------ refusing

    private <T> T asked(Caller caller, String subject, Supplier<T> work) {
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

    private Problem absent(Caller caller, String type, String id) {
        audit.refused(caller, subject(type, id), List.of());
        return Problem.notFound("There is no " + (Structures.isResource(type) ? type : "resource") + " with this id.");
    }

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
                    case REFUSED -> Category.of(e.status());
                };
        return new Problem(category, message(e), details(e.issues()));
    }

    static Problem problem(InvalidResource e) {
        return new Problem(Category.INVALID, message(e), details(e.issues()));
    }

    /** A search that is not understood, or that would cost too much whatever is stored. */
    static Problem refusedSearch(InvalidResource e) {
        boolean tooMuch = e.issues().stream().anyMatch(i -> i.code().equals("too-costly"));
        return new Problem(tooMuch ? Category.UNPROCESSABLE : Category.INVALID, message(e), details(e.issues()));
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

    private static String subject(String type, String id) {
        return Structures.isResource(type) && id.matches("[A-Za-z0-9.-]{1,64}") ? type + "/" + id : "resource";
    }

    /** What was searched; of a compartment whose it was. */
    private static String subject(SearchRequest request) {
        return request.path().matches("[A-Za-z0-9./*-]*") ? request.path() : request.type();
    }

    private static List<Long> pats(List<Stored> found) {
        return found.stream().map(Stored::pat).distinct().toList();
    }
}
