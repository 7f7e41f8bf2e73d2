package health.weft.matching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Records in memory, ready to be asked which of them resemble one: packed as a {@link Batch} packs them, filed under the keys of {@link
 * Blocks#keys}, compared and summed up as a {@link Scorer} does, to the same bits. Less than a kilobyte a record.
 *
 * <pre>{@code
 * PackedIndex index = new PackedIndex(1_000_000);
 * index.put(17, 1, demographics);
 * for (PackedIndex.Near near : index.near(wanted, scorer)) ...
 * }</pre>
 *
 * <p>Who keeps it in step with a table may say the same thing twice and in any order: each record has a number that grows with its
 * changes, and what is older than what is known changes nothing. Any number of threads may ask and write at once. What is replaced or
 * removed leaves its cells behind; {@link #waste} tells when to make the index anew.
 */
public final class PackedIndex {
    private static final long GONE = Long.MIN_VALUE;

    /** Blocks with so many times too many records are not looked at, even if most of these are gone. */
    private static final int MOSTLY_GONE = 4;

    /** Records that are brought near together before they are compared. */
    private static final int AHEAD = 128;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final BlockingQueue<Guest> guests;
    private final Rows rows;
    private final Postings postings;
    private final Numbers numbers;
    private final int places;

    /** By record: whose it is, and its change; a record that is gone has the change {@link #GONE}. */
    private long[] ids;

    private long[] changes;
    private int live;

    /** @param expected about how many records there will be */
    public PackedIndex(int expected) {
        this(expected, Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
    }

    /** @param atOnce how many questions are answered at once; others wait their turn */
    public PackedIndex(int expected, int atOnce) {
        places = atOnce;
        rows = new Rows(Math.max(16, expected), places);
        postings = new Postings(Math.max(16, expected) * 6);
        numbers = new Numbers(expected);
        ids = new long[places + Math.max(16, expected)];
        changes = new long[ids.length];
        guests = new ArrayBlockingQueue<>(places);
        for (int place = 0; place < places; place++) {
            guests.add(new Guest(place));
        }
    }

    /**
     * A record that resembles another.
     *
     * @param id as given to {@link #put}
     * @param change as given with it
     * @param score never one whose decision is {@link Decision#NONE}
     */
    public record Near(long id, long change, Score score) {}

    /** A place where a record is put that is asked about, with room for what it meets. */
    private final class Guest {
        final int place;
        final Comparing comparing = new Comparing(rows, null);
        int[] met = new int[1024];

        Guest(int place) {
            this.place = place;
        }

        /** The records that share a key with one and are not gone, once each, in order. */
        int meet(long[] keys) {
            int n = 0;
            for (long key : keys) {
                int count = postings.count(key);
                if (count == 0 || count > MOSTLY_GONE * Blocks.LARGEST) {
                    continue;
                }
                if (n + count > met.length) {
                    met = Arrays.copyOf(met, Math.max(n + count, met.length * 2));
                }
                int to = postings.copy(key, met, n);
                n = count > Blocks.LARGEST && living(n, to) > Blocks.LARGEST ? n : to;
            }
            Arrays.sort(met, 0, n);
            int once = 0;
            for (int i = 0; i < n; i++) {
                if (once == 0 || met[i] != met[once - 1]) {
                    met[once++] = met[i];
                }
            }
            int there = 0;
            for (int i = 0; i < once; i++) {
                if (!gone(met[i])) {
                    met[there++] = met[i];
                }
            }
            return there;
        }

        private int living(int from, int to) {
            int living = 0;
            for (int i = from; i < to; i++) {
                living += gone(met[i]) ? 0 : 1;
            }
            return living;
        }
    }

    private boolean gone(int record) {
        return changes[record] == GONE;
    }

    /**
     * Takes a record in, in place of what was known of the same id, unless that is as new or newer.
     *
     * @param change grows with each change of the record; above {@link Long#MIN_VALUE}
     * @return whether anything changed
     */
    public boolean put(long id, long change, Demographics d) {
        long[] keys = Blocks.online(d);
        lock.writeLock().lock();
        try {
            int before = numbers.get(id);
            if (before != 0 && changes[before] >= change) {
                return false;
            }
            if (before != 0) {
                changes[before] = GONE;
                live--;
            }
            int record = rows.size();
            rows.add(d);
            if (record == ids.length) {
                ids = Arrays.copyOf(ids, record / 2 * 3);
                changes = Arrays.copyOf(changes, ids.length);
            }
            ids[record] = id;
            changes[record] = change;
            numbers.put(id, record);
            live++;
            for (long key : keys) {
                postings.add(key, record, this::gone);
            }
            return true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Forgets a record, unless a newer change of it is known than this one. */
    public void remove(long id, long change) {
        lock.writeLock().lock();
        try {
            int record = numbers.get(id);
            if (record != 0 && changes[record] <= change && !gone(record)) {
                changes[record] = GONE;
                numbers.put(id, 0);
                live--;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The last change of a record that is known; {@link Long#MIN_VALUE} for a record that is not. */
    public long change(long id) {
        lock.readLock().lock();
        try {
            int record = numbers.get(id);
            return record == 0 ? GONE : changes[record];
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * The records that share a key with this one and resemble it, by their ids. Keys under which more than {@link Blocks#LARGEST} records
     * stand say too little, and are left out.
     */
    public List<Near> near(Demographics wanted, Scorer scorer) {
        long[] keys = Blocks.online(wanted);
        List<Near> near = new ArrayList<>();
        Guest guest = seat();
        lock.readLock().lock();
        try {
            rows.seat(guest.place, wanted);
            int n = guest.meet(keys);
            for (int i = 0; i < n; i++) {
                if (i % AHEAD == 0) {
                    guest.comparing.fetch(guest.met, i, Math.min(n, i + AHEAD));
                }
                int record = guest.met[i];
                Score score = scorer.unlessNone(guest.comparing, rows, guest.place, record);
                if (score != null) {
                    near.add(new Near(ids[record], changes[record], score));
                }
            }
        } finally {
            lock.readLock().unlock();
            guests.add(guest);
        }
        near.sort(Comparator.comparingLong(Near::id));
        return near;
    }

    /** The ids of the records that share a key with this one, whether they resemble it or not: those that {@link #near} compares. */
    public long[] sharing(Demographics wanted) {
        long[] keys = Blocks.online(wanted);
        Guest guest = seat();
        lock.readLock().lock();
        try {
            int n = guest.meet(keys);
            return Arrays.stream(guest.met, 0, n)
                    .mapToLong(record -> ids[record])
                    .sorted()
                    .toArray();
        } finally {
            lock.readLock().unlock();
            guests.add(guest);
        }
    }

    private Guest seat() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return guests.take();
                } catch (InterruptedException e) {
                    // Places are held for a moment only.
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Number of records. */
    public int size() {
        lock.readLock().lock();
        try {
            return live;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** How many records were replaced or removed and still take room. */
    public int waste() {
        lock.readLock().lock();
        try {
            return rows.size() - places - live;
        } finally {
            lock.readLock().unlock();
        }
    }
}
