package health.weft.emergency;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.identity.PersonHit;
import health.weft.notice.Notices;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Relations;
import health.weft.security.Role;
import health.weft.security.Sight;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Opens a record in an emergency, closes it again, and keeps the review of it. */
@Component
@Transactional
public class Emergencies {
    /** The shortest and the longest reason, in characters. */
    static final int SHORTEST = 10;

    static final int LONGEST = 500;
    private static final Role[] MAY_OPEN = {Role.CLINICIAN, Role.SPECIALIST, Role.DISCHARGE_PLANNER};
    private static final Role REVIEWS = Role.PRIVACY_OFFICER;
    /** Whoever finds nobody so often in an hour is guessing. */
    private static final int TRIES = 10;

    private final EmergencyStore store;
    private final Identity identity;
    private final Relations relations;
    private final Notices notices;
    private final Audit audit;
    private final Clock clock;
    private final Duration length;

    Emergencies(
            EmergencyStore store,
            Identity identity,
            Relations relations,
            Notices notices,
            Audit audit,
            Clock clock,
            @Value("${weft.emergency.length:4h}") Duration length) {
        this.clock = clock;
        this.store = store;
        this.identity = identity;
        this.relations = relations;
        this.notices = notices;
        this.audit = audit;
        this.length = length;
    }

    @Bean
    static Sight emergencySight() {
        return new Sight("emergency.sight", Set.of(MAY_OPEN));
    }

    @Bean
    static Sight reviewSight() {
        return new Sight("emergency.sight.review", Set.of(REVIEWS));
    }

    /** Whether the caller may open a record in an emergency: people who care for people, no systems. */
    public static boolean mayOpen(Caller caller) {
        return caller.is(MAY_OPEN);
    }

    /**
     * Opens the record of the one person with this name and date of birth to the caller.
     *
     * @return the person's id
     * @throws Problem forbidden for other roles; unprocessable when not exactly one person fits or the reason is too short or long; too
     *     many, for who tried too often
     */
    public String open(Caller caller, String name, LocalDate born, String reason) {
        if (!mayOpen(caller)) {
            audit.refused(caller, "emergency", List.of());
            throw Problem.of(Category.FORBIDDEN, "emergency.problem.role");
        }
        String why = reason.strip();
        if (why.length() < SHORTEST || why.length() > LONGEST) {
            throw Problem.of(Category.UNPROCESSABLE, "emergency.problem.reason");
        }
        if (store.failures(caller.username()) >= TRIES) {
            throw Problem.of(Category.TOO_MANY, "emergency.problem.tries");
        }
        // First name and family name: a single word and a birthday would find people by chance.
        List<PersonHit> found = name.strip().split("\\s+").length < 2
                ? List.of()
                : identity.search(Caller.PLATFORM, name + " " + born, 5).stream()
                        .filter(hit -> born.equals(hit.birthDate()))
                        .toList();
        if (found.size() != 1) {
            audit.refused(caller, "emergency", List.of());
            throw Problem.of(Category.UNPROCESSABLE, "emergency.problem.nobody");
        }
        String person = found.getFirst().person();
        Collection<Long> pats =
                relations.emergency(caller, person, why, clock.instant().plus(length));
        audit.record(caller, Audit.Action.BREAK_GLASS, "emergency", pats);
        notices.warn(person, identity.idsOf(person), "emergency");
        notices.role(Role.PRIVACY_OFFICER, "emergency-review");
        return person;
    }

    /**
     * Closes what the caller opened, before its time.
     *
     * @throws Problem not found, when they have nothing open of this person
     */
    public void close(Caller caller, String person) {
        Collection<Long> pats = relations.endEmergency(caller, identity.idsOf(person));
        if (pats.isEmpty()) {
            audit.refused(caller, "emergency", List.of());
            throw Problem.of(Category.NOT_FOUND, "emergency.problem.none");
        }
        audit.record(caller, Audit.Action.UPDATE, "emergency", pats);
    }

    /** What was opened of a person, newest first: for the person, and for who opened it. */
    @Transactional(readOnly = true)
    public List<Opening> of(String person) {
        return store.of(identity.idsOf(person));
    }

    /** What waits for a review. */
    @Transactional(readOnly = true)
    public List<Opening> waiting(Caller caller) {
        officer(caller);
        return store.waiting();
    }

    /** What was reviewed. */
    @Transactional(readOnly = true)
    public List<Opening> reviewed(Caller caller) {
        officer(caller);
        return store.reviewed();
    }

    /**
     * Reviews one.
     *
     * @param outcome APPROPRIATE, INAPPROPRIATE or FOLLOW_UP
     * @throws Problem unprocessable for another outcome or a note that is too long; conflict when it was reviewed already, or is the
     *     caller's own
     */
    public void review(Caller caller, long id, String outcome, String note) {
        officer(caller);
        if (!List.of("APPROPRIATE", "INAPPROPRIATE", "FOLLOW_UP").contains(outcome)) {
            throw Problem.of(Category.UNPROCESSABLE, "emergency.problem.outcome");
        }
        if (note.length() > LONGEST || (!outcome.equals("APPROPRIATE") && note.isBlank())) {
            throw Problem.of(Category.UNPROCESSABLE, "emergency.problem.note");
        }
        Opening opening = store.find(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "emergency.problem.none"));
        if (!store.review(id, outcome, note.strip(), caller.username())) {
            throw Problem.of(Category.CONFLICT, "emergency.problem.reviewed");
        }
        audit.record(caller, Audit.Action.UPDATE, "emergency", relations.copies(identity.idsOf(opening.person())));
    }

    private void officer(Caller caller) {
        if (!caller.is(REVIEWS)) {
            audit.refused(caller, "emergency", List.of());
            throw Problem.of(Category.FORBIDDEN, "emergency.problem.officer");
        }
    }
}
