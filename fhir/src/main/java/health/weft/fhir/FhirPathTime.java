package health.weft.fhir;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A date, a date with time, or a time of day, as exact as it was written (N1, 4.1.7 to 4.1.9).
 *
 * @param at the first moment meant; a time of day stands on 1970-01-01
 * @param parts how many parts are known: 1 year, 2 month, 3 day, 4 hour, 5 minute, 6 second
 * @param digits digits of the fraction of a second
 * @param zone null when none is told
 */
record FhirPathTime(
        Kind kind,
        LocalDateTime at,
        int parts,
        int digits,
        @Nullable ZoneOffset zone) {

    enum Kind {
        DATE,
        DATE_TIME,
        TIME
    }

    /** How far a zone can be from UTC: what a value without one is uncertain by. */
    private static final int WIDEST_ZONE_HOURS = 14;

    static Optional<FhirPathTime> of(Item item) {
        if (!item.json().isString()) {
            return Optional.empty();
        }
        String text = item.json().stringValue();
        return switch (item.type()) {
            case "date", "System.Date" -> parse(text, Kind.DATE);
            case "dateTime", "instant", "System.DateTime" -> parse(text, Kind.DATE_TIME);
            case "time", "System.Time" -> parse(text, Kind.TIME);
            default -> Optional.empty();
        };
    }

    static Optional<FhirPathTime> parse(String text, Kind kind) {
        try {
            return new Reader(text).read(kind);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Takes the text apart by hand: invariants compare dates at every write. */
    private static final class Reader {
        private final String text;
        private int next;
        private final int[] part = {1970, 1, 1, 0, 0, 0};
        private int nanos;
        private int digits;

        Reader(String text) {
            this.text = text;
        }

        Optional<FhirPathTime> read(Kind kind) {
            int parts = kind == Kind.TIME ? 3 : 0;
            String before = kind == Kind.TIME ? "   \0::" : "\0--T::";
            while (parts < (kind == Kind.DATE ? 3 : 6)) {
                char separator = before.charAt(parts);
                if (separator != '\0' && !eat(separator)) {
                    break;
                }
                if (!number(parts, parts == 0 ? 4 : 2)) {
                    return Optional.empty();
                }
                parts++;
            }
            if (parts == 6 && eat('.') && !fraction()) {
                return Optional.empty();
            }
            ZoneOffset zone = null;
            if (kind == Kind.DATE_TIME && parts > 3 && next < text.length()) {
                zone = ZoneOffset.of(text.substring(next));
                next = text.length();
            }
            if (next < text.length() || parts == (kind == Kind.TIME ? 3 : 0)) {
                return Optional.empty();
            }
            LocalDateTime at = LocalDateTime.of(
                            part[0], part[1], part[2], part[3], part[4], Math.min(part[5], 59), nanos)
                    .plusSeconds(part[5] == 60 ? 1 : 0);
            return part[5] > 60 ? Optional.empty() : Optional.of(new FhirPathTime(kind, at, parts, digits, zone));
        }

        private boolean eat(char c) {
            if (next < text.length() && text.charAt(next) == c) {
                next++;
                return true;
            }
            return false;
        }

        private boolean number(int into, int length) {
            int n = 0;
            for (int i = 0; i < length; i++, next++) {
                if (next >= text.length() || text.charAt(next) < '0' || text.charAt(next) > '9') {
                    return false;
                }
                n = n * 10 + text.charAt(next) - '0';
            }
            part[into] = n;
            return true;
        }

        private boolean fraction() {
            int unit = 100_000_000;
            while (next < text.length() && text.charAt(next) >= '0' && text.charAt(next) <= '9') {
                nanos += unit * (text.charAt(next++) - '0');
                unit /= 10;
                digits++;
            }
            return digits > 0;
        }
    }

    Item item() {
        String type =
                switch (kind) {
                    case DATE -> "System.Date";
                    case DATE_TIME -> "System.DateTime";
                    case TIME -> "System.Time";
                };
        return Item.of(Items.NODES.stringNode(toString()), type);
    }

    private LocalDateTime utc() {
        return zone == null ? at : at.minusSeconds(zone.getTotalSeconds());
    }

    private static ChronoUnit unit(int parts) {
        return switch (parts) {
            case 1 -> ChronoUnit.YEARS;
            case 2 -> ChronoUnit.MONTHS;
            case 3 -> ChronoUnit.DAYS;
            case 4 -> ChronoUnit.HOURS;
            case 5 -> ChronoUnit.MINUTES;
            default -> ChronoUnit.SECONDS;
        };
    }

    /** The first moment after what is meant, a second taken as exact. */
    private LocalDateTime end() {
        return parts >= 6 ? utc().plusNanos(1) : utc().plus(1, unit(parts));
    }

    /**
     * Before, at or after another; empty when the precision, or a zone told by one only, leaves it open.
     *
     * @throws FhirPathException when one is a time of day and the other is not
     */
    Optional<Integer> compare(FhirPathTime other) {
        if ((kind == Kind.TIME) != (other.kind == Kind.TIME)) {
            throw new FhirPathException("a time of day cannot be compared with a date");
        }
        boolean sure = kind == Kind.TIME || (zone == null) == (other.zone == null);
        long slack = sure ? 0 : WIDEST_ZONE_HOURS;
        if (!end().plusHours(slack).isAfter(other.utc())) {
            return Optional.of(-1);
        }
        if (!other.end().plusHours(slack).isAfter(utc())) {
            return Optional.of(1);
        }
        return sure && parts == other.parts ? Optional.of(utc().compareTo(other.utc())) : Optional.empty();
    }

    /** Whether both mean the same; empty when that is open. */
    Optional<Boolean> same(FhirPathTime other) {
        return (kind == Kind.TIME) != (other.kind == Kind.TIME)
                ? Optional.of(false)
                : compare(other).map(order -> order == 0);
    }

    /**
     * Later by a quantity of time; what is smaller than the least part known is taken to it and cut off (N1, 6.6.1).
     *
     * @throws FhirPathException when the unit is none of time, or a UCUM year or month, which are no calendar ones
     */
    FhirPathTime plus(FhirPathQuantity amount) {
        String word = FhirPathQuantity.singular(amount.unit());
        ChronoUnit by =
                switch (word) {
                    case "year" -> ChronoUnit.YEARS;
                    case "month" -> ChronoUnit.MONTHS;
                    case "week", "wk" -> ChronoUnit.WEEKS;
                    case "day", "d" -> ChronoUnit.DAYS;
                    case "hour", "h" -> ChronoUnit.HOURS;
                    case "minute", "min" -> ChronoUnit.MINUTES;
                    case "second", "s" -> ChronoUnit.SECONDS;
                    case "millisecond", "ms" -> ChronoUnit.MILLIS;
                    default ->
                        throw new FhirPathException(
                                "'" + word + "' cannot be added to a date or time; use year, month, "
                                        + "week, day, hour, minute, second or millisecond");
                };
        if (kind == Kind.TIME && by.compareTo(ChronoUnit.HOURS) > 0) {
            throw new FhirPathException("'" + word + "' cannot be added to a time of day");
        }
        BigDecimal n = amount.value().setScale(0, RoundingMode.DOWN);
        ChronoUnit least = unit(parts);
        if (by.compareTo(least) < 0 && by != ChronoUnit.MILLIS || (by == ChronoUnit.MILLIS && parts < 6)) {
            n = coarser(n, by, least);
            by = least;
        }
        try {
            LocalDateTime moved = at.plus(n.longValueExact(), by);
            if (kind == Kind.TIME) {
                moved = moved.toLocalTime().atDate(at.toLocalDate());
            }
            if (moved.getYear() < 1 || moved.getYear() > 9999) {
                throw new FhirPathException("the date leaves the years 1 to 9999");
            }
            return new FhirPathTime(kind, moved, parts, by == ChronoUnit.MILLIS ? Math.max(digits, 3) : digits, zone);
        } catch (DateTimeException | ArithmeticException e) {
            throw new FhirPathException("the date leaves the years 1 to 9999");
        }
    }

    /** A year has 365 days and a month 30 where days become them (N1, 6.6.1). */
    private static BigDecimal coarser(BigDecimal n, ChronoUnit from, ChronoUnit to) {
        if (from == ChronoUnit.MONTHS) {
            return n.divideToIntegralValue(BigDecimal.valueOf(12));
        }
        BigDecimal millis = n.multiply(BigDecimal.valueOf(from.getDuration().toMillis()));
        long each =
                switch (to) {
                    case YEARS -> 365L * 86_400_000;
                    case MONTHS -> 30L * 86_400_000;
                    default -> to.getDuration().toMillis();
                };
        return millis.divideToIntegralValue(BigDecimal.valueOf(each));
    }

    /** How many digits are known: 4 for a year, 8 for a day, 17 with milliseconds; a time of day without the date's. */
    int precision() {
        int known = parts == 1 ? 4 : 2 + 2 * parts + (parts == 6 ? digits : 0);
        return kind == Kind.TIME ? known - 8 : known;
    }

    /**
     * The earliest or latest moment that may be meant, told to so many digits; empty when that is no precision of this kind.
     * An hour without minutes counts as the full hour, as the examples of the specification do.
     */
    Optional<FhirPathTime> boundary(boolean high, int precision) {
        int wanted = kind == Kind.TIME ? precision + 8 : precision;
        int to =
                switch (wanted) {
                    case 4 -> 1;
                    case 6 -> 2;
                    case 8 -> 3;
                    case 10 -> 4;
                    case 12 -> 5;
                    case 14, 17 -> 6;
                    default -> 0;
                };
        if (to == 0 || (kind == Kind.TIME && to < 4)) {
            return Optional.empty();
        }
        int known = parts == 4 ? 5 : parts;
        LocalDateTime edge =
                high && (parts < 6 || digits == 0) ? at.plus(1, unit(known)).minusNanos(1_000_000) : at;
        Kind as = kind == Kind.TIME ? kind : to <= 3 ? Kind.DATE : Kind.DATE_TIME;
        ZoneOffset where =
                as != Kind.DATE_TIME ? null : zone != null ? zone : ZoneOffset.ofHours(high ? -12 : WIDEST_ZONE_HOURS);
        return Optional.of(new FhirPathTime(as, edge, to, wanted == 17 ? 3 : 0, where));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(29);
        if (kind != Kind.TIME) {
            text.append(String.format(Locale.ROOT, "%04d", at.getYear()));
            part(text, 2, "-", at.getMonthValue());
            part(text, 3, "-", at.getDayOfMonth());
        }
        part(text, 4, kind == Kind.TIME ? "" : "T", at.getHour());
        part(text, 5, ":", at.getMinute());
        part(text, 6, ":", at.getSecond());
        if (parts == 6 && digits > 0) {
            String nanos = String.format(Locale.ROOT, "%09d", at.getNano());
            text.append('.').append(nanos, 0, Math.min(9, digits));
        }
        return zone == null ? text.toString() : text.append(zone.getId()).toString();
    }

    private void part(StringBuilder text, int which, String before, int value) {
        if (parts >= which) {
            text.append(before).append(value < 10 ? "0" : "").append(value);
        }
    }
}
