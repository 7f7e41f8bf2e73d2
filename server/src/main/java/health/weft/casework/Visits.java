package health.weft.casework;

import health.weft.audit.Audit;
import health.weft.directory.Directory;
import health.weft.directory.Service;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.time.Clock;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** Visits: recorded, planned, ticked off, corrected, taken back. One transaction each; refuses as {@link Cases}. */
@Component
@Transactional
public class Visits {
    static final int LONGEST_NOTE = 2_000;
    static final int LONGEST_SERVICE = 100;
    private static final int MOST = 50_000;
    private static final int YEARS_BACK = 5;

    private final CaseStore store;
    private final Cases cases;
    private final Records records;
    private final Directory directory;
    private final Audit audit;
    private final Days days;
    private final Clock clock = Clock.systemUTC();

    Visits(CaseStore store, Cases cases, Records records, Directory directory, Audit audit, Days days) {
        this.store = store;
        this.cases = cases;
        this.records = records;
        this.directory = directory;
        this.audit = audit;
        this.days = days;
    }

    // ------------------------------------------------------------------------------------------------ reading

    /** The visits of a client, newest first. */
    public List<Visit> of(Caller caller, Client client) {
        return store.visitsOf(caller, client.id());
    }

    public Visit one(Caller caller, String client, String id) {
        cases.one(caller, client);
        return store.visit(caller, id)
                .filter(visit -> visit.clientId().equals(client))
                .orElseThrow(Cases::unknown);
    }

    /** What is between two days, both counted, in their order. */
    public List<Visit> between(Caller caller, LocalDate from, LocalDate until) {
        CasePolicy.mayWork(caller);
        List<Visit> visits = store.visits(caller, from, until, MOST);
        audit.record(
                caller,
                Audit.Action.SEARCH,
                "visits of a case list",
                store.pats(
                        caller, visits.stream().map(Visit::clientId).distinct().toList()));
        return visits;
    }

    /** What the organisation gives: what it gave most often in the last year, then the services it lists. */
    public List<String> services(Caller caller) {
        return Stream.concat(
                        store.services(caller, days.today().minusYears(1)).stream(),
                        directory.servicesOf(caller.party()).stream().map(Service::name))
                .distinct()
                .toList();
    }

    // ------------------------------------------------------------------------------------------------ writing

    /**
     * Adds a visit.
     *
     * @param formKey made with the form: the same one twice is one visit
     * @return id of the Encounter
     * @throws Problem unprocessable, when something of it cannot be; conflict, when the case is closed
     */
    public String add(Caller caller, String client, Filled said, UUID formKey) {
        Client of = cases.one(caller, client);
        Optional<String> before = store.ofForm(formKey);
        if (before.isPresent()) {
            return before.get();
        }
        if (!of.isOpen() && !said.day().isBefore(of.closed())) {
            throw Problem.of(Category.CONFLICT, "casework.problem.closed");
        }
        String id = add(caller, of, said);
        store.setForm(formKey, id);
        return id;
    }

    String add(Caller caller, Client of, Filled said) {
        check(said);
        String patient = "Patient/" + of.patientId();
        String id = records.create(caller, CaseFhir.encounter(caller, of.id(), patient, said, days.zone()))
                .id();
        parts(caller, of, id, said, new CaseStore.Parts(null, null, false));
        return id;
    }

    /**
     * Corrects a visit.
     *
     * @param version of the visit that the form knew
     * @throws Problem as {@link #add}; precondition failed, when somebody else corrected it meanwhile
     */
    public void correct(Caller caller, String client, String id, int version, Filled said) {
        check(said);
        Client of = cases.one(caller, client);
        one(caller, client, id);
        records.update(
                caller,
                CaseFhir.with(records.read(caller, "Encounter", id).json().deepCopy(), said, days.zone()),
                version);
        parts(caller, of, id, said, store.parts(caller.party(), id));
    }

    /** Ticks off who came and who did not; twice the same is once. */
    public void attend(Caller caller, String id, Attendance attendance) {
        CasePolicy.mayWork(caller);
        Visit visit = store.visit(caller, id).orElseThrow(Cases::unknown);
        if (visit.attendance() != attendance) {
            correct(
                    caller,
                    visit.clientId(),
                    id,
                    visit.version(),
                    new Filled(
                            visit.day(),
                            visit.time(),
                            attendance,
                            visit.service(),
                            attendance == Attendance.ATTENDED ? visit.quantity() : null,
                            visit.unit(),
                            visit.note()));
        }
    }

    /**
     * A visit recorded by hand was the one that a referral tells of: that one stays, with the note of both, and this one is taken back.
     *
     * @throws Problem conflict, when no referral tells of a visit on that day
     */
    public void join(Caller caller, String client, String id) {
        Visit by = one(caller, client, id);
        Visit stays = store.visitsOf(caller, client).stream()
                .filter(visit -> visit.referred() && visit.day().equals(by.day()) && !by.referred())
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.CONFLICT, "casework.problem.join"));
        if (!by.note().isEmpty() && !stays.note().contains(by.note())) {
            String note = stays.note().isEmpty() ? by.note() : stays.note() + "\n" + by.note();
            correct(
                    caller,
                    client,
                    stays.id(),
                    stays.version(),
                    new Filled(
                            stays.day(),
                            stays.time() == null ? by.time() : stays.time(),
                            stays.attendance(),
                            stays.service(),
                            stays.quantity(),
                            stays.unit(),
                            note));
        }
        undo(caller, client, id);
    }

    /** Visits recorded by hand on a day on which a referral tells of one too. */
    static Set<String> twice(List<Visit> visits) {
        Set<LocalDate> referred = visits.stream()
                .filter(visit -> visit.referred() && visit.attendance() == Attendance.ATTENDED)
                .map(Visit::day)
                .collect(Collectors.toSet());
        return visits.stream()
                .filter(visit -> !visit.referred()
                        && visit.attendance() == Attendance.ATTENDED
                        && referred.contains(visit.day()))
                .map(Visit::id)
                .collect(Collectors.toSet());
    }

    /** Takes a visit back, with what was given and noted at it: all were entered in error. */
    public void undo(Caller caller, String client, String id) {
        one(caller, client, id);
        CaseStore.Parts parts = store.parts(caller.party(), id);
        takeBack(caller, "Communication", parts.note());
        if (!parts.referred()) {
            takeBack(caller, "Procedure", parts.procedure());
        }
        takeBack(caller, "Encounter", id);
    }

    /** Writes what was given and noted at a visit, or takes it back; what a referral says was given stays with it. */
    private void parts(Caller caller, Client of, String encounter, Filled said, CaseStore.Parts before) {
        if (!before.referred()) {
            given(caller, of, encounter, said, before.procedure());
        }
        if (said.note().isEmpty()) {
            takeBack(caller, "Communication", before.note());
        } else if (before.note() == null) {
            records.create(caller, CaseFhir.note(caller, of.id(), encounter, said.note(), clock.instant()));
        } else {
            ObjectNode note =
                    records.read(caller, "Communication", before.note()).json().deepCopy();
            note.putArray("payload").addObject().put("contentString", said.note());
            records.update(caller, note, null);
        }
    }

    private void given(Caller caller, Client of, String encounter, Filled said, @Nullable String procedure) {
        if (said.attendance() != Attendance.ATTENDED || said.service().isEmpty()) {
            takeBack(caller, "Procedure", procedure);
        } else if (procedure == null) {
            records.create(caller, CaseFhir.procedure(caller, encounter, "Patient/" + of.patientId(), said));
        } else {
            ObjectNode known =
                    records.read(caller, "Procedure", procedure).json().deepCopy();
            records.update(caller, CaseFhir.with(known, said), null);
        }
    }

    private void takeBack(Caller caller, String type, @Nullable String id) {
        if (id != null) {
            records.update(
                    caller, records.read(caller, type, id).json().deepCopy().put("status", "entered-in-error"), null);
        }
    }

    void check(Filled said) {
        wrong(said).values().stream().findFirst().ifPresent(problem -> {
            throw problem;
        });
    }

    /** What of a visit cannot be, by the field of the form it stands in. */
    Map<String, Problem> wrong(Filled said) {
        Map<String, Problem> wrong = new LinkedHashMap<>();
        LocalDate today = days.today();
        boolean ahead = said.attendance() == Attendance.PLANNED;
        if (said.day().isBefore(today.minusYears(YEARS_BACK)) || said.day().isAfter(today.plusYears(1))) {
            wrong.put("day", refused("casework.problem.day", YEARS_BACK));
        } else if (ahead && said.day().isBefore(today)) {
            wrong.put("day", refused("casework.problem.planned"));
        } else if (!ahead
                && said.attendance() != Attendance.CANCELLED
                && said.day().isAfter(today)) {
            wrong.put("day", refused("casework.problem.future"));
        }
        if (said.service().length() > LONGEST_SERVICE) {
            wrong.put("service", refused("casework.problem.service", LONGEST_SERVICE));
        }
        if (said.note().length() > LONGEST_NOTE) {
            wrong.put("note", refused("casework.problem.note", LONGEST_NOTE));
        }
        if (said.quantity() != null && (said.service().isEmpty() || said.attendance() != Attendance.ATTENDED)) {
            wrong.put("quantity", refused("casework.problem.amount"));
        }
        try {
            CaseFhir.given(said.quantity(), said.unit());
        } catch (Problem problem) {
            wrong.putIfAbsent("quantity", problem);
        }
        return wrong;
    }

    private static Problem refused(String key, Object... args) {
        return Problem.of(Category.UNPROCESSABLE, key, args);
    }
}
