package health.weft.screening;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.audit.Audit;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Stored;
import health.weft.store.Visibility;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The needs of a person: Conditions of an SDOHCC category. A screening writes one as a health concern that is not confirmed; with the
 * person's agreement it is confirmed and stands on the problem list; it ends resolved, or refuted when it was none.
 */
@Component
@Transactional
public class Needs {
    private static final String CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    private static final String VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    private static final String KIND = "http://hl7.org/fhir/us/core/CodeSystem/condition-category";
    private static final String PROBLEMS = "http://terminology.hl7.org/CodeSystem/condition-category";
    private static final String ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement";
    private static final int LONGEST_WORDS = 500;

    /** Set while the state of a need is changed that the person wrote, which those who care for them may do with them. */
    static final ScopedValue<Boolean> SAYING = ScopedValue.newInstance();

    private final Records records;
    private final Identity identity;
    private final JdbcClient jdbc;
    private final Audit audit;
    private final Clock clock = Clock.systemUTC();

    Needs(Records records, Identity identity, JdbcClient jdbc, Audit audit) {
        this.records = records;
        this.identity = identity;
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /** What can be said of a need. */
    public enum Step {
        CONFIRM,
        RESOLVE,
        REFUTE,
        REOPEN;

        /** Whether it can be said of one that stands like this. */
        boolean fits(String clinical, String verification) {
            boolean open = List.of("active", "recurrence", "relapse").contains(clinical);
            return switch (this) {
                case CONFIRM -> open && verification.equals("unconfirmed");
                case REFUTE -> open && !verification.equals("refuted");
                case RESOLVE -> open;
                case REOPEN -> !open && !clinical.isEmpty();
            };
        }

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The need of this kind that is open and that the caller's own party wrote; empty when there is none. */
    Optional<String> open(Caller caller, Collection<Long> pats, SdohCategory category) {
        return jdbc.sql("""
                        select id from screening.need where owner = ? and pat = any(?) and category = ?
                           and clinical in ('active', 'recurrence', 'relapse') order by since desc limit 1""")
                .param(caller.party())
                .param(pats.toArray(Long[]::new))
                .param(category.code())
                .query(String.class)
                .optional();
    }

    /**
     * Writes down that a screening showed a need: a new Condition, or more evidence for the one that is open.
     *
     * @param evidence Observations, {@code Observation/<id>}
     * @return id of the Condition
     */
    String found(Caller caller, SourcePatient patient, SdohCategory category, List<String> evidence, Instant now) {
        Optional<String> known = open(caller, List.of(patient.pat()), category);
        if (known.isPresent()) {
            Stored stored = records.read(caller, "Condition", known.get());
            ObjectNode condition = stored.json();
            evidence(condition, evidence);
            records.update(caller, condition, stored.version());
            return known.get();
        }
        return records.create(caller, concern(patient.reference(), category, evidence, now))
                .id();
    }

    /** A need that a screening showed, as it is first written. */
    static ObjectNode concern(String subject, SdohCategory category, List<String> evidence, Instant now) {
        ObjectNode condition = Extraction.resource("Condition", "Condition");
        condition.set("clinicalStatus", concept(new Coding(CLINICAL, "active", "Active")));
        condition.set("verificationStatus", concept(new Coding(VERIFICATION, "unconfirmed", "Unconfirmed")));
        condition
                .withArray("category")
                .add(concept(new Coding(KIND, "health-concern", "Health Concern")))
                .add(concept(Extraction.SDOH))
                .add(concept(category.coding()));
        condition.set("code", NeedCode.of(category));
        condition.set("subject", reference(subject));
        condition.put("onsetDateTime", now.toString()).put("recordedDate", now.toString());
        evidence(condition, evidence);
        return condition;
    }

    private static void evidence(ObjectNode condition, List<String> evidence) {
        for (String observation : evidence) {
            condition.withArray("evidence").addObject().withArray("detail").add(reference(observation));
        }
    }

    /**
     * Says something of a need of this person.
     *
     * @param version of the Condition that whoever says it has seen
     * @throws Problem not found; conflict, when it was changed meanwhile or cannot become that; forbidden, for another party's
     */
    void say(Caller caller, String personId, String id, int version, Step step) {
        Person person = identity.person(caller, personId);
        Stored stored = records.read(caller, "Condition", id);
        if (!person.pats().contains(stored.pat())) {
            throw Problem.of(Category.NOT_FOUND, "screening.problem.need");
        }
        ObjectNode condition = stored.json();
        String clinical =
                Elements.code(condition.path("clinicalStatus"), CLINICAL).orElse("");
        String verification = Elements.code(condition.path("verificationStatus"), VERIFICATION)
                .orElse("");
        if (stored.version() != version || !step.fits(clinical, verification)) {
            throw Problem.of(Category.CONFLICT, "screening.problem.changed");
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        switch (step) {
            case CONFIRM -> {
                condition.set("verificationStatus", concept(new Coding(VERIFICATION, "confirmed", "Confirmed")));
                replace(condition);
            }
            case REFUTE -> {
                condition.set("verificationStatus", concept(new Coding(VERIFICATION, "refuted", "Refuted")));
                condition.set("clinicalStatus", concept(new Coding(CLINICAL, "inactive", "Inactive")));
            }
            case RESOLVE -> {
                condition.set("clinicalStatus", concept(new Coding(CLINICAL, "resolved", "Resolved")));
                condition.put("abatementDateTime", now.toString());
            }
            case REOPEN -> {
                condition.set("clinicalStatus", concept(new Coding(CLINICAL, "recurrence", "Recurrence")));
                condition.remove("abatementDateTime");
                if (verification.equals("refuted")) {
                    condition.set(
                            "verificationStatus", concept(new Coding(VERIFICATION, "unconfirmed", "Unconfirmed")));
                }
            }
        }
        ScopedValue.where(SAYING, stored.owner().startsWith("Person/"))
                .run(() -> records.update(caller, condition, version));
    }

    /** From a concern to an entry of the problem list. */
    private static void replace(ObjectNode condition) {
        var kept = condition
                .path("category")
                .valueStream()
                .filter(category -> !Elements.has(category, KIND, "health-concern"))
                .map(JsonNode::deepCopy)
                .toList();
        condition
                .putArray("category")
                .add(concept(new Coding(PROBLEMS, "problem-list-item", "Problem List Item")))
                .addAll(kept);
    }

    /**
     * Sets a goal for a need.
     *
     * @param due a day in the future
     * @throws Problem unprocessable, without words or for a day that has gone; not found
     */
    void aim(Caller caller, String personId, String id, String words, LocalDate due) {
        Person person = identity.person(caller, personId);
        Stored need = records.read(caller, "Condition", id);
        if (!person.pats().contains(need.pat())) {
            throw Problem.of(Category.NOT_FOUND, "screening.problem.need");
        }
        if (words.isBlank() || words.length() > LONGEST_WORDS || due.isBefore(LocalDate.now(clock))) {
            throw Problem.of(Category.UNPROCESSABLE, "screening.problem.goal");
        }
        ObjectNode condition = need.json();
        SdohCategory category = category(condition).orElse(SdohCategory.UNSPECIFIED);
        ObjectNode goal = Extraction.resource("Goal", "Goal");
        goal.put("lifecycleStatus", "active");
        goal.set("achievementStatus", concept(new Coding(ACHIEVEMENT, "in-progress", "In Progress")));
        goal.withArray("category").add(concept(category.coding()));
        goal.set("description", NeedCode.goal(category, words.strip()));
        goal.set("subject", condition.path("subject").deepCopy());
        goal.put("startDate", LocalDate.now(clock).toString());
        goal.withArray("target").addObject().put("dueDate", due.toString());
        goal.withArray("addresses").add(reference("Condition/" + id));
        records.create(caller, goal);
    }

    /** Says that a goal was reached, or given up. */
    void goal(Caller caller, String personId, String id, int version, boolean reached) {
        Stored stored = records.read(caller, "Goal", id);
        ObjectNode goal = stored.json();
        if (!identity.person(caller, personId).pats().contains(stored.pat())) {
            throw Problem.of(Category.NOT_FOUND, "screening.problem.need");
        }
        if (!Json.text(goal, "lifecycleStatus").equals("active") || stored.version() != version) {
            throw Problem.of(Category.CONFLICT, "screening.problem.changed");
        }
        goal.put("lifecycleStatus", reached ? "completed" : "cancelled");
        goal.set(
                "achievementStatus",
                reached
                        ? concept(new Coding(ACHIEVEMENT, "achieved", "Achieved"))
                        : concept(new Coding(ACHIEVEMENT, "not-attainable", "Not Attainable")));
        goal.put("statusDate", LocalDate.now(clock).toString());
        records.update(caller, goal, version);
    }

    /** The goals of a person that the caller may see, those still open first. */
    List<Goal> goals(Caller caller, Person person) {
        String patients = String.join(
                ",", person.sources().stream().map(SourcePatient::reference).toList());
        return records.search(caller, "Goal?patient=" + patients + "&_count=100").stream()
                .map(Needs::goal)
                .sorted(Comparator.comparing(Goal::isOpen).reversed().thenComparing(Goal::due))
                .toList();
    }

    /**
     * A goal as pages show it.
     *
     * @param need id of the Condition that it is for; empty for another one's
     */
    public record Goal(String id, int version, String need, String words, String due, String status, String owner) {
        public boolean isOpen() {
            return status.equals("active");
        }
    }

    private static Goal goal(Stored stored) {
        ObjectNode json = stored.json();
        return new Goal(
                stored.id(),
                stored.version(),
                target(json.path("addresses").path(0)).replaceFirst("^Condition/", ""),
                Elements.words(json.path("description")),
                Json.text(json.path("target").path(0), "dueDate"),
                Json.text(json, "lifecycleStatus"),
                stored.owner());
    }

    static Optional<SdohCategory> category(JsonNode condition) {
        return Elements.code(condition.path("category"), SdohCategory.SYSTEM).flatMap(SdohCategory::of);
    }

    /**
     * A need with all its states, the newest first.
     *
     * @param mine whether the caller's party wrote it, or the person did: then its state can be changed
     */
    public record Line(
            String id,
            int version,
            SdohCategory category,
            String clinical,
            String verification,
            Instant since,
            boolean mine,
            String ownerName,
            List<State> states) {
        public List<Step> steps() {
            return Arrays.stream(Step.values())
                    .filter(step -> step.fits(clinical, verification))
                    .toList();
        }

        /** The part of a message key that says how it stands. */
        public String state() {
            return verification.equals("refuted") || verification.equals("entered-in-error")
                    ? "refuted"
                    : List.of("active", "recurrence", "relapse").contains(clinical)
                            ? verification.equals("confirmed") ? "confirmed" : "unconfirmed"
                            : "resolved";
        }
    }

    /** One state of a need. */
    public record State(String clinical, String verification, Instant at, String name, String partyName) {
        public String state() {
            return new Line("", 0, SdohCategory.UNSPECIFIED, clinical, verification, at, false, "", List.of()).state();
        }
    }

    private record Row(
            long rid,
            String id,
            int ver,
            String category,
            String clinical,
            String verification,
            Instant since,
            String owner,
            String ownerName) {}

    private record StateRow(
            long need, String clinical, String verification, Instant at, String name, String partyName) {}

    /** The needs of a person that the caller may see, open ones first. */
    List<Line> of(Caller caller, Person person) {
        Visibility visible = Access.visibility(caller);
        List<Row> rows = jdbc.sql("""
                select n.rid, n.id, r.ver, n.category, n.clinical, n.verification, n.since, n.owner,
                       coalesce((select p.name from security.party p where p.party = n.owner), '') as owner_name
                  from screening.need n join record.res r using (rid)
                 where n.pat = any(?) and n.clinical <> '' and not r.deleted and\s""" + visible.sql() + """
                 order by n.clinical in ('active', 'recurrence', 'relapse') desc, n.since desc limit 200""")
                .param(person.pats().toArray(Long[]::new))
                .params(visible.args())
                .query(Row.class)
                .list();
        audit.record(caller, Audit.Action.SEARCH, "Condition?category&patient", person.pats());
        List<StateRow> states = jdbc.sql("""
                select need, clinical, verification, at, name, party_name from screening.step
                 where need = any(?) order by n desc""")
                .param(rows.stream().map(Row::rid).toArray(Long[]::new))
                .query(StateRow.class)
                .list();
        return rows.stream()
                .map(row -> new Line(
                        row.id(),
                        row.ver(),
                        SdohCategory.of(row.category()).orElse(SdohCategory.UNSPECIFIED),
                        row.clinical(),
                        row.verification(),
                        row.since(),
                        row.owner().equals(caller.party()) || row.owner().startsWith("Person/"),
                        row.ownerName(),
                        states.stream()
                                .filter(state -> state.need() == row.rid())
                                .map(state -> new State(
                                        state.clinical(),
                                        state.verification(),
                                        state.at(),
                                        state.name(),
                                        state.partyName()))
                                .toList()))
                .toList();
    }
}
