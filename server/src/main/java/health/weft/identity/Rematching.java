package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Matches all copies of the network again by the rules and the model in force: first as a preview, which changes nothing; then, when
 * a steward says so, change by change as acts that can be undone. What people decided holds throughout.
 *
 * <p>The work is done in the background, on whichever instance; {@link #run} tells how far it is. One run at a time.
 */
@Component
@Transactional
public class Rematching {
    /** Changes on one page. */
    public static final int PAGE = 25;

    /** Changes of a file, at most. */
    public static final int MOST = 100_000;

    private static final int HISTORY = 20;
    private static final String SUBJECT = "Patient/$rematch";

    private final RematchStore store;
    private final RematchActs acts;
    private final RematchView view;
    private final RematchWork work;
    private final Joining joining;
    private final Audit audit;
    private final Duration old;

    Rematching(
            RematchStore store,
            RematchActs acts,
            RematchView view,
            RematchWork work,
            Joining joining,
            Audit audit,
            @Value("${weft.rematch.old:24h}") Duration old) {
        this.store = store;
        this.acts = acts;
        this.view = view;
        this.work = work;
        this.joining = joining;
        this.audit = audit;
        this.old = old;
    }

    /** A page of changes, and how many fit the filter. */
    public record Changes(List<RematchChange> changes, long total) {}

    // ------------------------------------------------------------------------------------------------ looking

    /** The runs, the newest first; the newest is the one at hand. */
    public List<RematchRun> runs(Caller caller) {
        Stewards.refuseOthers(caller, audit);
        return store.newest(HISTORY, model(), old);
    }

    /** @throws Problem not found */
    public RematchRun run(Caller caller, long id) {
        Stewards.refuseOthers(caller, audit);
        return find(id);
    }

    /** @param page 0 for the first */
    public Changes changes(Caller caller, long run, RematchFilter filter, int page) {
        Stewards.refuseOthers(caller, audit);
        Changes changes = new Changes(view.changes(run, filter, PAGE, page * PAGE), view.count(run, filter));
        audit.record(caller, Audit.Action.SEARCH, "Patient?$links", pats(changes.changes()));
        return changes;
    }

    /**
     * One change alone.
     *
     * @throws Problem not found
     */
    public Changes change(Caller caller, long run, long change) {
        Stewards.refuseOthers(caller, audit);
        RematchChange found =
                view.change(run, change).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "rematch.problem.change"));
        audit.record(caller, Audit.Action.READ, "Patient/$links", pats(List.of(found)));
        return new Changes(List.of(found), 1);
    }

    /** All that fit, the first {@link #MOST}. */
    public List<RematchChange> all(Caller caller, long run, RematchFilter filter) {
        Stewards.refuseOthers(caller, audit);
        find(run);
        List<RematchChange> changes = view.changes(run, filter, MOST, 0);
        audit.record(caller, Audit.Action.EXPORT, "Patient?$links", pats(changes));
        return changes;
    }

    // ------------------------------------------------------------------------------------------------ doing

    /**
     * Begins a preview. An earlier one that was not applied is given up.
     *
     * @throws Problem conflict, when a run is being worked at: it tells whose
     */
    public long start(Caller caller) {
        Stewards.refuseOthers(caller, audit);
        store.oneAtATime();
        long id = store.start(caller.username(), model()).orElseThrow(this::busy);
        store.discard();
        said(caller);
        return id;
    }

    /**
     * Leaves a change out, or takes it in again.
     *
     * @throws Problem conflict, when the run is no preview any more
     */
    public void leaveOut(Caller caller, long run, long change, boolean out) {
        Stewards.refuseOthers(caller, audit);
        preview(run);
        if (!view.leaveOut(run, change, out, caller.username())) {
            throw Problem.of(Category.NOT_FOUND, "rematch.problem.change");
        }
        audit.record(caller, Audit.Action.UPDATE, SUBJECT, List.of());
    }

    /**
     * Applies all changes that were not left out.
     *
     * @throws Problem conflict, when the run is no preview, another model is in force by now, or another run is being worked at
     */
    public void apply(Caller caller, long run, String why) {
        String reason = Stewards.reason(caller, why, audit);
        preview(run);
        if (find(run).otherModel()) {
            throw Problem.of(Category.CONFLICT, "rematch.problem.model");
        }
        turn(run, RematchRun.State.APPLYING, caller, reason);
    }

    /**
     * Takes back every act of a run, the newest first.
     *
     * @throws Problem conflict, when nothing of it was applied, or another run is being worked at
     */
    public void undo(Caller caller, long run, String why) {
        String reason = Stewards.reason(caller, why, audit);
        RematchRun.State state = locked(run);
        if (state != RematchRun.State.APPLIED || find(run).tally().applied() == 0) {
            throw busy(state);
        }
        turn(run, RematchRun.State.UNDOING, caller, reason);
    }

    /**
     * Stops the work at hand, or gives a preview up. What was applied stays, and can be undone; what was undone stays undone.
     *
     * @throws Problem conflict, when the run has ended
     */
    public void stop(Caller caller, long run) {
        Stewards.refuseOthers(caller, audit);
        switch (locked(run)) {
            case RUNNING -> {
                store.end(run, RematchRun.State.CANCELLED, caller.username(), false);
                store.forget(run);
            }
            case APPLYING -> {
                acts.leave(run);
                store.end(run, RematchRun.State.APPLIED, caller.username(), false);
            }
            case UNDOING -> store.end(run, RematchRun.State.APPLIED, caller.username(), false);
            case PREVIEW -> store.discard();
            case APPLIED, UNDONE, CANCELLED, DISCARDED, FAILED ->
                throw Problem.of(Category.CONFLICT, "rematch.problem.ended");
        }
        said(caller);
    }

    // ------------------------------------------------------------------------------------------------ steps

    private void turn(long run, RematchRun.State to, Caller caller, String reason) {
        if (!store.turn(run, to, caller.username(), reason)) {
            throw busy();
        }
        said(caller);
    }

    /** On record; open pages look again, and whoever works is woken when this is committed. */
    private void said(Caller caller) {
        audit.record(caller, Audit.Action.UPDATE, SUBJECT, List.of());
        work.tell();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                work.wake();
            }
        });
    }

    private void preview(long run) {
        RematchRun.State state = locked(run);
        if (state != RematchRun.State.PREVIEW) {
            throw busy(state);
        }
    }

    private RematchRun.State locked(long run) {
        store.oneAtATime();
        return store.locked(run).orElseThrow(Rematching::unknown);
    }

    private RematchRun find(long run) {
        return store.find(run, model(), old).orElseThrow(Rematching::unknown);
    }

    private String model() {
        return joining.scorer().model().version();
    }

    private Problem busy(RematchRun.State state) {
        return switch (state) {
            case RUNNING, APPLYING, UNDOING -> busy();
            case PREVIEW, APPLIED, UNDONE, CANCELLED, DISCARDED, FAILED ->
                Problem.of(Category.CONFLICT, "rematch.problem.ended");
        };
    }

    private Problem busy() {
        return Problem.of(
                Category.CONFLICT, "rematch.problem.busy", store.busy().orElse(""));
    }

    private static Problem unknown() {
        return Problem.of(Category.NOT_FOUND, "rematch.problem.run");
    }

    private static List<Long> pats(List<RematchChange> changes) {
        return changes.stream()
                .flatMap(change -> Stream.concat(change.here().stream(), change.there().stream()))
                .map(RematchChange.Copy::pat)
                .distinct()
                .toList();
    }
}
