package health.weft.matching;

/** Which record an id has: ints above 0 by longs, 0 for an id that has none. */
final class Numbers {
    private static final int NONE = -1;

    private long[] ids;

    /** 0: a free slot. */
    private int[] records;

    private int used;

    Numbers(int expected) {
        ids = new long[Integer.highestOneBit(Math.max(16, expected)) * 2];
        records = new int[ids.length];
    }

    int get(long id) {
        return Math.max(0, records[slot(id)]);
    }

    /** @param record 0 to forget it */
    void put(long id, int record) {
        int slot = slot(id);
        if (records[slot] == 0) {
            if (record == 0) {
                return;
            }
            ids[slot] = id;
            used++;
        }
        records[slot] = record == 0 ? NONE : record;
        if (used * 4L > ids.length * 3L) {
            grow();
        }
    }

    private int slot(long id) {
        int mask = ids.length - 1;
        int slot = (int) (id * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (records[slot] != 0 && ids[slot] != id) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] idsBefore = ids;
        int[] recordsBefore = records;
        ids = new long[idsBefore.length * 2];
        records = new int[ids.length];
        used = 0;
        for (int i = 0; i < idsBefore.length; i++) {
            if (recordsBefore[i] > 0) {
                int slot = slot(idsBefore[i]);
                ids[slot] = idsBefore[i];
                records[slot] = recordsBefore[i];
                used++;
            }
        }
    }
}
