package health.weft.matching;

import java.util.Arrays;

/**
 * Which records stand in a block together. Keys of all rules are sorted at once, so that a block is a run and its number its
 * place in the order. Blocks of one record are left out, and those that are too large to say much: above
 * {@link Blocks#LARGEST}, and in large files above what keeps the work in bounds.
 */
final class BlockIndex {
    /** How many pairs a record a file may cost, before those met twice are left out. */
    private static final long PAIRS = 40;

    /** Where block i begins among the members; one more than there are blocks. */
    final int[] starts;

    final int[] members;

    /** Where the block numbers of a record begin; one more than there are records. */
    private final int[] ofStarts;

    private final int[] of;
    /** Records in the largest block that was kept at most. */
    final int cap;

    final int dropped;
    final int largestDropped;

    /**
     * @param keys hashes of the keys of all records, one record after the other
     * @param keyStarts where those of a record begin
     */
    BlockIndex(long[] keys, int[] keyStarts, int records) {
        int bits = 32 - Integer.numberOfLeadingZeros(records);
        long[] sorted = new long[keyStarts[records]];
        for (int record = 0; record < records; record++) {
            for (int i = keyStarts[record]; i < keyStarts[record + 1]; i++) {
                // Part of the hash gives way to the record. Two keys that fall together cost a few comparisons, no
                // more.
                sorted[i] = keys[i] << bits | record;
            }
        }
        Arrays.parallelSort(sorted);
        cap = cap(sorted, bits, records);
        int blocks = 0;
        int placed = 0;
        int tooLarge = 0;
        int largest = 0;
        int[] begins = new int[1024];
        int[] in = new int[Math.max(16, sorted.length / 2)];
        long mask = (1L << bits) - 1;
        for (int from = 0; from < sorted.length; ) {
            int to = from + 1;
            while (to < sorted.length && sorted[to] >>> bits == sorted[from] >>> bits) {
                to++;
            }
            int size = to - from;
            if (size > cap) {
                tooLarge++;
                largest = Math.max(largest, size);
            } else if (size > 1) {
                if (blocks + 1 == begins.length) {
                    begins = Arrays.copyOf(begins, begins.length * 2);
                }
                if (placed + size > in.length) {
                    in = Arrays.copyOf(in, Math.max(in.length * 3 / 2, placed + size));
                }
                for (int i = from; i < to; i++) {
                    in[placed++] = (int) (sorted[i] & mask);
                }
                begins[++blocks] = placed;
            }
            from = to;
        }
        starts = Arrays.copyOf(begins, blocks + 1);
        members = in;
        dropped = tooLarge;
        largestDropped = largest;
        ofStarts = new int[records + 1];
        for (int i = 0; i < placed; i++) {
            ofStarts[in[i] + 1]++;
        }
        for (int i = 0; i < records; i++) {
            ofStarts[i + 1] += ofStarts[i];
        }
        of = new int[placed];
        int[] next = Arrays.copyOf(ofStarts, records);
        for (int block = 0; block < blocks; block++) {
            for (int i = starts[block]; i < starts[block + 1]; i++) {
                of[next[in[i]]++] = block;
            }
        }
    }

    /** The largest size of a block at which all blocks together stay within {@link #PAIRS} pairs a record. */
    private static int cap(long[] sorted, int bits, int records) {
        long[] pairs = new long[Blocks.LARGEST + 1];
        for (int from = 0; from < sorted.length; ) {
            int to = from + 1;
            while (to < sorted.length && sorted[to] >>> bits == sorted[from] >>> bits) {
                to++;
            }
            long size = to - from;
            if (size <= Blocks.LARGEST) {
                pairs[(int) size] += size * (size - 1) / 2;
            }
            from = to;
        }
        long most = Math.max(1_000_000, PAIRS * records);
        long sum = 0;
        for (int size = 2; size <= Blocks.LARGEST; size++) {
            sum += pairs[size];
            if (sum > most) {
                return size - 1;
            }
        }
        return Blocks.LARGEST;
    }

    /** Reads which blocks the members from one place to another stand in; as {@link Rows#fetch}. */
    int fetch(int from, int to) {
        int read = 0;
        for (int i = from; i < to; i++) {
            read += ofStarts[members[i]];
        }
        for (int i = from; i < to; i++) {
            read += of[ofStarts[members[i]]] + of[ofStarts[members[i] + 1] - 1];
        }
        return read;
    }

    int blocks() {
        return starts.length - 1;
    }

    /** Whether two records share a block. */
    boolean meet(int a, int b) {
        int i = ofStarts[a];
        int j = ofStarts[b];
        while (i < ofStarts[a + 1] && j < ofStarts[b + 1]) {
            if (of[i] == of[j]) {
                return true;
            }
            if (of[i] < of[j]) {
                i++;
            } else {
                j++;
            }
        }
        return false;
    }

    /** Whether two records also share a block that comes before this one: there the pair was met already. */
    boolean metBefore(int block, int a, int b) {
        int i = ofStarts[a];
        int j = ofStarts[b];
        while (true) {
            int x = of[i];
            int y = of[j];
            if (x == y) {
                return x < block;
            }
            if (x < y) {
                i++;
            } else {
                j++;
            }
        }
    }
}
