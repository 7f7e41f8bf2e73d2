package health.weft.directory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a postcode of the United States is: the inner point of its ZIP Code Tabulation Area, to four decimals (some ten metres). So whoever gives a
 * postcode is near something although no service stands in it, and nobody's address is told to a geocoder.
 *
 * <p>Source: U.S. Census Bureau, 2021 Gazetteer Files, ZIP Code Tabulation Areas (33,791 of them; in the public domain). Postcodes that are post
 * offices' boxes alone have no area and are not in it.
 */
public final class PostcodeCentroids {
    private static final String FILE = "postcodes.csv";
    private static final Pattern POSTCODE = Pattern.compile("\\s*(\\d{5})(?:-\\d{4})?\\s*");

    private PostcodeCentroids() {}

    private static final double SCALE = 10_000;

    /** In ten thousandths of a degree. Read when the first postcode is asked for: half a megabyte that many servers never need. */
    private static final class Table {
        private static final int[] CODES;
        private static final int[] LATITUDES;
        private static final int[] LONGITUDES;

        static {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                    PostcodeCentroids.class.getResourceAsStream(FILE), StandardCharsets.US_ASCII))) {
                String[][] rows = lines.lines().map(line -> line.split(",")).toArray(String[][]::new);
                CODES = new int[rows.length];
                LATITUDES = new int[rows.length];
                LONGITUDES = new int[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    CODES[i] = Integer.parseInt(rows[i][0]);
                    LATITUDES[i] = scaled(rows[i][1]);
                    LONGITUDES[i] = scaled(rows[i][2]);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Latitude and longitude in degrees (WGS 84).
     *
     * @param postcode {@code 01608} or {@code 01608-1234}; empty is the answer for anything else, and for a postcode without an area
     */
    public static Optional<double[]> of(String postcode) {
        Matcher matcher = POSTCODE.matcher(postcode);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int at = Arrays.binarySearch(Table.CODES, Integer.parseInt(matcher.group(1)));
        return at < 0
                ? Optional.empty()
                : Optional.of(new double[] {Table.LATITUDES[at] / SCALE, Table.LONGITUDES[at] / SCALE});
    }

    private static int scaled(String degrees) {
        return (int) Math.round(Double.parseDouble(degrees) * SCALE);
    }
}
