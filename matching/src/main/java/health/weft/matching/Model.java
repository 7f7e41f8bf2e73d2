package health.weft.matching;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a Fellegi-Sunter model: levels of agreement per field kind, the prior, the thresholds.
 *
 * @param version names these numbers, and is kept with every link made by them
 * @param levels in the order of their closeness, the closest first
 * @param prior log2 odds that two records taken at random are of one person
 * @param household log2 odds that two records which agree in everything about home and contact are of one person, before
 *     their names, dates and numbers are looked at
 * @param link from this log2 score on two records are joined without asking
 * @param review from this log2 score on a person is asked
 */
public record Model(
        String version,
        Map<FieldKind, List<Level>> levels,
        double prior,
        double household,
        double link,
        double review) {

    /** What contact fields together may take away at most, log2: people move. */
    static final double CONTACT_LEAST = -3;

    /** From this on {@code household} says that in these files hardly anybody lives with another. */
    static final double LIVES_ALONE = 1;

    /** Each level with m and u, in the order of {@link Agreement#NAMES}. */
    private static final String STANDARD = """
            GIVEN: exact .80 .006, nickname .05 .002, close .08 .004, middle used .02 .004, initial .01 .03, similar .01 .015, different .03 .94
            MIDDLE: exact .75 .02, close .06 .01, initial .14 .07, different .05 .90
            FAMILY: exact .82 .002, former name .06 .002, part of a compound .02 .001, close .06 .003, swapped with given .01 .00003, in place of given .004 .001, similar .01 .010, different .02 .98
            GENERATION: same .97 .5, different .005 .25
            BIRTH_DATE: exact .92 .00005, day and month swapped .01 .00003, one digit off .04 .0009, year off .008 .002, month and year .006 .0012, near .004 .02, two digits off .008 .010, different .010 .965
            SEX: same .985 .5, different .015 .5
            PHONE: same .55 .0008, one digit off .05 .0002, different .40 .999
            EMAIL: same .55 .0002, close .08 .0002, different .37 .999
            STREET: exact .60 .002, close .09 .003, different .31 .995
            HOUSE_NUMBER: same .65 .01, one digit off .05 .03, different .30 .96
            CITY: exact .80 .35, close .06 .01, different .14 .64
            STATE: same .97 .85, different .03 .15
            POSTCODE: same .68 .10, one digit off .06 .05, different .26 .85
            IDENTIFIER: same .90 .0000005, one digit off .04 .0002, two digits off .02 .003, different .04 .996
            MOTHERS_MAIDEN: exact .85 .002, close .08 .004, different .07 .994
            """;

    /** Whether two of one home may be two people: then what tells twins, generations and spouses apart is obeyed. */
    boolean households() {
        return household < LIVES_ALONE;
    }

    /** What contact fields together may add at most, log2: a household shares all of them. */
    double contactMost() {
        return household - prior;
    }

    /**
     * Weights set by hand, for records of people in one region before anything was learned from its data. m follows
     * published error rates of patient demographics (given and family name differ in 5-10 % of true pairs, address in
     * 30 %, birth date in 2-5 %); u follows the number of values in use.
     */
    public static Model standard() {
        Map<FieldKind, List<Level>> levels = new EnumMap<>(FieldKind.class);
        for (String line : STANDARD.lines().toList()) {
            FieldKind kind = FieldKind.valueOf(line.substring(0, line.indexOf(':')));
            List<Level> of = new ArrayList<>();
            for (String level : line.substring(line.indexOf(':') + 1).split(",")) {
                String[] words = level.trim().split(" ");
                int n = words.length;
                of.add(new Level(
                        kind,
                        String.join(" ", List.of(words).subList(0, n - 2)),
                        Double.parseDouble(words[n - 2]),
                        Double.parseDouble(words[n - 1])));
            }
            levels.put(kind, List.copyOf(of));
        }
        return new Model("standard-3", Map.copyOf(levels), -13, -3, 5, -2);
    }
}
