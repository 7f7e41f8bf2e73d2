package health.weft.referral;

import health.weft.directory.Service;
import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.problem.Words;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A referral that waits for room: on hold with the reason {@link Reason#WAITLIST}, and the person's place in the line where it is known. */
@Component
@Transactional
public class Waitlist {
    /** Of Task.output: the place as a positiveInt. SDOHCC has a code for being on a waitlist and none for the place. */
    static final Coding POSITION =
            new Coding("https://weft.health/fhir/CodeSystem/task-output", "waitlist-position", "Place on the waitlist");

    private final Referrals referrals;
    private final Records records;
    private final ProgressStore store;
    private final Clock clock = Clock.systemUTC();

    Waitlist(Referrals referrals, Records records, ProgressStore store) {
        this.referrals = referrals;
        this.records = records;
        this.store = store;
    }

    /**
     * Puts the person on the waitlist; twice the same is once.
     *
     * @param position 1 for who is next; empty when not known
     * @throws Problem unprocessable for a place that cannot be; what the transition table refuses
     */
    void join(Caller caller, String id, int version, Optional<Integer> position, String words) {
        position.ifPresent(Waitlist::checked);
        Referral referral = referrals.current(caller, id, version, ReferralStatus.ON_HOLD);
        if (referral.status() == ReferralStatus.ON_HOLD) {
            return;
        }
        Instant now = clock.instant();
        ObjectNode task = ReferralFhir.changed(
                records.read(caller, "Task", id).json(),
                caller,
                ReferralStatus.ON_HOLD,
                Reason.WAITLIST,
                words.strip(),
                now);
        ReferralFhir.addContent(
                task,
                records.create(caller, Enrolment.ON_WAITLIST.observation(caller, referral, now))
                        .reference());
        place(task, position.orElse(null));
        records.update(caller, task, version);
    }

    /** Says another place, without another status; twice the same is once. */
    void move(Caller caller, String id, int version, Optional<Integer> position, String words) {
        position.ifPresent(Waitlist::checked);
        Referral referral = referrals.underWay(caller, id);
        if (!referral.isOnWaitlist()) {
            throw Problem.of(Category.CONFLICT, "referral.problem.waitlist");
        }
        if (words.isBlank() && Optional.ofNullable(store.of(id).position()).equals(position)) {
            return;
        }
        referral.mustBe(version);
        ObjectNode task =
                ReferralFhir.noted(records.read(caller, "Task", id).json(), caller, words.strip(), clock.instant());
        place(task, position.orElse(null));
        records.update(caller, task, version);
    }

    /**
     * The place that a Task tells; empty when none.
     *
     * @throws Problem unprocessable for one that cannot be
     */
    static Optional<Integer> position(JsonNode task) {
        return task.path("output")
                .valueStream()
                .filter(Waitlist::isPosition)
                .map(output -> output.path("valuePositiveInt").asInt(0))
                .map(Waitlist::checked)
                .findFirst();
    }

    /** What is written to a service that is full and keeps a waitlist: first, that a place on it is asked for. */
    static String asked(Caller caller, List<Service> services, String note) {
        boolean full = services.size() == 1
                && services.getFirst().isFull()
                && services.getFirst().keepsWaitlist();
        return full ? (new Words("referral.full.asked").in(Locale.of(caller.language())) + "\n" + note).strip() : note;
    }

    /** Writes the place into a Task, or takes it out. */
    static void place(ObjectNode task, @Nullable Integer position) {
        ArrayNode outputs = task.withArray("output");
        outputs.removeIf(Waitlist::isPosition);
        if (position != null) {
            ObjectNode output = outputs.addObject();
            output.set("type", Elements.concept(POSITION));
            output.put("valuePositiveInt", position);
        }
        if (outputs.isEmpty()) {
            task.remove("output");
        }
    }

    private static boolean isPosition(JsonNode output) {
        return Elements.has(output.path("type"), POSITION.system(), POSITION.code());
    }

    private static Integer checked(Integer position) {
        if (position < 1 || position > Progress.LAST_POSITION) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.position", Progress.LAST_POSITION);
        }
        return position;
    }
}
