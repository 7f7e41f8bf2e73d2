package health.weft.ui;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of people that are too small to be told, since they might say of whom they are; and those beside them by which they could be
 * worked out. Take in all numbers that a reader may put beside each other, on other pages and for other periods too, and every sum that
 * holds between them; then ask what is told.
 */
public final class SmallCells {
    /** A sum whose whole is known to everybody, or is not among the cells. */
    public static final int KNOWN = -1;

    private final int smallest;
    private final List<Integer> numbers = new ArrayList<>();
    private final List<State> states = new ArrayList<>();
    private final List<Sum> sums = new ArrayList<>();
    private boolean settled;

    private enum State {
        TOLD,
        /** Shown nowhere; it may be worked out. */
        ASIDE,
        SECRET
    }

    private record Sum(int whole, int[] parts) {}

    /** @param smallest that is told; none is told too */
    public SmallCells(int smallest) {
        this.smallest = smallest;
    }

    /** Takes in a number that is shown if it may be; answers by what it is asked for. */
    public int cell(int number) {
        return add(number, State.TOLD);
    }

    /** Takes in a number that is not shown and that whoever reads the others could work out. */
    public int aside(int number) {
        return add(number, State.ASIDE);
    }

    private int add(int number, State state) {
        numbers.add(number);
        states.add(number != 0 && Math.abs(number) < smallest ? State.SECRET : state);
        return numbers.size() - 1;
    }

    /** These parts make up that whole. */
    public void sum(int whole, List<Integer> parts) {
        sums.add(new Sum(whole, parts.stream().mapToInt(Integer::intValue).toArray()));
        settled = false;
    }

    /** A number, or null when it is not to be told. */
    public @Nullable Integer told(int cell) {
        if (!settled) {
            settle();
        }
        return states.get(cell) == State.TOLD ? numbers.get(cell) : null;
    }

    /**
     * Leaves out numbers that are small, and where only one is, the next larger one too: else it could be worked out from the sum.
     *
     * @param smallest that is told; none is told too
     */
    public static List<@Nullable Integer> told(List<Integer> cells, int smallest) {
        SmallCells all = new SmallCells(smallest);
        List<Integer> parts = cells.stream().map(all::cell).toList();
        all.sum(KNOWN, parts);
        List<@Nullable Integer> told = new ArrayList<>();
        parts.forEach(part -> told.add(all.told(part)));
        return told;
    }

    /** What is left out of one sum may give away another, so all are looked at until none does. */
    private void settle() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Sum sum : sums) {
                changed |= keep(sum);
            }
        }
        settled = true;
    }

    private boolean keep(Sum sum) {
        boolean changed = false;
        while (givesAway(sum)) {
            int next = next(sum);
            if (next < 0) {
                return changed;
            }
            states.set(next, State.SECRET);
            changed = true;
        }
        return changed;
    }

    /** One secret can be worked out from what stands beside it; so can several that add up to their number, for each is one. */
    private boolean givesAway(Sum sum) {
        int secrets = 0;
        long together = 0;
        for (int part : sum.parts()) {
            if (states.get(part) == State.SECRET) {
                secrets++;
                together += Math.abs(numbers.get(part));
            }
        }
        boolean whole = isSecret(sum.whole());
        if (secrets == 0) {
            return whole;
        }
        return !whole && (secrets == 1 || together == secrets);
    }

    /** What is best left out next: a part that is shown nowhere, else the smallest, else the whole; -1 for nothing. */
    private int next(Sum sum) {
        int next = KNOWN;
        for (int part : sum.parts()) {
            boolean free = states.get(part) != State.SECRET && numbers.get(part) != 0;
            if (free && (next < 0 || isBefore(part, next))) {
                next = part;
            }
        }
        return next < 0 && sum.whole() >= 0 && !isSecret(sum.whole()) ? sum.whole() : next;
    }

    private boolean isBefore(int part, int other) {
        boolean aside = states.get(part) == State.ASIDE;
        boolean otherAside = states.get(other) == State.ASIDE;
        return aside == otherAside ? Math.abs(numbers.get(part)) < Math.abs(numbers.get(other)) : aside;
    }

    private boolean isSecret(int cell) {
        return cell >= 0 && states.get(cell) == State.SECRET;
    }
}
