package health.weft.record;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.terminology.Arguments;
import health.weft.fhir.terminology.Definitions;
import health.weft.fhir.terminology.Expansion;
import health.weft.problem.Problem;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.security.Grant.Interaction;
import health.weft.security.Role;
import health.weft.store.Author;
import health.weft.store.HistoryPage;
import health.weft.store.HistoryRequest;
import health.weft.store.Precondition;
import health.weft.store.RecordStore;
import health.weft.store.RecordStore.Conditional;
import health.weft.store.RecordStore.Indexing;
import health.weft.store.RecordStore.Named;
import health.weft.store.RecordStore.Question;
import health.weft.store.SearchPage;
import health.weft.store.StoreException;
import health.weft.store.Stored;
import health.weft.store.TransactionResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
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
    private static final int MOST_IDS = 100;
    /** What takes a search longer is refused, or asked for again with the time that every search has. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    private final RecordStore store;
    private final Audit audit;
    private final ContactFacts contacts;
    private final Refusals refusals;

    Records(RecordStore store, Audit audit, ContactFacts contacts, Refusals refusals) {
        this.store = store;
        this.audit = audit;
        this.contacts = contacts;
        this.refusals = refusals;
    }

    // ------------------------------------------------------------------------------------------------ reading

    /**
     * The current versions of some resources, for a caller of whom the database says in the same journey whether it is they who ask.
     *
     * @param wanted at most {@link RecordStore#MOST_AT_ONCE}
     * @return for each what may be shown, in their order; empty for all when it is not they, and for what was deleted or is not theirs to see:
     *     nothing of those was shown, and nothing written down
     */
    List<Optional<Stored>> find(Caller guess, Question<Boolean> right, List<Named> wanted) {
        List<Optional<Stored>> found = store.read(right, wanted, Access.visibility(guess));
        List<Stored> shown = found.stream().flatMap(Optional::stream).toList();
        audit.shown(
                guess,
                shown.stream().map(s -> Map.entry(s.reference(), s.pat())).toList());
        Iterator<Stored> limited = contacts.limited(guess, shown).iterator();
        return found.stream().map(one -> one.map(s -> limited.next())).toList();
    }

    /** The current version; empty when it is not there or the caller may not see it. */
    public Optional<Stored> find(Caller caller, String type, String id) {
        String subject = Refusals.subject(type, id);
        refusals.given(caller, Interaction.READ, type);
        return refusals.asked(caller, subject, () -> {
            Optional<Stored> found = store.read(type, id, Access.visibility(caller));
            found.ifPresent(s -> audit.record(caller, Action.READ, subject, List.of(s.pat())));
            return found.map(s -> contacts.limited(caller, List.of(s)).getFirst());
        });
    }

    /**
     * The current version.
     *
     * @throws Problem not found, gone
     */
    public Stored read(Caller caller, String type, String id) {
        return find(caller, type, id).orElseThrow(() -> refusals.absent(caller, type, id));
    }

    /**
     * One version.
     *
     * @throws Problem not found, gone
     */
    public Stored vread(Caller caller, String type, String id, int version) {
        String subject = Refusals.subject(type, id) + "/_history/" + version;
        refusals.given(caller, Interaction.READ, type);
        return refusals.asked(caller, subject, () -> {
            Stored found = store.vread(type, id, version, Access.versions(caller))
                    .orElseThrow(() -> refusals.absent(caller, type, id));
            audit.record(caller, Action.READ, subject, List.of(found.pat()));
            return contacts.limited(caller, List.of(found)).getFirst();
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
        String subject = type == null ? "_history" : id == null ? type + "/_history" : Refusals.subject(type, id);
        if (type != null) {
            refusals.given(caller, Interaction.READ, type);
        }
        return refusals.asked(caller, subject, () -> {
            HistoryPage found = store.history(part, Access.versions(caller));
            if (type != null && id != null && found.versions().isEmpty() && part.whole()) {
                throw refusals.absent(caller, type, id);
            }
            audit.record(caller, Action.HISTORY, subject, pats(found.versions()));
            return contacts.limited(caller, found);
        });
    }

    /** Those of these ids that the caller may find, by id; the others are not there. */
    public Map<String, Stored> among(Caller caller, String type, List<String> ids) {
        Map<String, Stored> found = new LinkedHashMap<>();
        for (int from = 0; from < ids.size(); from += MOST_IDS) {
            List<String> some = ids.subList(from, Math.min(from + MOST_IDS, ids.size()));
            search(caller, type + "?_count=" + MOST_IDS + "&_id=" + String.join(",", some))
                    .forEach(stored -> found.put(stored.id(), stored));
        }
        return found;
    }

    /**
     * Reads a search by what may be searched by at this moment.
     *
     * @param lenient whether unknown parameters are left out
     * @throws Problem invalid, for what is not understood
     */
    public SearchRequest request(String path, List<Map.Entry<String, String>> parameters, boolean lenient) {
        try {
            return store.request(path, parameters, lenient);
        } catch (InvalidResource e) {
            throw Refusals.search(e);
        }
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
        return refusals.asked(
                caller,
                type,
                () -> page(
                        caller,
                        store.request(
                                type, SearchRequest.parameters(mark < 0 ? "" : search.substring(mark + 1)), false)));
    }

    /** One page of a search. */
    public SearchPage page(Caller caller, SearchRequest request) {
        if (request.types().size() == 1) {
            refusals.given(caller, Interaction.SEARCH, request.type());
        }
        return refusals.asked(caller, named(request), () -> shown(caller, request, searched(caller, request)));
    }

    /**
     * One page of a search, for a caller of whom the database says in the same journey whether it is they who ask.
     *
     * @return empty when it is not, and for whatever is refused or would take long; nothing was shown then, and nothing written down
     */
    Optional<SearchPage> page(Caller guess, Question<Boolean> right, SearchRequest request) {
        try {
            return store.search(right, request, Access.found(guess), Access.matching(guess), QUICK)
                    .map(page -> shown(guess, request, page));
        } catch (StoreException | InvalidResource e) {
            return Optional.empty();
        }
    }

    /** The page as it may be shown, once it is written down that it is. */
    private SearchPage shown(Caller caller, SearchRequest request, SearchPage page) {
        List<Stored> shown = new ArrayList<>(page.matches());
        shown.addAll(page.included());
        audit.record(caller, Action.SEARCH, named(request), pats(shown));
        return contacts.limited(caller, page);
    }

    /** How a search is named in the audit trail: what by, never the values. */
    private static String named(SearchRequest request) {
        return subject(request) + "?"
                + SearchRequest.parameters(request.query()).stream()
                        .map(Map.Entry::getKey)
                        .distinct()
                        .collect(Collectors.joining("&"));
    }

    private SearchPage searched(Caller caller, SearchRequest request) {
        try {
            return store.search(request, Access.found(caller), Access.matching(caller));
        } catch (InvalidResource e) {
            throw Refusals.search(e);
        }
    }

    /**
     * The profiles, tags and security labels of all that the caller may see.
     *
     * @param type null for every type
     */
    public ObjectNode labels(Caller caller, @Nullable String type) {
        String subject = (type == null ? "" : type + "/") + "$meta";
        return refusals.asked(caller, subject, () -> {
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
        String subject = (id == null ? type : Refusals.subject(type, id)) + "/" + operation;
        ObjectNode of = id == null ? null : read(caller, type, id).json();
        return refusals.asked(caller, subject, () -> {
            try {
                ObjectNode answer = store.terminology(Access.visibility(caller), d -> work.apply(d, of));
                audit.record(caller, Action.READ, subject, List.of());
                return answer;
            } catch (InvalidResource e) {
                throw Refusals.terminology(e);
            }
        });
    }

    /**
     * The codes of a value set, {@code ValueSet.expansion.contains}.
     *
     * @param url its canonical address, with or without a version
     * @param largest codes told at most
     * @throws Problem when it is not known, or holds more
     */
    public ObjectNode expansion(Caller caller, String url, int largest) {
        int bar = url.indexOf('|');
        List<Map.Entry<String, String>> asked = new ArrayList<>(
                List.of(Map.entry("url", bar < 0 ? url : url.substring(0, bar)), Map.entry("excludeNested", "true")));
        if (bar >= 0) {
            asked.add(Map.entry("valueSetVersion", url.substring(bar + 1)));
        }
        return terminology(
                caller,
                "ValueSet",
                null,
                "$expand",
                (definitions, of) -> Expansion.of(definitions, Arguments.of(asked), null, largest));
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

    /**
     * Stores new resources that do not refer to each other, all or none, for a caller of whom the database says in the same transaction whether it is they who send them.
     *
     * @return what was stored, in their order
     * @throws StoreException and others, for whatever is refused, and when it is not they; nothing was stored then, and nothing written down
     */
    @Transactional
    List<Stored> create(Caller guess, Question<Boolean> right, List<ObjectNode> resources) {
        return ScopedValue.where(Telling.BY, guess).call(() -> {
            List<Stored> made = store.create(right, resources, author(guess), Access.visibility(guess));
            Map<String, Long> subjects = new LinkedHashMap<>();
            made.forEach(stored -> subjects.put(stored.reference(), stored.pat()));
            audit.each(guess, Action.CREATE, subjects);
            return made;
        });
    }

    /** Stores a new resource unless one that the caller may find fits the criteria, {@code identifier=system|value}. */
    @Transactional
    public Conditional createIfNoneExist(Caller caller, ObjectNode resource, String criteria) {
        return writing(caller, Json.text(resource, "resourceType"), () -> {
            Conditional made = store.createIfNoneExist(
                    resource, criteria, author(caller), Access.found(caller), Access.matching(caller));
            Stored stored = made.stored();
            audit.record(
                    caller, made.created() ? Action.CREATE : Action.SEARCH, stored.reference(), List.of(stored.pat()));
            return made.created()
                    ? made
                    : new Conditional(contacts.limited(caller, List.of(stored)).getFirst(), false);
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
        return update(caller, Precondition.version(version), resource).stored();
    }

    /** Stores a new version when this holds of what is there. */
    @Transactional
    Conditional update(Caller caller, Precondition when, ObjectNode resource) {
        String subject = Refusals.subject(Json.text(resource, "resourceType"), Json.text(resource, "id"));
        return writing(caller, subject, () -> {
            Conditional made = store.update(when, resource, author(caller), Access.visibility(caller));
            Stored now = made.stored();
            audit.record(caller, made.created() ? Action.CREATE : Action.UPDATE, now.reference(), List.of(now.pat()));
            return made;
        });
    }

    /**
     * Stores a new version of the one resource that fits the criteria, or a new one when none does.
     *
     * @throws Problem precondition failed when several fit
     */
    @Transactional
    public Conditional updateWhere(Caller caller, ObjectNode resource, String criteria, Precondition when) {
        return writing(caller, Json.text(resource, "resourceType"), () -> {
            Conditional made = store.updateWhere(
                    resource, criteria, when, author(caller), Access.found(caller), Access.matching(caller));
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
    public List<Stored> deleteWhere(Caller caller, String type, String criteria, Precondition when, int most) {
        return writing(caller, type, () -> {
            List<Stored> gone = store.deleteWhere(
                    type, criteria, when, most, author(caller), Access.found(caller), Access.matching(caller));
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
        return refusals.asked(
                caller, type, () -> store.one(type, criteria, Access.found(caller), Access.matching(caller)));
    }

    /**
     * Changes profiles, tags and security labels, and nothing else of the resource.
     *
     * @param change of the {@code meta} as it stands
     * @throws Problem not found, forbidden for another party's
     */
    @Transactional
    public Stored relabel(Caller caller, String type, String id, UnaryOperator<ObjectNode> change) {
        String subject = Refusals.subject(type, id);
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
        return delete(caller, Precondition.version(version), type, id);
    }

    /** Deletes a resource when this holds of it. */
    @Transactional
    Stored delete(Caller caller, Precondition when, String type, String id) {
        String subject = Refusals.subject(type, id);
        return writing(caller, subject, () -> {
            Stored now = store.delete(when, type, id, author(caller), Access.visibility(caller));
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
        return transaction(caller, bundle, List.of());
    }

    /** @param answered statuses of entries that were answered before and left their places empty: refusals among them are put on record */
    @Transactional
    TransactionResult transaction(Caller caller, ObjectNode bundle, List<Integer> answered) {
        return writing(caller, "Bundle", () -> {
            TransactionResult result = store.transaction(
                    bundle,
                    author(caller),
                    Access.visibility(caller),
                    Access.matching(caller),
                    Access.versions(caller));
            BundleTrail.write(audit, caller, result, answered);
            return contacts.limited(caller, result);
        });
    }

    private static Author author(Caller caller) {
        return new Author(caller.party(), caller.is(Role.PLATFORM), Access.references(caller));
    }

    private <T> T writing(Caller caller, String subject, Supplier<T> work) {
        return refusals.asked(
                caller, subject, () -> ScopedValue.where(Telling.BY, caller).call(work::get));
    }

    /** What was searched; of a compartment whose it was. */
    private static String subject(SearchRequest request) {
        return request.path().matches("[A-Za-z0-9./*-]*") ? request.path() : request.type();
    }

    private static List<Long> pats(List<Stored> found) {
        return found.stream().map(Stored::pat).distinct().toList();
    }
}
