package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.SearchValue;
import health.weft.fhir.SearchValue.Amount;
import health.weft.fhir.SearchValue.How;
import health.weft.fhir.SearchValue.Near;
import health.weft.fhir.SearchValue.Prefix;
import health.weft.fhir.SearchValue.When;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Comparisons of a value with one row {@code x} of an index table (R4, 3.1.1.4.5 to 3.1.1.4.11). */
final class ValueSql {
    /** The last code point: it sorts after all text that starts so. */
    static final String LAST = "\uDBFF\uDFFF";
    /** Spans up to 32 days are found by where they begin; longer ones stand in {@code idx_date_long}. */
    private static final long SHORT = 2_764_800_000_000L;

    private static final double EARTH_KM = 6371.0088;

    private ValueSql() {}

    static void add(Sql sql, SearchValue value) {
        switch (value) {
            case SearchValue.Text t -> text(sql, t);
            case When w -> span(sql, w, "x.lo", "x.hi", true);
            case Near n -> near(sql, n);
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private static void text(Sql sql, SearchValue.Text t) {
        String plain = Text.plain(t.text());
        switch (t.how()) {
            case EXACT -> sql.add("(x.v = ? and x.e = ?)", plain, Hash.of(t.text()));
            case SAME -> sql.add("x.v = ?", plain);
            case CONTAINS -> sql.add("position(? in x.v) > 0", plain);
            case ENDS -> sql.add("(length(x.v) >= length(?) and right(x.v, length(?)) = ?)", plain, plain, plain);
            case STARTS -> sql.add("(x.v >= ? and x.v < ?)", plain, plain + LAST);
        }
    }

    /** As {@link How#STARTS}, for the text of a pair. */
    static void begins(Sql sql, String text) {
        String plain = Text.plain(text);
        sql.add("(x.v >= ? and x.v < ?)", plain, plain + LAST);
    }

    /**
     * On spans: {@code gt} when part of the value lies above, {@code sa} when all does.
     *
     * @param indexed whether the index on {@code lo} and that of long spans are there to be used: what says something of
     *     {@code hi} is then told of {@code lo} as well
     */
    static void span(Sql sql, When w, String from, String to, boolean indexed) {
        long lo = w.lo();
        long hi = w.hi();
        switch (w.prefix()) {
            case EQ -> sql.add("(" + from + " >= ? and " + from + " < ? and " + to + " <= ?)", lo, hi, hi);
            case NE -> sql.add("not (" + from + " >= ? and " + to + " <= ?)", lo, hi);
            case GT -> above(sql, from, to, hi, hi, indexed);
            case GE -> above(sql, from, to, lo, hi, indexed);
            case LT -> sql.add(from + " < ?", lo);
            case LE -> sql.add("(" + from + " < ? and (" + to + " <= ? or " + from + " < ?))", hi, hi, lo);
            case SA -> sql.add(from + " >= ?", hi);
            case EB -> sql.add("(" + from + " < ? and " + to + " <= ?)", lo, lo);
            case AP -> {
                long now = Instant.now().toEpochMilli() * 1000;
                long slack = Math.abs(now - lo) / 10;
                sql.add("(" + from + " < ? and ", hi + slack);
                above(sql, from, to, Long.MAX_VALUE, lo - slack, indexed);
                sql.add(")");
            }
            case PO -> {
                sql.add("(" + from + " < ? and ", hi);
                above(sql, from, to, Long.MAX_VALUE, lo, indexed);
                sql.add(")");
            }
        }
    }

    /** The span begins at {@code begin} or later, or ends after {@code end}. */
    private static void above(Sql sql, String from, String to, long begin, long end, boolean indexed) {
        if (!indexed) {
            sql.add("(" + from + " >= ? or " + to + " > ?)", begin, end);
            return;
        }
        sql.add(
                "((" + from + " >= ? and (" + from + " >= ? or " + to + " > ?)) or (" + to + " > " + from + " + "
                        + SHORT + " and " + to + " > ?))",
                Math.min(begin, end - SHORT),
                begin,
                end,
                end);
    }

    static void updated(Sql sql, When w) {
        Instant lo = Instant.EPOCH.plus(w.lo(), ChronoUnit.MICROS);
        Instant hi = Instant.EPOCH.plus(w.hi(), ChronoUnit.MICROS);
        switch (w.prefix()) {
            case EQ, AP, PO -> sql.add("(r.updated >= ? and r.updated < ?)", lo, hi);
            case NE -> sql.add("(r.updated < ? or r.updated >= ?)", lo, hi);
            case GT, SA -> sql.add("r.updated >= ?", hi);
            case LT, EB -> sql.add("r.updated < ?", lo);
            case GE -> sql.add("r.updated >= ?", lo);
            case LE -> sql.add("r.updated < ?", hi);
        }
    }

    /** As the amount is written. */
    static void amount(Sql sql, Amount a) {
        range(sql, a.prefix(), "x.lo", "x.hi", a.value(), a.lo(), a.hi());
        unit(sql, a);
    }

    /** In base units. */
    static void amount(Sql sql, Amount a, Values.Base base) {
        range(sql, a.prefix(), "x.lo", "x.hi", base.value(), base.lo(), base.hi());
        sql.add(" and x.unit = ?", base.unit());
    }

    /** Bounds of one sort, Double or Long: what compares exactly with {@code value}, and the span its precision means. */
    static void range(Sql sql, Prefix prefix, String from, String to, Object value, Object lo, Object hi) {
        switch (prefix) {
            case EQ -> sql.add(from + " >= ? and " + from + " < ? and " + to + " < ?", lo, hi, hi);
            case AP, PO ->
                sql.add(
                        from + " <= ? and (" + from + " >= ? or (" + from + " < " + to + " and " + to + " >= ?))",
                        hi,
                        lo,
                        lo);
            case NE -> sql.add("not (" + from + " >= ? and " + to + " < ?)", lo, hi);
            // A row that is no range is found by lo alone; the others stand in idx_qty_wide.
            case GT -> sql.add("(" + from + " > ? or (" + from + " < " + to + " and " + to + " > ?))", value, value);
            case GE -> sql.add("(" + from + " >= ? or (" + from + " < " + to + " and " + to + " >= ?))", value, value);
            case LT -> sql.add(from + " < ?", value);
            case LE -> sql.add(from + " <= ?", value);
            case SA -> sql.add(from + " > ?", value);
            case EB -> sql.add(from + " < ? and " + to + " < ?", value, value);
        }
    }

    static void unit(Sql sql, Amount a) {
        String unit = a.unit();
        String system = a.system();
        if (unit != null && system != null) {
            sql.add(" and x.unit = ?", Values.unit(system, unit));
        } else if (unit != null) {
            sql.add(" and x.code = ?", Values.unitCode(unit));
        }
    }

    /** A box first, which the index finds, then the distance on the sphere (haversine). */
    private static void near(Sql sql, Near n) {
        double up = Math.toDegrees(n.kilometres() / EARTH_KM);
        double south = n.latitude() - up;
        double north = n.latitude() + up;
        sql.add("(x.lat >= ? and x.lat <= ?", south, north);
        // Near a pole, or far and wide, every longitude may be within.
        if (south > -89 && north < 89) {
            double aside = Math.toDegrees(Math.asin(Math.min(
                    1,
                    Math.sin(Math.min(Math.PI / 2, n.kilometres() / EARTH_KM))
                            / Math.cos(Math.toRadians(n.latitude())))));
            double west = n.longitude() - aside;
            double east = n.longitude() + aside;
            sql.add(
                    " and (x.lon between ? and ? or x.lon >= ? or x.lon <= ?)",
                    west,
                    east,
                    west < -180 ? west + 360 : 1000.0,
                    east > 180 ? east - 360 : -1000.0);
        }
        sql.add(
                " and 2 * " + EARTH_KM + " * asin(least(1, sqrt(sin(radians(x.lat - ?) / 2) ^ 2"
                        + " + cos(radians(?)) * cos(radians(x.lat)) * sin(radians(x.lon - ?) / 2) ^ 2))) <= ?)",
                n.latitude(),
                n.latitude(),
                n.longitude(),
                n.kilometres());
    }
}
