package health.weft.outcomes;

import health.weft.ui.SmallCells;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A row of numbers for each group, and which sums hold between them, so that the small ones can be left out.
 *
 * @param <K> what a group is known by
 */
final class Sheet<K> {
    private final SmallCells cells;
    private final Map<K, Row> rows = new LinkedHashMap<>();

    private record Row(int[] numbers, int[] cells) {}

    private record Part<K>(K whole, Object by) {}

    /** @param smallest number that is told */
    Sheet(int smallest) {
        cells = new SmallCells(smallest);
    }

    /**
     * Takes in a group.
     *
     * @param shown how many of the numbers, the first, are shown if they may be
     */
    void put(K group, int shown, int... numbers) {
        int[] of = new int[numbers.length];
        for (int i = 0; i < of.length; i++) {
            of[i] = i < shown ? cells.cell(numbers[i]) : cells.aside(numbers[i]);
        }
        rows.put(group, new Row(numbers, of));
    }

    /** In every row, these columns make up that one. */
    void across(int whole, int... parts) {
        rows.values()
                .forEach(row -> cells.sum(
                        row.cells()[whole],
                        Arrays.stream(parts)
                                .map(part -> row.cells()[part])
                                .boxed()
                                .toList()));
    }

    /**
     * Groups make up another one, column by column.
     *
     * @param by in which of the ways the whole is divided: all parts of one way make it up
     * @param whole the group that a group is part of, if any; one that is not on the sheet has sums that everybody knows
     */
    void down(Function<K, Object> by, Function<K, Optional<K>> whole) {
        Map<Part<K>, List<Row>> parts = new LinkedHashMap<>();
        rows.forEach((group, row) -> {
            whole.apply(group)
                    .ifPresent(of -> parts.computeIfAbsent(new Part<>(of, by.apply(group)), key -> new ArrayList<>())
                            .add(row));
        });
        parts.forEach((part, of) -> {
            Row sum = rows.get(part.whole());
            for (int i = 0; i < of.getFirst().cells().length; i++) {
                int column = i;
                cells.sum(
                        sum == null ? SmallCells.KNOWN : sum.cells()[i],
                        of.stream().map(row -> row.cells()[column]).toList());
            }
        });
    }

    /** A longer period holds the shorter one: what is between them can be worked out from both. */
    void over(BiFunction<K, Period, K> in) {
        List<K> groups = rows.keySet().stream()
                .map(group -> in.apply(group, Period.MONTH))
                .distinct()
                .toList();
        for (K group : groups) {
            for (int i = 1; i < Period.values().length; i++) {
                Row shorter = rows.get(in.apply(group, Period.values()[i - 1]));
                Row longer = rows.get(in.apply(group, Period.values()[i]));
                if (shorter != null && longer != null) {
                    nest(shorter, longer);
                }
            }
        }
    }

    private void nest(Row shorter, Row longer) {
        for (int i = 0; i < shorter.cells().length; i++) {
            int between = cells.aside(longer.numbers()[i] - shorter.numbers()[i]);
            cells.sum(longer.cells()[i], List.of(shorter.cells()[i], between));
        }
    }

    /** A number of a group; null when it is not told. */
    @Nullable
    Integer told(K group, int column) {
        return cells.told(Objects.requireNonNull(rows.get(group)).cells()[column]);
    }

    /** The groups, in the order in which they came. */
    Iterable<K> groups() {
        return rows.keySet();
    }
}
