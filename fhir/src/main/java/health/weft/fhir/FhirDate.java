package health.weft.fhir;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;

/**
 * A FHIR date, dateTime or instant of any precision as the span of time it means (R4, 3.1.1.4.9): {@code 2024-03} is the whole
 * of March 2024. Without a zone, UTC is meant.
 *
 * @param lo first microsecond since 1970-01-01T00:00Z in the span
 * @param hi first microsecond after the span
 * @param digits 4 year, 6 month, 8 day, 12 minute, 14 second, more with fractions
 */
public record FhirDate(long lo, long hi, int digits) {
    private static final long DAY = 86_400_000_000L;

    /** The span, or empty when the text is no date of FHIR. A space in place of a lost {@code +} is taken as {@code +}. */
    public static Optional<FhirDate> parse(String text) {
        String form = text.indexOf(' ') > 0 ? text.replace(' ', '+') : text;
        int n = form.length();
        int year = number(form, 0, 4);
        int month = n == 4 ? 1 : after('-', form, 4);
        int day = n <= 7 ? 1 : after('-', form, 7);
        if (year < 1 || month < 0 || day < 0) {
            return Optional.empty();
        }
        try {
            LocalDate date = LocalDate.of(year, month, day);
            return switch (n) {
                case 4 -> days(date, date.plusYears(1), 4);
                case 7 -> days(date, date.plusMonths(1), 6);
                case 10 -> days(date, date.plusDays(1), 8);
                default -> time(form, date);
            };
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<FhirDate> days(LocalDate from, LocalDate to, int digits) {
        return Optional.of(new FhirDate(from.toEpochDay() * DAY, to.toEpochDay() * DAY, digits));
    }

    private static Optional<FhirDate> time(String form, LocalDate date) {
        int hour = after('T', form, 10);
        int minute = after(':', form, 13);
        int at = 16;
        int second = 0;
        int digits = 12;
        long unit = 60_000_000;
        long fraction = 0;
        if (at < form.length() && form.charAt(at) == ':') {
            second = after(':', form, at);
            at += 3;
            digits = 14;
            unit = 1_000_000;
            if (at < form.length() && form.charAt(at) == '.') {
                int from = ++at;
                while (at < form.length() && form.charAt(at) >= '0' && form.charAt(at) <= '9') {
                    if (at - from < 6) {
                        unit /= 10;
                        fraction += (form.charAt(at) - '0') * unit;
                        digits++;
                    }
                    at++;
                }
                if (at == from || at - from > 9) {
                    return Optional.empty();
                }
            }
        }
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
            return Optional.empty();
        }
        int zone = zone(form, at);
        if (zone == Integer.MIN_VALUE) {
            return Optional.empty();
        }
        long lo = date.toEpochDay() * DAY + (hour * 3600L + minute * 60L + second - zone) * 1_000_000 + fraction;
        return Optional.of(new FhirDate(lo, lo + unit, digits));
    }

    /** Seconds east of Greenwich that stand at the end, 0 for none; the least number when something else stands there. */
    private static int zone(String form, int at) {
        int left = form.length() - at;
        if (left == 0 || left == 1 && form.charAt(at) == 'Z') {
            return 0;
        }
        if (left == 6 && (form.charAt(at) == '+' || form.charAt(at) == '-')) {
            int hours = number(form, at + 1, 2);
            int minutes = after(':', form, at + 3);
            if (hours >= 0 && minutes >= 0 && minutes < 60 && hours * 60 + minutes <= 14 * 60) {
                return (form.charAt(at) == '-' ? -60 : 60) * (hours * 60 + minutes);
            }
        }
        return Integer.MIN_VALUE;
    }

    /** The two digits behind this character; negative when it is not there. */
    private static int after(char mark, String text, int at) {
        return at < text.length() && text.charAt(at) == mark ? number(text, at + 1, 2) : -1;
    }

    private static int number(String text, int at, int length) {
        if (at + length > text.length()) {
            return -1;
        }
        int number = 0;
        for (int i = at; i < at + length; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }
}
