package health.weft.directory;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applies what was checked. The directory's tables take all of it in one transaction, set by set; what follows from them (search words,
 * hours, FHIR's view) is made in parts of some hundred, each a transaction of its own, from a queue that the first transaction left.
 *
 * <p>A part takes its rows off the queue as it commits. So whoever goes on after a kill does nothing twice, and several at once take turns.
 */
@Component
class FeedApplying {
    /** As many as one journey to the database writes. */
    private static final int PART = 500;

    /** So many changes are worth new statistics. */
    private static final int MANY = 1_000;

    /** So many take longer than somebody waits for a page. */
    private static final int LONG = 2_000;

    private static final List<HsdsType> FOLLOWED = List.of(HsdsType.ORGANIZATION, HsdsType.LOCATION, HsdsType.SERVICE);

    private final FeedStore store;
    private final DirectoryViews views;
    private final Audit audit;
    private final TransactionTemplate transaction;

    FeedApplying(FeedStore store, DirectoryViews views, Audit audit, PlatformTransactionManager transactions) {
        this.store = store;
        this.views = views;
        this.audit = audit;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * Writes the rows, unless they are written by now.
     *
     * @throws Problem not found; conflict, when it was applied or discarded before, or nothing could be used
     */
    void begin(Caller caller, long id) {
        transaction.executeWithoutResult(status -> {
            store.patient();
            store.lock();
            FeedRun run =
                    store.run(id, true).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.run"));
            if (run.progress() != null) {
                return;
            }
            if (!run.state().equals("checked")) {
                throw Problem.of(Category.CONFLICT, "directory.problem.run.ended");
            }
            if (run.count("new") + run.count("changed") + run.count("same") == 0) {
                throw Problem.of(Category.CONFLICT, "directory.problem.run.empty");
            }
            Feed feed = store.feed(run.feed()).orElseThrow();
            store.compare(id, "feed:" + feed.id());
            write(id, feed, run.whole());
            audit.record(caller, Audit.Action.UPDATE, "directory feed " + feed.id(), List.of());
        });
    }

    private void write(long run, Feed feed, boolean whole) {
        String by = "feed:" + feed.id();
        ObjectNode counts = store.count(run);
        int changed = 0;
        for (HsdsType type : HsdsType.ENTITIES) {
            changed += store.write(run, type, feed, by);
        }
        if (changed >= MANY) {
            store.analyze();
        }
        List<String> gone = whole ? store.withdraw(run, feed.id(), by) : List.of();
        if (whole) {
            counts.put("withdrawn", gone.size());
        }
        store.capacities(run);
        store.queue(run, gone);
        store.following(run, counts);
    }

    /** Makes what follows from the rows, part after part, to the end. */
    void finish(long run) {
        boolean more = true;
        while (more) {
            more = part(run);
        }
    }

    /** Makes all that follows if it is little; else the first part, and leaves the rest to {@link FeedWork}. */
    void finishOrLeave(long id) {
        FeedRun.Progress progress = store.run(id, false).orElseThrow().progress();
        if (progress != null && progress.total() <= LONG) {
            finish(id);
        } else {
            store.leave(id);
        }
    }

    /** Rows and what follows from them in the transaction that runs already. */
    void whole(long run, Feed feed) {
        write(run, feed, false);
        boolean more = true;
        while (more) {
            more = part(run, false);
        }
    }

    /** Makes the next part in a transaction of its own; whether there may be more. What FHIR cannot say is told among the findings. */
    boolean part(long id) {
        try {
            return part(id, false);
        } catch (Problem one) {
            return part(id, true);
        }
    }

    /** Looks up where some places are whose source gives no point, unless a feed is at it; whether there may be more. */
    boolean place() {
        if (views.unplaced(1).isEmpty()) {
            return false;
        }
        return Boolean.TRUE.equals(transaction.execute(status -> {
            if (!store.lockIfFree() || !store.applying().isEmpty()) {
                return false;
            }
            List<String> some = views.unplaced(PART);
            views.follow(HsdsType.LOCATION, some, true);
            return !some.isEmpty();
        }));
    }

    private boolean part(long id, boolean alone) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            store.patient();
            store.lock();
            FeedRun run = store.run(id, true).orElseThrow();
            if (run.progress() == null) {
                return false; // somebody else came to its end
            }
            for (HsdsType type : FOLLOWED) {
                List<FeedStore.Waiting> some = store.waiting(id, type, PART);
                if (!some.isEmpty()) {
                    views.follow(type, some.stream().map(FeedStore.Waiting::id).toList(), alone)
                            .forEach((wrong, why) -> store.told(id, type, wrong, "FHIR cannot say it: " + why));
                    store.followed(id, some);
                    return true;
                }
            }
            views.join();
            store.ended(id, "applied", run.counts());
            store.forget(id);
            return false;
        }));
    }
}
