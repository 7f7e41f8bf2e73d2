package health.weft.matching;

import org.jspecify.annotations.Nullable;

/**
 * Compares packed records field by field. Batch and online go through this one class, so that they see the same levels. What
 * two names are to each other is kept, since the same two meet again and again. For one thread.
 */
final class Comparing {
    private static final int GIVEN_NICKNAME = 2;
    private static final int GIVEN_CLOSE = 3;
    private static final int GIVEN_MIDDLE = 4;
    private static final int GIVEN_INITIAL = 5;
    private static final int GIVEN_SIMILAR = 6;
    private static final int GIVEN_DIFFERENT = 7;
    private static final int FAMILY_FORMER = 2;
    private static final int FAMILY_COMPOUND = 3;
    private static final int FAMILY_CLOSE = 4;
    private static final int FAMILY_SWAPPED = 5;
    private static final int FAMILY_TURNED = 6;
    private static final int FAMILY_SIMILAR = 7;
    private static final int FAMILY_DIFFERENT = 8;
    private static final int DATE_SWAPPED = 2;
    private static final int DATE_DIGIT = 3;
    private static final int DATE_YEAR = 4;
    private static final int DATE_MONTH = 5;

    /** From this level on two dates are not one and the same, written wrong once. */
    private static final int DATE_NEAR = 6;

    private static final int DATE_TWO_DIGITS = 7;
    private static final int DATE_DIFFERENT = 8;
    private static final int NUMBER_DIGIT = 2;

    private static final double CLOSE = .93;
    private static final double SIMILAR_FAMILY = .85;
    private static final double SIMILAR_GIVEN = .82;

    /** Stands for the agreement of two records that cannot matter; no agreement has these bits. */
    static final long HOPELESS = -1;

    private final Rows rows;
    private final Dictionary values;
    private final @Nullable LevelCache cache;

    /** What {@link #fetch} read; says nothing. */
    private int fetched;

    /** @param cache null where each pair of values is met once */
    Comparing(Rows rows, @Nullable LevelCache cache) {
        this.rows = rows;
        this.values = rows.values;
        this.cache = cache;
    }

    /** Has what the members of these blocks are compared by brought near before they are compared. */
    void fetch(BlockIndex blocks, int block, int end) {
        int from = blocks.starts[block];
        int to = blocks.starts[end];
        fetched += blocks.fetch(from, to);
        fetch(blocks.members, from, to);
    }

    /** Has what these records are compared by brought near before they are compared. */
    void fetch(int[] records, int from, int to) {
        fetched += rows.fetch(records, from, to);
    }

    /** The {@link Agreement} of two records. */
    long compare(int recordA, int recordB) {
        return compare(recordA, recordB, null);
    }

    /**
     * The same, or {@link #HOPELESS} as soon as that is plain: numbers, dates and addresses are cheaper to compare than names, and
     * mostly enough.
     *
     * @param hope null where all fields are wanted in any case
     */
    long compare(int recordA, int recordB, @Nullable Hope hope) {
        int a = rows.start(recordA);
        int b = rows.start(recordB);
        int birth = birthDate(rows.cell(a + Rows.BIRTH), rows.cell(b + Rows.BIRTH));
        int generation = same(a, b, Rows.GENERATION);
        int sex = same(a, b, Rows.SEX);
        int identifier = identifier(a, b);
        int phone = oneOf(rows.phonesAt(a), rows.phones(a), rows.phonesAt(b), rows.phones(b), false);
        int email = oneOf(rows.emailsAt(a), rows.emails(a), rows.emailsAt(b), rows.emails(b), true);
        int street = closeness(rows.cell(a + Rows.STREET), rows.cell(b + Rows.STREET));
        int house = digits(a, b, Rows.HOUSE);
        int city = closeness(rows.cell(a + Rows.CITY), rows.cell(b + Rows.CITY));
        int state = same(a, b, Rows.STATE);
        int postcode = digits(a, b, Rows.POSTCODE);
        int maiden = closeness(rows.cell(a + Rows.MAIDEN), rows.cell(b + Rows.MAIDEN));
        double rest = 0;
        double home = 0;
        if (hope != null) {
            rest = hope.prior()
                    + hope.of(FieldKind.BIRTH_DATE, birth)
                    + hope.of(FieldKind.GENERATION, generation)
                    + hope.of(FieldKind.SEX, sex)
                    + hope.of(FieldKind.IDENTIFIER, identifier)
                    + hope.of(FieldKind.MOTHERS_MAIDEN, maiden);
            home = hope.of(FieldKind.PHONE, phone)
                    + hope.of(FieldKind.EMAIL, email)
                    + hope.of(FieldKind.STREET, street)
                    + hope.of(FieldKind.HOUSE_NUMBER, house)
                    + hope.of(FieldKind.CITY, city)
                    + hope.of(FieldKind.STATE, state)
                    + hope.of(FieldKind.POSTCODE, postcode);
            rest += most(
                    hope,
                    FieldKind.MIDDLE,
                    rows.middles(a) == 0 ? 0 : rows.cell(rows.middlesAt(a)),
                    rows.middles(b) == 0 ? 0 : rows.cell(rows.middlesAt(b)));
            double given = most(hope, FieldKind.GIVEN, rows.cell(a + Rows.GIVEN), rows.cell(b + Rows.GIVEN));
            if (hope.none(rest + given + most(hope, FieldKind.FAMILY, rows.family(a), rows.family(b)), home)) {
                return HOPELESS;
            }
            rest += given;
        }
        int family = family(a, b);
        if (hope != null && hope.none(rest + hope.of(FieldKind.FAMILY, family), home)) {
            return HOPELESS;
        }
        // Where both names are there and only one stands in the other's place, what is left of them still differs.
        boolean swapped = family == FAMILY_SWAPPED || family == FAMILY_TURNED && !bothNamed(a, b);
        int given = swapped ? 0 : given(a, b);
        int middle = swapped ? 0 : middle(a, b);
        long found = Agreement.with(0, FieldKind.GIVEN, given);
        found = Agreement.with(found, FieldKind.MIDDLE, middle);
        found = Agreement.with(found, FieldKind.FAMILY, family);
        found = Agreement.with(found, FieldKind.GENERATION, generation);
        found = Agreement.with(found, FieldKind.BIRTH_DATE, birth);
        found = Agreement.with(found, FieldKind.SEX, sex);
        found = Agreement.with(found, FieldKind.IDENTIFIER, identifier);
        found = Agreement.with(found, FieldKind.PHONE, phone);
        found = Agreement.with(found, FieldKind.EMAIL, email);
        found = Agreement.with(found, FieldKind.STREET, street);
        found = Agreement.with(found, FieldKind.HOUSE_NUMBER, house);
        found = Agreement.with(found, FieldKind.CITY, city);
        found = Agreement.with(found, FieldKind.STATE, state);
        found = Agreement.with(found, FieldKind.POSTCODE, postcode);
        found = Agreement.with(found, FieldKind.MOTHERS_MAIDEN, maiden);
        Veto veto = veto(a, b, given, middle, family, generation, birth, identifier, phone, street, maiden);
        return veto == null ? found : Agreement.with(found, veto);
    }

    /** The most that a name can add, before it is compared: one that is missing may still stand in the other's place. */
    private static double most(Hope hope, FieldKind kind, int x, int y) {
        if (x == 0 && y == 0) {
            return 0;
        }
        double unlike = hope.unlike(kind);
        return x == y ? Math.max(hope.of(kind, Agreement.EXACT), unlike) : unlike;
    }

    private @Nullable Veto veto(
            int a,
            int b,
            int given,
            int middle,
            int family,
            int generation,
            int birth,
            int identifier,
            int phone,
            int street,
            int maiden) {
        boolean sameNumber = identifier == Agreement.EXACT;
        boolean otherNumber = identifier > NUMBER_DIGIT;
        if (generation == 2) {
            return Veto.GENERATION;
        }
        if ((birth == DATE_DIFFERENT || birth == DATE_YEAR)
                && given >= Agreement.EXACT
                && given <= GIVEN_CLOSE
                && family != 0
                && family != FAMILY_DIFFERENT
                && isGeneration(year(rows.cell(a + Rows.BIRTH)) - year(rows.cell(b + Rows.BIRTH)))
                && !sameNumber) {
            return Veto.GENERATION;
        }
        boolean twins = birth == Agreement.EXACT && given == GIVEN_SIMILAR
                || birth >= Agreement.EXACT && birth <= DATE_DIGIT && given == GIVEN_DIFFERENT;
        // Twins have numbers of their own: an agreeing identifier says that the name is wrong, not the person.
        if (twins
                && (middle != Agreement.EXACT || otherNumber)
                && !sameNumber
                && (phone == Agreement.EXACT || street == Agreement.EXACT || family == Agreement.EXACT)) {
            return Veto.TWINS;
        }
        // Nor does one surname at one address tell who of them it is, where a given name is missing.
        boolean unnamed = given == 0 && family != FAMILY_SWAPPED && family != FAMILY_TURNED && !sameNumber;
        if ((given == GIVEN_DIFFERENT || unnamed) && (birth == 0 || birth > DATE_DIGIT)) {
            return Veto.HOUSEHOLD;
        }
        boolean ownNumber = sameNumber || identifier == NUMBER_DIGIT;
        boolean unlike = birth >= DATE_NEAR || birth == 0 && otherNumber;
        // Sisters have one mother, but not one name.
        boolean sameMother = maiden == Agreement.EXACT && given >= Agreement.EXACT && given <= GIVEN_CLOSE;
        return unlike && !ownNumber && !sameMother ? Veto.NAMESAKES : null;
    }

    /** A hundred years are a wrong century: nobody of the other date is there any more. */
    private static boolean isGeneration(int years) {
        return Math.abs(years) >= 14 && Math.abs(years) != 100;
    }

    private int given(int a, int b) {
        int x = rows.cell(a + Rows.GIVEN);
        int y = rows.cell(b + Rows.GIVEN);
        if (x == 0 || y == 0) {
            return 0;
        }
        if (x == y) {
            return Agreement.EXACT;
        }
        int level = pair(LevelCache.GIVEN, x, y);
        if (level != GIVEN_SIMILAR && level != GIVEN_DIFFERENT) {
            return level;
        }
        if (isMiddle(a, y) || isMiddle(b, x)) {
            return GIVEN_MIDDLE;
        }
        return together(a, x, y) || together(b, y, x) ? GIVEN_CLOSE : level;
    }

    /** Whether a name and the middle name after it are written as one in the other record: Mary Ann and Maryann. */
    private boolean together(int start, int name, int whole) {
        if (rows.middles(start) == 0) {
            return false;
        }
        String first = values.text(name);
        String second = values.text(rows.cell(rows.middlesAt(start)));
        String both = values.text(whole);
        return second.length() > 1
                && both.length() == first.length() + second.length()
                && both.startsWith(first)
                && both.endsWith(second);
    }

    private boolean bothNamed(int a, int b) {
        return rows.cell(a + Rows.GIVEN) != 0
                && rows.cell(b + Rows.GIVEN) != 0
                && rows.family(a) != 0
                && rows.family(b) != 0;
    }

    private boolean isMiddle(int start, int name) {
        int at = rows.middlesAt(start);
        for (int i = 0; i < rows.middles(start); i++) {
            if (rows.cell(at + i) == name) {
                return true;
            }
        }
        return false;
    }

    private int middle(int a, int b) {
        if (rows.middles(a) == 0 || rows.middles(b) == 0) {
            return 0;
        }
        int x = rows.cell(rows.middlesAt(a));
        int y = rows.cell(rows.middlesAt(b));
        return x == y ? Agreement.EXACT : pair(LevelCache.MIDDLE, x, y);
    }

    private int family(int a, int b) {
        int x = rows.family(a);
        int y = rows.family(b);
        int givenA = rows.cell(a + Rows.GIVEN);
        int givenB = rows.cell(b + Rows.GIVEN);
        if (x == 0 || y == 0) {
            // One of two names is there, and is the other's other name: all that can be said is that it is the same.
            boolean turned = givenA != givenB && (x != 0 && x == givenB || y != 0 && y == givenA);
            return turned ? FAMILY_TURNED : 0;
        }
        if (x == y) {
            return Agreement.EXACT;
        }
        if (rows.families(a) + rows.families(b) > 2 && sharesFamily(a, b)) {
            return FAMILY_FORMER;
        }
        int level = pair(LevelCache.FAMILY, x, y);
        if (level < FAMILY_SIMILAR || givenA == givenB) {
            return level;
        }
        if (givenA == 0 || givenB == 0) {
            return givenA == 0 && givenB != 0 && x == givenB || givenB == 0 && givenA != 0 && y == givenA
                    ? FAMILY_TURNED
                    : level;
        }
        int there = alike(x, givenB);
        int back = alike(y, givenA);
        boolean swapped = there + back >= 3
                || there == 2 && pair(LevelCache.GIVEN, y, givenA) == GIVEN_NICKNAME
                || back == 2 && pair(LevelCache.GIVEN, x, givenB) == GIVEN_NICKNAME;
        if (there + back < 2 || pair(LevelCache.GIVEN, givenA, givenB) < GIVEN_SIMILAR) {
            return level;
        }
        return swapped
                ? FAMILY_SWAPPED
                : level == FAMILY_DIFFERENT && Math.max(there, back) == 2 ? FAMILY_TURNED : level;
    }

    /** 2: the same or nearly; 1: similar; 0: different names. */
    private int alike(int x, int y) {
        int level = x == y ? Agreement.EXACT : pair(LevelCache.FAMILY, x, y);
        return level <= FAMILY_CLOSE ? 2 : level == FAMILY_SIMILAR ? 1 : 0;
    }

    private boolean sharesFamily(int a, int b) {
        for (int i = 0; i < rows.families(a); i++) {
            for (int j = 0; j < rows.families(b); j++) {
                if (rows.cell(rows.familiesAt(a) + i) == rows.cell(rows.familiesAt(b) + j)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Dates as {@link Rows#BIRTH} has them: a digit every four bits. */
    private static int birthDate(int x, int y) {
        if (x == 0 || y == 0) {
            return 0;
        }
        if (x == y) {
            return Agreement.EXACT;
        }
        int dayX = x & 0xFFFF;
        int dayY = y & 0xFFFF;
        boolean sameYear = x >>> 16 == y >>> 16;
        if (sameYear && dayX == ((dayY & 0xFF) << 8 | dayY >>> 8)) {
            return DATE_SWAPPED;
        }
        int off = digitsOff(x, y);
        if (off == 1) {
            return DATE_DIGIT;
        }
        if (dayX == dayY) {
            return DATE_YEAR;
        }
        if (x >>> 8 == y >>> 8) {
            return DATE_MONTH;
        }
        if (near(x, y)) {
            return DATE_NEAR;
        }
        return off == 2 ? DATE_TWO_DIGITS : DATE_DIFFERENT;
    }

    /** Within two months, or that and one or ten years apart. */
    private static boolean near(int x, int y) {
        int apart = Math.abs(days(x) - days(y));
        return apart <= 62 || Math.abs(apart - 372) <= 62 || Math.abs(apart - 3_720) <= 62;
    }

    /** Months of 31 days: a measure for nearness, not a calendar. */
    private static int days(int date) {
        return year(date) * 372 + two(date >>> 8) * 31 + two(date);
    }

    private static int year(int date) {
        return two(date >>> 24) * 100 + two(date >>> 16);
    }

    private static int two(int digits) {
        return (digits >>> 4 & 15) * 10 + (digits & 15);
    }

    /** In how many of eight digits two dates differ, neighbours that changed places counted once; three may stand for more. */
    private static int digitsOff(int x, int y) {
        int unlike = x ^ y;
        unlike |= unlike >>> 1;
        unlike |= unlike >>> 2;
        int places = Integer.bitCount(unlike & 0x11111111);
        if (places == 1 || places > 4) {
            return Math.min(places, 3);
        }
        int off = 0;
        int lastX = -1;
        int lastY = -1;
        while (x != 0 || y != 0) {
            int p = x & 15;
            int q = y & 15;
            if (p != q) {
                if (p == lastY && q == lastX) {
                    lastX = -1;
                    lastY = -1;
                } else {
                    off++;
                    lastX = p;
                    lastY = q;
                }
            } else {
                lastX = -1;
                lastY = -1;
            }
            x >>>= 4;
            y >>>= 4;
        }
        return off;
    }

    private int identifier(int a, int b) {
        int best = 0;
        int n = rows.identifiers(a);
        int m = rows.identifiers(b);
        for (int i = 0; i < n; i++) {
            int at = rows.identifiersAt(a) + 2 * i;
            for (int j = 0; j < m; j++) {
                int other = rows.identifiersAt(b) + 2 * j;
                if (rows.cell(at) != rows.cell(other)) {
                    continue;
                }
                int x = rows.cell(at + 1);
                int y = rows.cell(other + 1);
                if (x == y) {
                    return Agreement.EXACT;
                }
                int level = pair(LevelCache.IDENTIFIER, x, y);
                best = best == 0 ? level : Math.min(best, level);
            }
        }
        return best;
    }

    private int oneOf(int atA, int n, int atB, int m, boolean email) {
        int best = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                int x = rows.cell(atA + i);
                int y = rows.cell(atB + j);
                if (x == y) {
                    return Agreement.EXACT;
                }
                int level = email ? pair(LevelCache.EMAIL, x, y) : digits(x, y);
                best = best == 0 ? level : Math.min(best, level);
            }
        }
        return best;
    }

    private int closeness(int x, int y) {
        return x == 0 || y == 0 ? 0 : x == y ? Agreement.EXACT : pair(LevelCache.CLOSENESS, x, y);
    }

    private int digits(int a, int b, int cell) {
        int x = rows.cell(a + cell);
        int y = rows.cell(b + cell);
        return x == 0 || y == 0 ? 0 : x == y ? Agreement.EXACT : digits(x, y);
    }

    /** 2: one digit off; 3: another number. */
    private int digits(int x, int y) {
        return values.numbers(x, y)
                ? values.oneDigitOff(x, y) ? 2 : 3
                : level(LevelCache.DIGITS, values.text(x), values.text(y));
    }

    private int same(int a, int b, int cell) {
        int x = rows.cell(a + cell);
        int y = rows.cell(b + cell);
        return x == 0 || y == 0 ? 0 : x == y ? Agreement.EXACT : 2;
    }

    private int pair(int what, int x, int y) {
        if (what == LevelCache.CLOSENESS) {
            if (values.farApart(x, y, CLOSE)) {
                return 3;
            }
        } else if (what == LevelCache.EMAIL) {
            if (values.farApart(x, y, CLOSE)) {
                return values.mayBeginAlike(x, y) && mailbox(values.text(x), values.text(y)) ? 2 : 3;
            }
        } else if (what == LevelCache.FAMILY) {
            if (values.farApart(x, y, SIMILAR_FAMILY) && !values.mayHold(x, y)) {
                return values.soundAlike(x, y) ? FAMILY_SIMILAR : FAMILY_DIFFERENT;
            }
        } else if (what == LevelCache.IDENTIFIER) {
            // Two swaps of neighbours are four places.
            return values.placesOff(x, y) > 4 ? 4 : level(what, values.text(x), values.text(y));
        }
        int kept = cache == null ? 0 : cache.find(what, x, y);
        if (kept != 0) {
            return kept;
        }
        int level = level(what, values.text(x), values.text(y));
        if (what == LevelCache.GIVEN && level == GIVEN_DIFFERENT && values.soundAlike(x, y)) {
            level = GIVEN_SIMILAR;
        } else if (what == LevelCache.FAMILY && level == FAMILY_DIFFERENT && values.soundAlike(x, y)) {
            level = FAMILY_SIMILAR;
        }
        return cache == null ? level : cache.keep(what, x, y, level);
    }

    private static int level(int what, String x, String y) {
        return switch (what) {
            case LevelCache.GIVEN -> given(x, y);
            case LevelCache.MIDDLE ->
                initial(x, y) != 0 ? initial(x, y) == 1 ? 3 : 4 : close(x, y) || Nicknames.same(x, y) ? 2 : 4;
            case LevelCache.FAMILY -> family(x, y);
            case LevelCache.IDENTIFIER ->
                Math.min(x.length(), y.length()) < 6
                        ? 4
                        : Similarity.oneOff(x, y) ? 2 : Similarity.twoPlacesOff(x, y) ? 3 : 4;
            case LevelCache.EMAIL -> email(x, y) ? 2 : 3;
            case LevelCache.DIGITS -> Math.max(x.length(), y.length()) > 1 && Similarity.oneOff(x, y) ? 2 : 3;
            case LevelCache.CLOSENESS -> close(x, y) ? 2 : 3;
            default -> throw new IllegalArgumentException("no such comparison: " + what);
        };
    }

    private static int given(String x, String y) {
        int initial = initial(x, y);
        if (initial != 0) {
            return initial == 1 ? GIVEN_INITIAL : GIVEN_DIFFERENT;
        }
        if (Nicknames.same(x, y)) {
            return GIVEN_NICKNAME;
        }
        if (close(x, y) || nearNickname(x, y) || nearNickname(y, x)) {
            return GIVEN_CLOSE;
        }
        return Similarity.jaroWinkler(x, y) >= SIMILAR_GIVEN ? GIVEN_SIMILAR : GIVEN_DIFFERENT;
    }

    /** Whether x stands for a full name that y is but for a typing error. */
    private static boolean nearNickname(String x, String y) {
        if (y.length() < 5) {
            return false;
        }
        for (String formal : Nicknames.formal(x)) {
            if (close(formal, y)) {
                return true;
            }
        }
        return false;
    }

    /** 0: neither is a single letter; 1: one is, and begins the other; 2: one is, and does not. */
    private static int initial(String x, String y) {
        return x.length() > 1 && y.length() > 1 ? 0 : x.charAt(0) == y.charAt(0) ? 1 : 2;
    }

    private static int family(String x, String y) {
        if (compound(x, y)) {
            return FAMILY_COMPOUND;
        }
        if (close(x, y)) {
            return FAMILY_CLOSE;
        }
        return Similarity.jaroWinkler(x, y) >= SIMILAR_FAMILY ? FAMILY_SIMILAR : FAMILY_DIFFERENT;
    }

    /** Garcia and Garcia Lopez, or both parts in another order. */
    private static boolean compound(String x, String y) {
        if (x.indexOf(' ') < 0 && y.indexOf(' ') < 0) {
            return false;
        }
        return Similarity.hasWordsOf(x, y) || Similarity.hasWordsOf(y, x) || Similarity.sameButBlanks(x, y);
    }

    /** Two keystrokes apart, or one mailbox at two providers. */
    private static boolean email(String x, String y) {
        return Similarity.osa(x, y) <= 2 || mailbox(x, y);
    }

    private static boolean mailbox(String x, String y) {
        int box = x.indexOf('@');
        return box >= 5 && box == y.indexOf('@') && x.regionMatches(0, y, 0, box);
    }

    private static boolean close(String x, String y) {
        int shorter = Math.min(x.length(), y.length());
        int distance = Similarity.osa(x, y);
        return shorter >= 3 && (distance == 1 || distance == 2 && shorter >= 7)
                || Similarity.jaroWinkler(x, y) >= CLOSE;
    }
}
