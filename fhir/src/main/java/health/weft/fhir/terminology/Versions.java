package health.weft.fhir.terminology;

import java.util.Comparator;

/** The order of business versions: {@code 2.10} comes after {@code 2.9}, a date after an earlier one, none before any. */
public final class Versions {
    public static final Comparator<String> ORDER = Versions::compare;

    private Versions() {}

    private static int compare(String a, String b) {
        String[] left = a.split("[.\\-_]");
        String[] right = b.split("[.\\-_]");
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            if (i >= left.length || i >= right.length) {
                return Integer.compare(left.length, right.length);
            }
            int order = number(left[i]) && number(right[i])
                    ? Long.compare(Long.parseLong(left[i]), Long.parseLong(right[i]))
                    : left[i].compareTo(right[i]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static boolean number(String text) {
        return text.matches("\\d{1,17}");
    }
}
