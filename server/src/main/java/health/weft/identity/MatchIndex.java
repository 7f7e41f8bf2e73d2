package health.weft.identity;

import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.PackedIndex;
import health.weft.matching.Scorer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The copies in memory, to be asked whom a Patient resembles. A projection of {@code identity.source}: made anew when an instance
 * starts, and never the last word, since whoever gets a row id from here reads what stands there.
 *
 * <p>In step on every instance: before each question it reads which copies were changed by transactions that had not ended when it looked
 * last ({@code pg_snapshot_xmin}), and takes in those that it does not know. So an answer knows all that was committed before the
 * question, and what its own transaction wrote: that is kept apart until it is committed. Who writes holds locks on the keys of the
 * copy ({@link IdentityStore#lock}), so that what another instance wrote under one of them was committed, and is read.
 */
@Component
class MatchIndex implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(MatchIndex.class);

    /** Records that may be gone in memory before it is made anew, and what part of those that are there. */
    private static final int WASTE = 20_000;

    private static final int AT_ONCE = 5_000;

    private final MatchIndexStore store;
    private final Object making = new Object();
    private volatile @Nullable Kept kept;
    private volatile @Nullable Thread maker;
    private volatile boolean stopping;
    private final AtomicBoolean again = new AtomicBoolean();

    MatchIndex(MatchIndexStore store) {
        this.store = store;
    }

    /** What was committed when it was last brought into step, to be asked. */
    final class Kept {
        private final PackedIndex index;

        /** Every transaction before this one had ended, and what it did is known. */
        private long seen;

        private Kept(PackedIndex index, long seen) {
            this.index = index;
            this.seen = seen;
        }

        private synchronized long seen() {
            return seen;
        }

        private synchronized void seen(long transaction) {
            seen = Math.max(seen, transaction);
        }

        /**
         * The copies that share a key with these demographics and resemble them, by their row ids, with what the running transaction wrote;
         * never one whose decision is {@link Decision#NONE}. Some may be deleted meanwhile.
         *
         * @param besides row id of a copy that is not meant; 0 for none
         */
        List<PackedIndex.Near> near(Demographics wanted, Scorer scorer, long besides) {
            Pending pending = pending();
            List<PackedIndex.Near> near = new ArrayList<>(index.near(wanted, scorer));
            near.removeIf(found -> found.id() == besides || pending != null && pending.copies.containsKey(found.id()));
            if (pending != null) {
                near.addAll(pending.near(wanted, scorer, besides));
            }
            return near;
        }

        /** Row ids of the committed copies that share a key with these demographics, whether they resemble them or not. */
        long[] sharing(Demographics wanted) {
            return index.sharing(wanted);
        }

        /** How many records in memory are gone. */
        int waste() {
            return index.waste();
        }
    }

    /** What a transaction wrote, which others are not to see. */
    private final class Pending implements TransactionSynchronization {
        /** Null for a copy that it removed. */
        final Map<Long, @Nullable Demographics> copies = new HashMap<>();

        private final PackedIndex index = new PackedIndex(16, 1);
        private final Set<Long> unfiled = new HashSet<>();
        private long change;

        void put(long pat, @Nullable Demographics copy) {
            copies.put(pat, copy);
            unfiled.add(pat);
        }

        List<PackedIndex.Near> near(Demographics wanted, Scorer scorer, long besides) {
            if (copies.isEmpty() || copies.size() == 1 && copies.containsKey(besides)) {
                return List.of();
            }
            for (long pat : unfiled) {
                Demographics copy = copies.get(pat);
                if (copy == null) {
                    index.remove(pat, ++change);
                } else {
                    index.put(pat, ++change, copy);
                }
            }
            unfiled.clear();
            return index.near(wanted, scorer).stream()
                    .filter(found -> found.id() != besides)
                    .toList();
        }

        @Override
        public void suspend() {
            TransactionSynchronizationManager.unbindResource(MatchIndex.this);
        }

        @Override
        public void resume() {
            TransactionSynchronizationManager.bindResource(MatchIndex.this, this);
        }

        @Override
        public void afterCompletion(int status) {
            TransactionSynchronizationManager.unbindResource(MatchIndex.this);
        }
    }

    /**
     * Notes in a transaction what it wrote of a copy.
     *
     * @param copy null when it removed it
     */
    void written(long pat, @Nullable Demographics copy) {
        Pending pending = pending();
        if (pending == null) {
            pending = new Pending();
            TransactionSynchronizationManager.bindResource(this, pending);
            TransactionSynchronizationManager.registerSynchronization(pending);
        }
        pending.put(pat, copy);
    }

    private @Nullable Pending pending() {
        return (Pending) TransactionSynchronizationManager.getResource(this);
    }

    /**
     * Takes in all that was committed until now. Whoever is to write a copy calls this once it has locked its keys.
     *
     * @return what to ask
     */
    Kept keepUp() {
        Kept now = made();
        MatchIndexStore.News news = store.since(now.seen());
        List<Long> unknown = news.changes().stream()
                .filter(each -> now.index.change(each.pat()) < each.change())
                .map(MatchIndexStore.Change::pat)
                .toList();
        for (int from = 0; from < unknown.size(); from += AT_ONCE) {
            store.read(
                    unknown.subList(from, Math.min(from + AT_ONCE, unknown.size())),
                    copy -> now.index.put(copy.pat(), copy.change(), copy.demographics()));
        }
        if (pending() == null) {
            // What this transaction wrote hides what was there before, and may be taken back.
            now.seen(news.before());
        }
        return now;
    }

    private Kept made() {
        Kept made = kept;
        return made == null ? make() : made;
    }

    /** Reads everything again, and lets that take the place of what was there. */
    void again() {
        synchronized (making) {
            anew();
        }
    }

    /** A copy that was met in memory and stands in no table any more. */
    void missing(PackedIndex.Near gone) {
        Kept now = kept;
        if (now != null) {
            now.index.remove(gone.id(), gone.change());
        }
    }

    private Kept make() {
        synchronized (making) {
            Kept made = kept;
            if (made != null) {
                return made;
            }
            return anew();
        }
    }

    private Kept anew() {
        long began = System.nanoTime();
        MatchIndexStore.Everything read = store.everything();
        Kept made = new Kept(read.index(), read.before());
        kept = made;
        log.info(
                "{} copies of patients are in memory to be matched, after {} ms",
                made.index.size(),
                (System.nanoTime() - began) / 1_000_000);
        return made;
    }

    /** Keeps what is read at a question short, and makes the index anew when it holds much that is gone. */
    @Scheduled(fixedDelayString = "${weft.identity.follow:20s}", initialDelayString = "${weft.identity.follow:20s}")
    void follow() {
        if (kept != null && !stopping) {
            Kept now = keepUp();
            if (now.waste() > Math.max(WASTE, now.index.size() / 3)) {
                makeAnew();
            }
        }
    }

    /** Reads everything again in a thread of its own; meanwhile the one that is there answers. */
    void makeAnew() {
        if (again.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("match-index").start(() -> {
                try {
                    again();
                } catch (RuntimeException e) {
                    log.warn("The copies of patients could not be read again", e);
                } finally {
                    again.set(false);
                }
            });
        }
    }

    // ------------------------------------------------------------------------------------------------ lifecycle

    /** Before requests are served, which wait for it. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public void start() {
        stopping = false;
        maker = Thread.ofPlatform().daemon().name("match-index").start(() -> {
            try {
                make();
            } catch (RuntimeException e) {
                // The first who asks tries again, and is told.
                log.warn("The copies of patients could not be read into memory", e);
            }
        });
    }

    @Override
    public void stop() {
        stopping = true;
        maker = null;
    }

    @Override
    public boolean isRunning() {
        return maker != null;
    }
}
