package health.weft.matching;

import java.util.ArrayList;
import java.util.List;

/**
 * A model and frequencies made into a table that turns an {@link Agreement} into log2 odds. Batch and online add up the same
 * numbers in the same order here, so that they come to the same bits.
 */
final class Weights {
    private static final FieldKind[] KINDS = FieldKind.values();
    private static final int FIELDS = FieldKind.CONTACT_CAP.ordinal();

    private final Model model;
    private final Frequencies frequencies;
    private final double[][] weight = new double[FIELDS][16];
    private final boolean[] contact = new boolean[FIELDS];
    private final boolean[] counted = new boolean[FIELDS];
    private final double[] m = new double[FIELDS];
    private final double[] u = new double[FIELDS];

    Weights(Model model, Frequencies frequencies) {
        this.model = model;
        this.frequencies = frequencies;
        for (int kind = 0; kind < FIELDS; kind++) {
            List<Level> levels = model.levels().getOrDefault(KINDS[kind], List.of());
            for (int level = 0; level < levels.size(); level++) {
                weight[kind][level + 1] = levels.get(level).weight();
            }
            contact[kind] = KINDS[kind].contact();
            counted[kind] = frequencies != Frequencies.NONE && Frequencies.COUNTED.contains(KINDS[kind]);
            m[kind] = levels.isEmpty() ? 0 : levels.getFirst().m();
            u[kind] = levels.isEmpty() ? 0 : levels.getFirst().u();
        }
    }

    Model model() {
        return model;
    }

    /** What a level weighs, without regard to how common the value is; 0 for one that there is not. */
    double weight(FieldKind kind, int level) {
        return weight[kind.ordinal()][level];
    }

    /** Log2 odds of two records that agree so, the prior included. */
    double sum(long agreement, Rows rows, int recordA, int recordB) {
        double sum = model.prior();
        double home = 0;
        for (int kind = 0; kind < FIELDS; kind++) {
            int level = (int) (agreement >>> kind * 4) & 15;
            if (level != 0) {
                double w = weight(kind, level, rows, recordA, recordB);
                if (contact[kind]) {
                    home += w;
                } else {
                    sum += w;
                }
            }
        }
        return sum + Math.clamp(home, Model.CONTACT_LEAST, model.contactMost());
    }

    /** The same without regard to how common values are: for training, and to see at once what is hopeless. */
    double sum(long agreement) {
        double sum = model.prior();
        double home = 0;
        for (int kind = 0; kind < FIELDS; kind++) {
            double w = weight[kind][(int) (agreement >>> kind * 4) & 15];
            if (contact[kind]) {
                home += w;
            } else {
                sum += w;
            }
        }
        return sum + Math.clamp(home, Model.CONTACT_LEAST, model.contactMost());
    }

    /** Whether a pair may matter: it comes to {@code least} if nobody lives with another, or shares a home. */
    boolean matters(long agreement, double least) {
        double sum = model.prior();
        double home = 0;
        for (int kind = 0; kind < FIELDS; kind++) {
            double w = weight[kind][(int) (agreement >>> kind * 4) & 15];
            if (contact[kind]) {
                home += w;
            } else {
                sum += w;
            }
        }
        return home >= Training.HOME || sum + Math.max(home, Model.CONTACT_LEAST) >= least;
    }

    /** What contact fields say together, uncapped. */
    double home(long agreement) {
        double home = 0;
        for (int kind = 0; kind < FIELDS; kind++) {
            if (contact[kind]) {
                home += weight[kind][(int) (agreement >>> kind * 4) & 15];
            }
        }
        return home;
    }

    /** Whether a veto says that two are not one. Where nobody lives with another, only Jr and Sr are told apart against the sum. */
    boolean apart(long agreement) {
        return Agreement.vetoed(agreement)
                && Agreement.veto(agreement).parts()
                && (model.households() || Agreement.level(agreement, FieldKind.GENERATION) == 2);
    }

    /** Whether no sum joins two without asking: they are {@link #apart}, or their dates or numbers speak for namesakes of one family. */
    boolean held(long agreement) {
        return Agreement.vetoed(agreement) && (model.households() || apart(agreement));
    }

    Decision decision(long agreement, double sum) {
        Decision decision =
                sum >= model.link() ? Decision.LINK : sum >= model.review() ? Decision.REVIEW : Decision.NONE;
        if (apart(agreement)) {
            // An agreeing identifier against a veto is a contradiction that only a person can settle.
            boolean contradicted = Agreement.level(agreement, FieldKind.IDENTIFIER) == Agreement.EXACT;
            return contradicted && decision != Decision.NONE ? Decision.REVIEW : Decision.NONE;
        }
        return decision == Decision.LINK && held(agreement) ? Decision.REVIEW : decision;
    }

    /** The fields' shares, in the order of their kinds, and what the cap adds or takes. */
    List<Score.Field> fields(long agreement, Rows rows, int recordA, int recordB) {
        List<Score.Field> fields = new ArrayList<>(FIELDS);
        double home = 0;
        for (int kind = 0; kind < FIELDS; kind++) {
            int level = (int) (agreement >>> kind * 4) & 15;
            if (level != 0) {
                double w = weight(kind, level, rows, recordA, recordB);
                home += contact[kind] ? w : 0;
                fields.add(new Score.Field(KINDS[kind], Agreement.name(KINDS[kind], level), w));
            }
        }
        double capped = Math.clamp(home, Model.CONTACT_LEAST, model.contactMost());
        if (capped != home) {
            fields.add(new Score.Field(FieldKind.CONTACT_CAP, capped < home ? "household" : "moved", capped - home));
        }
        return fields;
    }

    private double weight(int kind, int level, Rows rows, int recordA, int recordB) {
        if (level != Agreement.EXACT || !counted[kind]) {
            return weight[kind][level];
        }
        FieldKind of = KINDS[kind];
        int a = rows.start(recordA);
        int b = rows.start(recordB);
        double rarest = 1;
        for (int i = 0; i < howMany(rows, of, a); i++) {
            int x = value(rows, of, a, i);
            for (int j = 0; j < howMany(rows, of, b); j++) {
                if (x != 0 && x == value(rows, of, b, j)) {
                    rarest = Math.min(rarest, frequencies.u(of, rows.values, x, u[kind]));
                }
            }
        }
        return Math.log(m[kind] / rarest) / Level.LN2;
    }

    /** How many values of a kind a record has that are compared exactly. */
    static int howMany(Rows rows, FieldKind kind, int start) {
        return switch (kind) {
            case PHONE -> rows.phones(start);
            case EMAIL -> rows.emails(start);
            case IDENTIFIER -> rows.identifiers(start);
            case GIVEN, FAMILY, BIRTH_DATE, STREET, CITY, POSTCODE, MOTHERS_MAIDEN -> 1;
            case MIDDLE, GENERATION, SEX, HOUSE_NUMBER, STATE, CONTACT_CAP -> 0;
        };
    }

    /** A value's number, or 0. */
    static int value(Rows rows, FieldKind kind, int start, int i) {
        return switch (kind) {
            case PHONE -> rows.cell(rows.phonesAt(start) + i);
            case EMAIL -> rows.cell(rows.emailsAt(start) + i);
            case IDENTIFIER -> rows.cell(rows.identifiersAt(start) + 2 * i + 1);
            case GIVEN -> rows.cell(start + Rows.GIVEN);
            case FAMILY -> rows.family(start);
            case BIRTH_DATE -> rows.cell(start + Rows.BIRTH_CODE);
            case STREET -> rows.cell(start + Rows.STREET);
            case CITY -> rows.cell(start + Rows.CITY);
            case POSTCODE -> rows.cell(start + Rows.POSTCODE);
            case MOTHERS_MAIDEN -> rows.cell(start + Rows.MAIDEN);
            case MIDDLE, GENERATION, SEX, HOUSE_NUMBER, STATE, CONTACT_CAP -> 0;
        };
    }
}
