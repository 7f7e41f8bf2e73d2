package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Blind double labelling: two stewards look at a pair, each for themselves and without the score, and say what they see; where they
 * differ, a third steward does, and what two of three said counts. Nothing that is said here changes a link.
 *
 * <p>Pairs are dealt, so that nobody gets one twice and no pair is looked at more often than it needs. A look that is not answered
 * within an hour may go to another steward.
 */
@Component
@Transactional
public class Labels {
    /** Pairs of one draw, at most; while as many wait for their first two looks, nothing is drawn. */
    public static final int MOST = 400;

    /** Characters of a note. */
    public static final int LONGEST = 500;

    private static final int ENOUGH = 2;
    private static final int LAST = 3;
    private static final String SUBJECT = "Patient/$links";

    private final LabelStore store;
    private final Counting counting;
    private final Audit audit;

    Labels(LabelStore store, Counting counting, Audit audit) {
        this.store = store;
        this.counting = counting;
        this.audit = audit;
    }

    /**
     * Draws pairs to be labelled, of every band of the score as many.
     *
     * @return how many were drawn: fewer where there are no more
     * @throws Problem unprocessable, for a number that is none; conflict, when enough wait already or somebody draws just now
     */
    public int draw(Caller caller, int pairs) {
        Stewards.refuseOthers(caller, audit);
        if (pairs < 1 || pairs > MOST) {
            throw Problem.of(Category.UNPROCESSABLE, "labels.problem.number", MOST);
        }
        if (!store.mayDraw()) {
            throw Problem.of(Category.CONFLICT, "labels.problem.drawing");
        }
        LabelProgress progress = store.progress(caller.username());
        // Pairs that wait for a third steward wait for somebody who may not be there.
        long waiting = progress.drawn() - progress.differ();
        if (waiting >= MOST) {
            throw Problem.of(Category.CONFLICT, "labels.problem.enough", waiting);
        }
        Sample sample = counting.sample(pairs);
        counting.keep(sample.census());
        int drawn = store.draw(sample, caller.username());
        audit.record(caller, Audit.Action.CREATE, "Patient?$links", List.of());
        return drawn;
    }

    /** The pair that a steward looks at now: the one dealt and not answered yet, or the next; empty when none is left for them. */
    public Optional<Dealt> deal(Caller caller) {
        Stewards.refuseOthers(caller, audit);
        store.alone();
        Optional<LabelStore.Look> look = store.waiting(caller.username());
        if (look.isEmpty() && store.deal(caller.username())) {
            look = store.waiting(caller.username());
        }
        Optional<Dealt> dealt = look.flatMap(at ->
                store.facts(at.a()).flatMap(one -> store.facts(at.b()).map(other -> new Dealt(at.id(), one, other))));
        dealt.ifPresent(shown -> {
            store.hold(shown.id());
            audit.record(
                    caller,
                    Audit.Action.READ,
                    SUBJECT,
                    List.of(shown.one().pat(), shown.other().pat()));
        });
        return dealt;
    }

    /**
     * Says what a steward sees in a pair that was dealt to them.
     *
     * @param note may be empty
     * @throws Problem not found, when it was not dealt to them, or went to another since; conflict, when they have answered already
     */
    public void say(Caller caller, long look, Answer answer, String note) {
        Stewards.refuseOthers(caller, audit);
        String words = note.strip();
        if (words.length() > LONGEST) {
            throw Problem.of(Category.UNPROCESSABLE, "labels.problem.note", LONGEST);
        }
        store.alone();
        LabelStore.Look at = store.look(look, caller.username())
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "labels.problem.look"));
        if (at.answer() != null) {
            throw Problem.of(Category.CONFLICT, "labels.problem.said");
        }
        store.say(look, answer, words);
        store.settle(at.pair(), settled(store.answers(at.pair())));
        audit.record(caller, Audit.Action.UPDATE, SUBJECT, List.of(at.a(), at.b()));
    }

    /**
     * Takes back what a steward said last; the pair is before them again.
     *
     * @throws Problem conflict, when they said nothing yet
     */
    public void undo(Caller caller) {
        Stewards.refuseOthers(caller, audit);
        store.alone();
        LabelStore.Look last = store.last(caller.username())
                .orElseThrow(() -> Problem.of(Category.CONFLICT, "labels.problem.nothing"));
        store.takeBack(last.id());
        store.settle(last.pair(), settled(store.answers(last.pair())));
        audit.record(caller, Audit.Action.UPDATE, SUBJECT, List.of(last.a(), last.b()));
    }

    public LabelProgress progress(Caller caller) {
        Stewards.refuseOthers(caller, audit);
        return store.progress(caller.username());
    }

    /** What two said, or two of three; three that all differ leave it open for good. */
    static @Nullable Answer settled(List<Answer> answers) {
        for (Answer answer : Answer.values()) {
            if (Collections.frequency(answers, answer) >= ENOUGH) {
                return answer;
            }
        }
        return answers.size() >= LAST ? Answer.CANNOT_SAY : null;
    }
}
