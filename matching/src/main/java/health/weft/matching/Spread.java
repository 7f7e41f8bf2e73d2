package health.weft.matching;

import java.util.stream.IntStream;

/** Work on numbered things, done in parts on all cores; sums are taken in the order of the parts, so that they are the same each time. */
final class Spread {
    private static final int PART = 16_384;

    private Spread() {}

    interface Part {
        /** Works on the things from here to before there, and tells a number of them. */
        double of(int from, int to);
    }

    /** The sum of what the parts tell. */
    static double over(int size, Part part) {
        double[] told = IntStream.range(0, (size + PART - 1) / PART)
                .parallel()
                .mapToDouble(i -> part.of(i * PART, Math.min(size, (i + 1) * PART)))
                .toArray();
        double sum = 0;
        for (double each : told) {
            sum += each;
        }
        return sum;
    }
}
