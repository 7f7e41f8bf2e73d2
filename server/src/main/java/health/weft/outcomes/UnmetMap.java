package health.weft.outcomes;

import health.weft.ui.SketchMap;
import health.weft.ui.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Unmet needs by area on a map: of each row of the table that can be placed a point, which tells what the row tells and nothing more. A
 * number that the table leaves out has a point of one size for all, without a number.
 *
 * @param elsewhere how many rows could not be placed
 */
public record UnmetMap(SketchMap map, int elsewhere) {
    private static final double HIDDEN = 11;
    private static final double LEAST = 12;
    private static final double MORE = 16;

    /**
     * @param rows as the table tells them, in its order
     * @param places latitude and longitude by area
     * @param row where the table's rows are, to be followed by their number from 0
     */
    static Optional<UnmetMap> of(
            List<NeedsTold> rows, Map<String, double[]> places, Text text, String tiles, String row) {
        int most = rows.stream()
                .mapToInt(told -> told.unmet() == null ? 0 : told.unmet())
                .max()
                .orElse(0);
        List<SketchMap.Point> points = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            NeedsTold told = rows.get(i);
            double[] at = places.get(told.value());
            if (at != null) {
                points.add(new SketchMap.Point(
                        at[0], at[1], label(told, text), words(told, text), row + i, size(told, most)));
            }
        }
        return points.isEmpty()
                ? Optional.empty()
                : Optional.of(new UnmetMap(new SketchMap(points, List.of(), null, tiles), rows.size() - points.size()));
    }

    private static String label(NeedsTold told, Text text) {
        return told.unmet() == null ? "·" : text.number(told.unmet());
    }

    private static String words(NeedsTold told, Text text) {
        return told.unmet() == null
                ? text.get("outcomes.demand.map.few", told.value())
                : text.get("outcomes.demand.map.point", told.value(), text.number(told.unmet()));
    }

    /** The area of a point grows as its number does. */
    private static double size(NeedsTold told, int most) {
        return told.unmet() == null ? HIDDEN : LEAST + (most == 0 ? 0 : MORE * Math.sqrt((double) told.unmet() / most));
    }
}
