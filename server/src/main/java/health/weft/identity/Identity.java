package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.security.Relations;
import health.weft.security.Role;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * People over all organisations: find one, see which copies are theirs.
 *
 * <p>Everything is limited to what the caller may read: a person is found, and has copies, only as far as the caller may
 * read the source Patients.
 */
@Component
@Transactional
public class Identity {
    private final IdentityStore store;
    private final Relations relations;
    private final Audit audit;

    Identity(IdentityStore store, Relations relations, Audit audit) {
        this.store = store;
        this.relations = relations;
        this.audit = audit;
    }

    /** The id of the person that a source Patient belongs to; {@code pat} is its row id in the record. */
    @Transactional(readOnly = true)
    public Optional<String> personOf(long pat) {
        return store.personOf(pat);
    }

    /** The id of the person that a source Patient belongs to, by the Patient's id without its type. */
    @Transactional(readOnly = true)
    public Optional<String> personOfPatient(String patientId) {
        return store.personOfPatient(patientId);
    }

    /**
     * The rows of the record of whoever a source Patient is, in all their copies as they are linked then.
     *
     * @param pat row id of the Patient in the record
     */
    public static Visibility recordOf(long pat) {
        return new Visibility(
                "r.pat = any(array(select b.pat from identity.link a join identity.link b using (person) where a.pat = ?))",
                List.of(pat));
    }

    /**
     * Every name under which the person of a source Patient may act, {@code Person/<id>}: an account made before two
     * people were found to be one keeps the id it was made with.
     *
     * @param pat row id of the Patient in the record
     */
    @Transactional(readOnly = true)
    public List<String> partiesOf(long pat) {
        return store.personOf(pat).stream()
                .flatMap(person -> store.idsOf(person).stream())
                .map(id -> "Person/" + id)
                .toList();
    }

    /** Every id that the person of this id answers to, without its type; the same one alone when nobody is known by it. */
    @Transactional(readOnly = true)
    public List<String> idsOf(String person) {
        return store.answering(person).map(store::idsOf).map(List::copyOf).orElse(List.of(person));
    }

    /** Whether there is a person of this id, or one that it was merged into. */
    @Transactional(readOnly = true)
    public boolean isKnown(String person) {
        return store.answering(person).isPresent();
    }

    /**
     * The person that an id now stands for; after two people were found to be one, both ids answer.
     *
     * @throws Problem not found, when the caller may read none of the person's copies
     */
    @Transactional(readOnly = true)
    public Person person(Caller caller, String id) {
        return find(caller, id).orElseThrow(Identity::unknown);
    }

    /** The same; empty when the caller may read none of the person's copies. */
    @Transactional(readOnly = true)
    public Optional<Person> find(Caller caller, String id) {
        Optional<String> answering = store.answering(id);
        List<SourcePatient> visible = answering
                .map(person -> store.sources(person, Access.visibility(caller)))
                .orElse(List.of());
        return visible.isEmpty() ? Optional.empty() : Optional.of(person(caller, answering.get(), visible));
    }

    private Person person(Caller caller, String person, List<SourcePatient> visible) {
        Set<Long> contactOnly = relations.contactOnly(
                caller, visible.stream().map(SourcePatient::pat).toList());
        List<SourcePatient> sources = new ArrayList<>(visible.stream()
                .map(source -> contactOnly.contains(source.pat()) ? contact(source) : source)
                .toList());
        sources.sort(Comparator.comparing((SourcePatient s) -> !s.owner().equals(caller.party())));
        return new Person(
                person,
                String.valueOf(most(sources, SourcePatient::name)),
                most(sources, SourcePatient::birthDate),
                most(sources, SourcePatient::sex),
                most(sources, SourcePatient::phone),
                most(sources, SourcePatient::address),
                List.copyOf(sources),
                store.unsure(sources.stream().map(SourcePatient::pat).toList()));
    }

    /**
     * The copies of a person from whose charts the caller may read something, whether they may read the Patient or not: a consent can name one kind
     * of fact alone.
     *
     * @param types FHIR resource types that count
     * @return the same in as much time for somebody of whom nothing is open as for nobody: empty
     */
    @Transactional(readOnly = true)
    public List<Copy> chartsOf(Caller caller, String id, Set<String> types) {
        return store.charts(caller, store.answering(id).orElse(id), types, Access.chart(caller));
    }

    /** A copy of a person, which is all that is told of who they are. */
    public record Copy(long pat, String patientId) {
        /** {@code Patient/<id>}. */
        public String reference() {
            return "Patient/" + patientId;
        }
    }

    /**
     * People of whom single kinds of facts are open to the caller and no Patient, so that no search finds them: ids, the newest first.
     *
     * @param types FHIR resource types that count
     * @param limit at most this many
     */
    @Transactional(readOnly = true)
    public List<String> openInPart(Caller caller, Set<String> types, int limit) {
        return store.inPart(caller, types, Access.visibility(caller), Access.chart(caller), limit);
    }

    /**
     * The source Patient to write about a person with: the copy of the caller's own organisation, else the newest the
     * caller may read.
     *
     * @throws Problem not found, when the caller may read none
     */
    @Transactional(readOnly = true)
    public SourcePatient patientOf(Caller caller, String person) {
        return person(caller, person).sources().getFirst();
    }

    /**
     * Finds people by beginnings of names, date of birth, phone number or a member's record number, in any order and
     * mixture; every part must fit. Names that are spelt a little differently are found when none fits as typed.
     *
     * @param text what was typed, at most its first 200 characters count
     * @param limit at most this many, by name
     */
    public List<PersonHit> search(Caller caller, String text, int limit) {
        return search(caller, text, Visibility.ALL, limit);
    }

    /** The same among the copies that {@code within} lets through, a predicate over {@code r}, their rows of the record. */
    public List<PersonHit> search(Caller caller, String text, Visibility within, int limit) {
        SearchText search = SearchText.parse(text);
        boolean charts = !caller.publicHealth()
                && caller.is(
                        Role.COORDINATOR,
                        Role.CLINICIAN,
                        Role.DISCHARGE_PLANNER,
                        Role.SPECIALIST,
                        Role.SOURCE,
                        Role.PATIENT,
                        Role.PLATFORM);
        String ownOnly = charts ? null : caller.party();
        if (search.isEmpty()) {
            return List.of();
        }
        List<PersonHit> hits =
                store.search(search, Access.visibility(caller).and(within), Access.matching(caller), ownOnly, limit);
        // What the platform itself finds is shown to nobody.
        List<Long> shown = caller.is(Role.PLATFORM)
                ? List.of()
                : hits.stream().flatMap(hit -> hit.pats().stream()).toList();
        audit.record(caller, Audit.Action.SEARCH, "Person?text", shown);
        return hits;
    }

    private static SourcePatient contact(SourcePatient s) {
        return new SourcePatient(
                s.pat(),
                s.patientId(),
                s.owner(),
                s.ownerName(),
                s.name(),
                null,
                null,
                s.phone(),
                s.address(),
                s.city(),
                List.of(),
                true,
                s.score(),
                s.model(),
                s.decidedBy(),
                s.at());
    }

    private interface Says<T> {
        @Nullable
        T of(SourcePatient copy);
    }

    /** What most copies say; of equals, what the first says. */
    private static <T> @Nullable T most(List<SourcePatient> sources, Says<T> what) {
        Map<T, Long> counts = new java.util.LinkedHashMap<>();
        for (SourcePatient source : sources) {
            T value = what.of(source);
            if (value != null) {
                counts.merge(value, 1L, Long::sum);
            }
        }
        T best = null;
        long most = 0;
        for (Map.Entry<T, Long> entry : counts.entrySet()) {
            if (entry.getValue() > most) {
                best = entry.getKey();
                most = entry.getValue();
            }
        }
        return best;
    }

    private static Problem unknown() {
        return Problem.of(Category.NOT_FOUND, "identity.problem.person");
    }
}
