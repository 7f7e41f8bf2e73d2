package health.weft.matching;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a Fellegi-Sunter model: levels of agreement per field kind, the prior, the thresholds.
 *
 * @param version names these numbers, and is kept with every link made by them
 * @param prior log2 odds that two records taken from one block at random are of one person
 * @param link from this log2 score on two records are joined without asking
 * @param review from this log2 score on a person is asked
 */
public record Model(String version, Map<FieldKind, List<Level>> levels, double prior, double link, double review) {

    /** What contact fields together may add at most, and take away at most, log2. A household shares all of them. */
    static final double CONTACT_MOST = 10;

    static final double CONTACT_LEAST = -3;

    /**
     * Weights set by hand, for records of people in one region before anything was learned from its data. m follows
     * published error rates of patient demographics (given and family name differ in 5-10 % of true pairs, address in
     * 30 %, birth date in 2-5 %); u follows the number of values in use.
     */
    public static Model standard() {
        Map<FieldKind, List<Level>> levels = new EnumMap<>(FieldKind.class);
        put(
                levels,
                FieldKind.GIVEN,
                "exact",
                .80,
                .006,
                "nickname",
                .05,
                .002,
                "close",
                .08,
                .004,
                "middle used",
                .02,
                .004,
                "initial",
                .01,
                .03,
                "similar",
                .01,
                .015,
                "different",
                .03,
                .94);
        put(levels, FieldKind.MIDDLE, "exact", .75, .02, "close", .06, .01, "initial", .14, .07, "different", .05, .90);
        put(
                levels,
                FieldKind.FAMILY,
                "exact",
                .82,
                .002,
                "former name",
                .06,
                .002,
                "part of a compound",
                .02,
                .001,
                "close",
                .06,
                .003,
                "swapped with given",
                .01,
                .00003,
                "similar",
                .01,
                .010,
                "different",
                .02,
                .98);
        put(levels, FieldKind.GENERATION, "same", .97, .5, "different", .005, .25);
        put(
                levels,
                FieldKind.BIRTH_DATE,
                "exact",
                .92,
                .00005,
                "day and month swapped",
                .01,
                .00003,
                "one digit off",
                .04,
                .0009,
                "year off",
                .008,
                .002,
                "month and year",
                .006,
                .0012,
                "two digits off",
                .012,
                .012,
                "different",
                .010,
                .983);
        put(levels, FieldKind.SEX, "same", .985, .5, "different", .015, .5);
        put(levels, FieldKind.PHONE, "same", .55, .0008, "one digit off", .05, .0002, "different", .40, .999);
        put(levels, FieldKind.EMAIL, "same", .55, .0002, "close", .08, .0002, "different", .37, .999);
        put(levels, FieldKind.STREET, "exact", .60, .002, "close", .09, .003, "different", .31, .995);
        put(levels, FieldKind.HOUSE_NUMBER, "same", .65, .01, "one digit off", .05, .03, "different", .30, .96);
        put(levels, FieldKind.CITY, "exact", .80, .35, "close", .06, .01, "different", .14, .64);
        put(levels, FieldKind.STATE, "same", .97, .85, "different", .03, .15);
        put(levels, FieldKind.POSTCODE, "same", .68, .10, "one digit off", .06, .05, "different", .26, .85);
        put(
                levels,
                FieldKind.IDENTIFIER,
                "same",
                .90,
                .0000005,
                "one digit off",
                .04,
                .0002,
                "two digits off",
                .02,
                .003,
                "different",
                .04,
                .996);
        return new Model("standard-1", Map.copyOf(levels), -13, 5, -2);
    }

    private static void put(Map<FieldKind, List<Level>> levels, FieldKind kind, Object... nameMU) {
        Level[] of = new Level[nameMU.length / 3];
        for (int i = 0; i < of.length; i++) {
            of[i] = new Level(kind, (String) nameMU[3 * i], (Double) nameMU[3 * i + 1], (Double) nameMU[3 * i + 2]);
        }
        levels.put(kind, List.of(of));
    }

    Level level(FieldKind kind, String name) {
        for (Level level : levels.getOrDefault(kind, List.of())) {
            if (level.name().equals(name)) {
                return level;
            }
        }
        throw new IllegalArgumentException("The model " + version + " has no level '" + name + "' for " + kind);
    }
}
