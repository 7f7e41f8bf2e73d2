package health.weft.matching;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many people have each value: two Smiths that agree say less than two Ashgroves, and a shelter's phone less than a
 * household's (term-frequency adjustment, Winkler 2000).
 */
public final class Frequencies {
    /** Every value is taken to be as common as the model's u says. */
    public static final Frequencies NONE = new Frequencies(new Dictionary(1), Map.of(), 0);

    /** How many people the model's u counts as: what few records say of a value is drawn towards it. */
    private static final double PSEUDO = 100;

    /** A value seen nowhere else is taken to be this much rarer than the model's u at most. */
    private static final double RAREST = 1 / 16.0;

    static final Set<FieldKind> COUNTED = Set.of(
            FieldKind.GIVEN,
            FieldKind.FAMILY,
            FieldKind.BIRTH_DATE,
            FieldKind.PHONE,
            FieldKind.EMAIL,
            FieldKind.STREET,
            FieldKind.CITY,
            FieldKind.POSTCODE,
            FieldKind.IDENTIFIER,
            FieldKind.MOTHERS_MAIDEN);

    private final Dictionary values;
    private final Map<FieldKind, int[]> counts;
    private final int total;

    private Frequencies(Dictionary values, Map<FieldKind, int[]> counts, int total) {
        this.values = values;
        this.counts = counts;
        this.total = total;
    }

    /** Counts the values of a set of records. */
    public static Frequencies of(Iterable<Demographics> records) {
        Rows rows = new Rows(1024);
        records.forEach(rows::add);
        int[] each = new int[rows.size()];
        for (int i = 0; i < each.length; i++) {
            each[i] = i;
        }
        return of(rows, each);
    }

    /**
     * Counts a value once a person.
     *
     * @param person whom each record is of, a number of a record
     */
    static Frequencies of(Rows rows, int[] person) {
        int people = 0;
        for (int i = 0; i < person.length; i++) {
            people += person[i] == i ? 1 : 0;
        }
        // Records of one person one after the other, so that what was counted last for a value tells a repetition.
        int[] order = byPerson(person);
        Map<FieldKind, int[]> counts = new ConcurrentHashMap<>();
        COUNTED.parallelStream().forEach(kind -> counts.put(kind, counts(rows, kind, order, person)));
        return new Frequencies(rows.values, counts, people);
    }

    private static int[] counts(Rows rows, FieldKind kind, int[] order, int[] person) {
        int[] of = new int[rows.values.size()];
        int[] last = new int[rows.values.size()];
        for (int record : order) {
            int start = rows.start(record);
            int n = Weights.howMany(rows, kind, start);
            for (int i = 0; i < n; i++) {
                int value = Weights.value(rows, kind, start, i);
                if (value != 0 && last[value] != person[record] + 1) {
                    last[value] = person[record] + 1;
                    of[value]++;
                }
            }
        }
        return of;
    }

    private static int[] byPerson(int[] person) {
        int[] next = new int[person.length + 1];
        for (int p : person) {
            next[p + 1]++;
        }
        for (int i = 1; i < next.length; i++) {
            next[i] += next[i - 1];
        }
        int[] order = new int[person.length];
        for (int i = 0; i < person.length; i++) {
            order[next[person[i]]++] = i;
        }
        return order;
    }

    /** The u to use for an exact agreement on this value: of people other than these two, how many have it. */
    double u(FieldKind kind, Dictionary of, int code, double modelU) {
        int[] known = counts.get(kind);
        if (known == null) {
            return modelU;
        }
        int found = of == values ? code : values.find(of.text(code));
        int others = found == 0 || found >= known.length ? 0 : Math.max(0, known[found] - 2);
        double u = (others + PSEUDO * modelU) / (total + PSEUDO);
        // Days of birth are all about as common: one that is seen once is not a rare one.
        double rarest = kind == FieldKind.BIRTH_DATE ? .5 : RAREST;
        return Math.clamp(u, modelU * rarest, .5);
    }
}
