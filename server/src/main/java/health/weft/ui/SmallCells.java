package health.weft.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Numbers of people that are too small to be told, since they might say of whom they are. */
public final class SmallCells {
    private SmallCells() {}

    /**
     * Leaves out numbers that are small, and where only one is, the next larger one too: else it could be worked out from the sum.
     *
     * @param smallest that is told; none is told too
     */
    public static List<@Nullable Integer> told(List<Integer> cells, int smallest) {
        List<@Nullable Integer> told = new ArrayList<>();
        for (int cell : cells) {
            told.add(cell > 0 && cell < smallest ? null : Integer.valueOf(cell));
        }
        if (told.stream().filter(Objects::isNull).count() == 1) {
            int next = -1;
            for (int i = 0; i < cells.size(); i++) {
                boolean larger = told.get(i) != null && cells.get(i) > 0;
                if (larger && (next < 0 || cells.get(i) < cells.get(next))) {
                    next = i;
                }
            }
            if (next >= 0) {
                told.set(next, null);
            }
        }
        return told;
    }
}
