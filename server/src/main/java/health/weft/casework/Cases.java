package health.weft.casework;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Referral;
import health.weft.referral.Referrals;
import health.weft.security.Caller;
import health.weft.security.Sight;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * The clients of an organisation: put on the list, found, closed, opened again. One transaction each.
 *
 * <p>Everything throws {@link Problem}: forbidden for roles that do no case work; not found for what is not there or another
 * organisation's, which is the same.
 */
@Component
@Transactional
public class Cases {
    static final int LONGEST_NAME = 100;
    private static final int OLDEST = 125;
    private static final Pattern PHONE = Pattern.compile("[+0-9()./ -]{7,40}(x ?[0-9]{1,6})?");

    private final CaseStore store;
    private final Records records;
    private final Identity identity;
    private final Referrals referrals;
    private final Audit audit;
    private final Days days;
    private final Clock clock = Clock.systemUTC();

    Cases(CaseStore store, Records records, Identity identity, Referrals referrals, Audit audit, Days days) {
        this.store = store;
        this.records = records;
        this.identity = identity;
        this.referrals = referrals;
        this.audit = audit;
        this.days = days;
    }

    @Bean
    static Sight caseSight() {
        return new Sight("casework.sight", CasePolicy.WORKERS);
    }

    /**
     * A client that was put on the list.
     *
     * @param isNew false when they were there already
     */
    public record Added(String id, boolean isNew) {}

    // ------------------------------------------------------------------------------------------------ reading

    /** A part of the list. */
    public List<Client> list(Caller caller, Filter filter, int limit, int offset) {
        CasePolicy.mayWork(caller);
        List<Client> found = store.list(caller, filter, days.today(), limit, offset);
        audit.record(
                caller,
                Audit.Action.SEARCH,
                "case list",
                found.stream().map(Client::pat).toList());
        return found;
    }

    public Client one(Caller caller, String id) {
        CasePolicy.mayWork(caller);
        Client client = store.client(caller, id).orElseThrow(Cases::unknown);
        records.read(caller, "EpisodeOfCare", id);
        return client;
    }

    /** The name, birth date, phone and address that the organisation itself keeps. */
    public Contact contact(Caller caller, Client client) {
        return CaseFhir.contact(
                records.read(caller, "Patient", client.patientId()).json());
    }

    /** The notes that stand by no visit, newest first. */
    @Transactional(readOnly = true)
    public List<Note> notes(Caller caller, Client client) {
        return store.notes(caller, client.id());
    }

    /** The client that a person is, or was taken on from. */
    public Optional<Client> ofPerson(Caller caller, String person) {
        return CasePolicy.works(caller)
                ? store.ofPeople(caller, identity.idsOf(person)).stream().findFirst()
                : Optional.empty();
    }

    /** What was asked of the organisation for this client, newest first. */
    public List<Referral> referrals(Caller caller, Client client) {
        Set<String> people = new LinkedHashSet<>(identity.idsOf(client.person()));
        String from = client.takenFrom();
        if (from != null) {
            people.addAll(identity.idsOf(from));
        }
        return referrals.receivedFor(caller, people);
    }

    /** Whoever was referred to the organisation and is helped by it, and is not on its list: {@code person} and name. */
    public List<Waiting> waiting(Caller caller) {
        CasePolicy.mayWork(caller);
        List<Referral> underWay = referrals.received(caller, Referrals.underWay(), "");
        var patients = referrals.patients(caller, underWay);
        Set<String> seen = new LinkedHashSet<>();
        List<Waiting> waiting = new ArrayList<>();
        for (Referral referral : underWay) {
            ObjectNode patient = patients.get(referral.patientId());
            String person = identity.personOf(referral.pat()).orElse("");
            if (patient != null && seen.add(person) && ofPerson(caller, person).isEmpty()) {
                waiting.add(new Waiting(person, CaseFhir.contact(patient).name(), referral));
            }
        }
        return waiting;
    }

    /** Somebody who could be put on the list. */
    public record Waiting(String person, String name, Referral referral) {}

    // ------------------------------------------------------------------------------------------------ on the list

    /**
     * Puts somebody on the list whom the caller may see already: by a referral, or because the organisation keeps a copy. Twice the same
     * is once.
     *
     * @param person id without its type
     */
    public Added takeOn(Caller caller, String person) {
        CasePolicy.mayWork(caller);
        Person known = identity.person(caller, person);
        store.hold(caller.party() + " " + known.id());
        Optional<Client> before =
                store.ofPeople(caller, identity.idsOf(known.id())).stream().findFirst();
        if (before.isPresent()) {
            return new Added(before.get().id(), false);
        }
        SourcePatient source = known.sources().getFirst();
        String patient = source.owner().equals(caller.party())
                ? source.reference()
                : records.create(
                                caller,
                                CaseFhir.copy(records.read(caller, "Patient", source.patientId())
                                        .json()))
                        .reference();
        String id = open(caller, patient, null, days.today());
        store.takenFrom(id, known.id());
        return new Added(id, true);
    }

    /**
     * Puts somebody on the list whom nobody knows yet. Who turns out to be on it already is not added again.
     *
     * @param number the organisation's own number, or null
     * @param formKey made with the form: the same one twice is one client
     * @throws Problem unprocessable, when something of it cannot be
     */
    public Added add(Caller caller, Contact contact, @Nullable String number, LocalDate since, UUID formKey) {
        CasePolicy.mayWork(caller);
        check(contact);
        Optional<String> before = store.ofForm(formKey);
        if (before.isPresent()) {
            return new Added(before.get(), false);
        }
        Added added = add(caller, contact, number, since);
        store.setForm(formKey, added.id());
        return added;
    }

    Added add(Caller caller, Contact contact, @Nullable String number, LocalDate since) {
        Stored patient = records.create(caller, CaseFhir.patient(contact));
        Optional<Client> there = identity.personOf(patient.rid())
                .flatMap(person ->
                        store.ofPeople(caller, identity.idsOf(person)).stream().findFirst());
        if (there.isPresent()) {
            records.delete(caller, "Patient", patient.id(), null);
            return new Added(there.get().id(), false);
        }
        return new Added(open(caller, patient.reference(), number, since), true);
    }

    private String open(Caller caller, String patient, @Nullable String number, LocalDate since) {
        return records.create(caller, CaseFhir.episode(caller, patient, number, since))
                .id();
    }

    /**
     * Corrects who a client is and how to reach them.
     *
     * @throws Problem unprocessable, when something of it cannot be
     */
    public void correct(Caller caller, String id, Contact contact) {
        check(contact);
        Client client = one(caller, id);
        ObjectNode patient = records.read(caller, "Patient", client.patientId()).json();
        records.update(caller, CaseFhir.with(patient.deepCopy(), contact), null);
    }

    /**
     * Closes a case; twice the same is once.
     *
     * @param words for a note of the organisation; empty for none
     */
    public void close(Caller caller, String id, Closing reason, String words) {
        Client client = one(caller, id);
        if (!client.isOpen() && reason.code().equals(client.reason())) {
            return;
        }
        if (!client.isOpen()) {
            throw Problem.of(Category.CONFLICT, "casework.problem.closed");
        }
        records.update(caller, CaseFhir.closed(episode(caller, id), reason, days.today()), client.version());
        note(caller, id, words);
    }

    /** Opens a closed case again; one that is open stays so. */
    public void reopen(Caller caller, String id, String words) {
        Client client = one(caller, id);
        if (client.isOpen()) {
            return;
        }
        if (words.isBlank()) {
            throw Problem.of(Category.UNPROCESSABLE, "casework.problem.reopen");
        }
        records.update(caller, CaseFhir.reopened(episode(caller, id), days.today()), client.version());
        note(caller, id, words);
    }

    /**
     * Notes something about a client, for the organisation alone.
     *
     * @param formKey made with the form: the same one twice is one note
     */
    public void note(Caller caller, String id, String words, UUID formKey) {
        one(caller, id);
        if (store.ofForm(formKey).isEmpty()) {
            note(caller, id, words);
            store.setForm(formKey, id);
        }
    }

    private void note(Caller caller, String id, String words) {
        if (words.length() > Visits.LONGEST_NOTE) {
            throw Problem.of(Category.UNPROCESSABLE, "casework.problem.note", Visits.LONGEST_NOTE);
        }
        if (!words.isBlank()) {
            records.create(caller, CaseFhir.note(caller, id, null, words.strip(), clock.instant()));
        }
    }

    /** Takes a note back. */
    public void unnote(Caller caller, String id, String note) {
        Client client = one(caller, id);
        if (store.notes(caller, client.id()).stream()
                .noneMatch(each -> each.id().equals(note))) {
            throw Problem.of(Category.NOT_FOUND, "casework.problem.none");
        }
        records.update(
                caller,
                records.read(caller, "Communication", note).json().deepCopy().put("status", "entered-in-error"),
                null);
    }

    private ObjectNode episode(Caller caller, String id) {
        return records.read(caller, "EpisodeOfCare", id).json().deepCopy();
    }

    private void check(Contact contact) {
        wrong(contact).values().stream().findFirst().ifPresent(problem -> {
            throw problem;
        });
    }

    /** What of contact facts cannot be, by the field of the form it stands in. */
    Map<String, Problem> wrong(Contact contact) {
        Map<String, Problem> wrong = new LinkedHashMap<>();
        if (contact.name().isEmpty()) {
            wrong.put("given", Problem.of(Category.UNPROCESSABLE, "casework.problem.name"));
        }
        Map.of(
                        "given",
                        contact.given(),
                        "family",
                        contact.family(),
                        "phone",
                        contact.phone(),
                        "line",
                        contact.line(),
                        "city",
                        contact.city(),
                        "postcode",
                        contact.postcode())
                .forEach((field, part) -> {
                    if (part.length() > LONGEST_NAME) {
                        wrong.put(field, Problem.of(Category.UNPROCESSABLE, "casework.problem.long", LONGEST_NAME));
                    }
                });
        LocalDate born = contact.born();
        LocalDate today = days.today();
        if (born != null && (born.isAfter(today) || born.isBefore(today.minusYears(OLDEST)))) {
            wrong.put("born", Problem.of(Category.UNPROCESSABLE, "casework.problem.born"));
        }
        if (!contact.phone().isEmpty() && !PHONE.matcher(contact.phone()).matches()) {
            wrong.putIfAbsent("phone", Problem.of(Category.UNPROCESSABLE, "casework.problem.phone"));
        }
        return wrong;
    }

    static Problem unknown() {
        return Problem.of(Category.NOT_FOUND, "casework.problem.none");
    }
}
