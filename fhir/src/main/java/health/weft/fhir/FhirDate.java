package health.weft.fhir;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A FHIR date, dateTime or instant of any precision as the span of time it means (R4, 3.1.1.4.9): {@code 2024-03} is the whole
 * of March 2024. Without a zone, UTC is meant.
 *
 * @param lo first microsecond since 1970-01-01T00:00Z in the span
 * @param hi first microsecond after the span
 * @param digits 4 year, 6 month, 8 day, 12 minute, 14 second, more with fractions
 */
public record FhirDate(long lo, long hi, int digits) {
    private static final Pattern FORM = Pattern.compile(
            "(\\d{4})(?:-(\\d{2})(?:-(\\d{2})(?:T(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?(Z|[+-]\\d{2}:\\d{2})?)?)?)?");

    /** The span, or empty when the text is no date of FHIR. A space in place of a lost {@code +} is taken as {@code +}. */
    public static Optional<FhirDate> parse(String text) {
        Matcher m = FORM.matcher(text.indexOf(' ') > 0 ? text.replace(' ', '+') : text);
        if (!m.matches()) {
            return Optional.empty();
        }
        try {
            int year = Integer.parseInt(m.group(1));
            if (m.group(2) == null) {
                return span(
                        LocalDateTime.of(year, 1, 1, 0, 0), LocalDateTime.of(year + 1, 1, 1, 0, 0), ZoneOffset.UTC, 4);
            }
            int month = Integer.parseInt(m.group(2));
            if (m.group(3) == null) {
                LocalDateTime first = LocalDateTime.of(year, month, 1, 0, 0);
                return span(first, first.plusMonths(1), ZoneOffset.UTC, 6);
            }
            int day = Integer.parseInt(m.group(3));
            if (m.group(4) == null) {
                LocalDateTime first = LocalDateTime.of(year, month, day, 0, 0);
                return span(first, first.plusDays(1), ZoneOffset.UTC, 8);
            }
            LocalDateTime minute =
                    LocalDateTime.of(year, month, day, Integer.parseInt(m.group(4)), Integer.parseInt(m.group(5)));
            ZoneOffset zone = m.group(8) == null ? ZoneOffset.UTC : ZoneOffset.of(m.group(8));
            if (m.group(6) == null) {
                return span(minute, minute.plusMinutes(1), zone, 12);
            }
            int second = Integer.parseInt(m.group(6));
            if (second > 60) {
                return Optional.empty();
            }
            LocalDateTime at = minute.plusSeconds(second);
            String fraction = m.group(7);
            if (fraction == null) {
                return span(at, at.plusSeconds(1), zone, 14);
            }
            int kept = Math.min(6, fraction.length());
            long unit = 1;
            for (int i = kept; i < 6; i++) {
                unit *= 10;
            }
            LocalDateTime from = at.plusNanos(Long.parseLong(fraction.substring(0, kept)) * unit * 1000);
            return span(from, from.plusNanos(unit * 1000), zone, 14 + kept);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<FhirDate> span(LocalDateTime lo, LocalDateTime hi, ZoneOffset zone, int digits) {
        return Optional.of(new FhirDate(micros(lo, zone), micros(hi, zone), digits));
    }

    private static long micros(LocalDateTime at, ZoneOffset zone) {
        return at.toEpochSecond(zone) * 1_000_000 + at.getNano() / 1000;
    }
}
