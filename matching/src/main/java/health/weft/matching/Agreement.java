package health.weft.matching;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How two records agree, field by field, packed into a long: four bits a {@link FieldKind} (0: a value is missing, else the
 * level, beginning with 1 for the closest) and a {@link Veto} in the highest four.
 */
final class Agreement {
    private static final int VETO = 60;

    /** The first level of every kind: the values are the same. */
    static final int EXACT = 1;

    /** Names of the levels, in their order; the last is always that values differ. */
    static final Map<FieldKind, List<String>> NAMES = new EnumMap<>(Map.ofEntries(
            Map.entry(
                    FieldKind.GIVEN,
                    List.of("exact", "nickname", "close", "middle used", "initial", "similar", "different")),
            Map.entry(FieldKind.MIDDLE, List.of("exact", "close", "initial", "different")),
            Map.entry(
                    FieldKind.FAMILY,
                    List.of(
                            "exact",
                            "former name",
                            "part of a compound",
                            "close",
                            "swapped with given",
                            "in place of given",
                            "similar",
                            "different")),
            Map.entry(FieldKind.GENERATION, List.of("same", "different")),
            Map.entry(
                    FieldKind.BIRTH_DATE,
                    List.of(
                            "exact",
                            "day and month swapped",
                            "one digit off",
                            "year off",
                            "month and year",
                            "near",
                            "two digits off",
                            "different")),
            Map.entry(FieldKind.SEX, List.of("same", "different")),
            Map.entry(FieldKind.PHONE, List.of("same", "one digit off", "different")),
            Map.entry(FieldKind.EMAIL, List.of("same", "close", "different")),
            Map.entry(FieldKind.STREET, List.of("exact", "close", "different")),
            Map.entry(FieldKind.HOUSE_NUMBER, List.of("same", "one digit off", "different")),
            Map.entry(FieldKind.CITY, List.of("exact", "close", "different")),
            Map.entry(FieldKind.STATE, List.of("same", "different")),
            Map.entry(FieldKind.POSTCODE, List.of("same", "one digit off", "different")),
            Map.entry(FieldKind.IDENTIFIER, List.of("same", "one digit off", "two digits off", "different")),
            Map.entry(FieldKind.MOTHERS_MAIDEN, List.of("exact", "close", "different"))));

    private Agreement() {}

    static long with(long agreement, FieldKind kind, int level) {
        return agreement | (long) level << kind.ordinal() * 4;
    }

    static int level(long agreement, FieldKind kind) {
        return (int) (agreement >>> kind.ordinal() * 4) & 15;
    }

    static long with(long agreement, Veto veto) {
        return agreement | (long) (veto.ordinal() + 1) << VETO;
    }

    static boolean vetoed(long agreement) {
        return agreement >>> VETO != 0;
    }

    /** Which veto stands; only to be asked where {@link #vetoed} says that one does. */
    static Veto veto(long agreement) {
        return Veto.values()[(int) (agreement >>> VETO) - 1];
    }

    static String name(FieldKind kind, int level) {
        return NAMES.getOrDefault(kind, List.of()).get(level - 1);
    }
}
