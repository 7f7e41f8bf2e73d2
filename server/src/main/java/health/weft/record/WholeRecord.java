package health.weft.record;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.problem.Problem;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.security.Grant.Interaction;
import health.weft.store.Everything;
import health.weft.store.RecordStore;
import health.weft.store.RecordStore.Named;
import health.weft.store.RecordStore.Question;
import health.weft.store.Stored;
import health.weft.store.Visibility;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** A patient's record from end to end, as far as the caller may see it, and what it refers to; audited as one reading. */
@Component
class WholeRecord {
    /** Resources read from the database at once when a whole record is shown, unless they are heavier than is read at once. */
    private static final int AT_ONCE = 500;

    private final RecordStore store;
    private final Audit audit;
    private final ContactFacts contacts;
    private final Refusals refusals;

    WholeRecord(RecordStore store, Audit audit, ContactFacts contacts, Refusals refusals) {
        this.store = store;
        this.audit = audit;
        this.contacts = contacts;
        this.refusals = refusals;
    }

    /**
     * A page of a patient's record.
     *
     * @param inside what is part of it, in the order it came
     * @param referred what it refers to
     * @param next where the next page begins; null on the last
     */
    record Part(
            List<Stored> inside,
            List<Stored> referred,
            @Nullable String next) {}

    /**
     * A page of what the caller may see of a patient's record, and of what that refers to.
     *
     * @param from where it begins, as the page before told; null for the first
     * @throws Problem not found; invalid, for a beginning that no page told
     */
    Part page(Caller caller, String patient, Everything what, @Nullable String from, int limit) {
        String subject = Refusals.subject("Patient", patient) + "/$everything";
        return refusals.asked(caller, subject, () -> {
            Stored whose = whose(caller, patient);
            audit.record(caller, Action.READ, subject, List.of(whose.rid()));
            return part(caller, whose.rid(), what, from, limit);
        });
    }

    /**
     * The first page, for a caller of whom the database says in the journey of the Patient whether it is they who ask.
     *
     * @return empty when it is not, or the Patient is not there for them; nothing was shown then, and nothing written down
     */
    Optional<Part> first(Caller guess, Question<Boolean> right, String patient, Everything what, int limit) {
        Optional<Stored> whose = store.read(right, List.of(new Named("Patient", patient)), Access.visibility(guess))
                .getFirst();
        return whose.map(found -> {
            audit.record(
                    guess, Action.READ, Refusals.subject("Patient", patient) + "/$everything", List.of(found.rid()));
            return part(guess, found.rid(), what, null, limit);
        });
    }

    /**
     * All that the caller may see of a patient's record, a part at a time, whatever its size.
     *
     * @throws Problem not found, before the first part is shown
     */
    void show(Caller caller, String patient, Everything what, Consumer<Part> show) {
        String subject = Refusals.subject("Patient", patient) + "/$everything";
        refusals.asked(caller, subject, () -> {
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
        refusals.given(caller, Interaction.READ, "Patient");
        return store.read("Patient", patient, Access.visibility(caller))
                .orElseThrow(() -> refusals.absent(caller, "Patient", patient));
    }

    private Part part(Caller caller, long pat, Everything what, @Nullable String from, int limit) {
        if (from != null && !from.matches("[cr]\\d{1,18}")) {
            throw Problem.invalid("The _page token does not fit. Follow the next link as given.");
        }
        Visibility who = Access.visibility(caller);
        long after = from == null ? 0 : Long.parseLong(from.substring(1));
        boolean begun = from != null && from.startsWith("r");
        List<Stored> inside = begun ? List.of() : store.compartment(pat, what, after, limit + 1, who);
        if (isCut(inside, limit)) {
            inside = inside.subList(0, Math.min(limit, inside.size()));
            return new Part(
                    contacts.limited(caller, inside),
                    List.of(),
                    "c" + inside.getLast().rid());
        }
        int room = limit - inside.size();
        List<Stored> referred = store.referred(pat, what, begun ? after : 0, room + 1, who, Access.matching(caller));
        String next = null;
        if (isCut(referred, room)) {
            referred = referred.subList(0, Math.min(room, referred.size()));
            next = "r" + (room > 0 ? referred.getLast().rid() : 0);
        }
        return new Part(contacts.limited(caller, inside), contacts.limited(caller, referred), next);
    }

    /** Whether there may be more: more came than were asked for, or as many bytes as are read at once. */
    private static boolean isCut(List<Stored> page, int limit) {
        return page.size() > limit
                || page.stream().mapToLong(s -> s.body().length).sum() >= RecordStore.MOST_OF_A_RECORD;
    }
}
