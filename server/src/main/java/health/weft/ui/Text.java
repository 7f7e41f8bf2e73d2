package health.weft.ui;

import health.weft.problem.Words;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.FormatStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;

/**
 * The words, dates and numbers of one reader: their language (en or es) and their time zone.
 *
 * <p>Messages are plain text with {@code {0}}, {@code {1}} as places; an apostrophe is an apostrophe. A key that is missing comes
 * back as itself, so that a page never fails for a word; a test keeps the bundles whole.
 *
 * <pre>{@code
 * text.get("referral.sent", organisation)      // "Sent to {0}" -> "Sent to Food Bank"
 * text.count("people.found", 3)                // people.found.one / people.found.other
 * text.date("2019-03")                         // "Mar 2019"
 * }</pre>
 */
public final class Text {
    private final MessageSource messages;
    private final Locale locale;
    private final ZoneId zone;

    public Text(MessageSource messages, Locale locale, ZoneId zone) {
        this.messages = messages;
        this.locale = locale.getLanguage().equals("es") ? Languages.SPANISH : Languages.ENGLISH;
        this.zone = zone;
    }

    public Locale locale() {
        return locale;
    }

    public ZoneId zone() {
        return zone;
    }

    /** "en" or "es", for the lang attribute. */
    public String language() {
        return locale.getLanguage();
    }

    public String get(String key, @Nullable Object... args) {
        String message = messages.getMessage(key, null, key, locale);
        return Words.fill(message == null ? key : message, args);
    }

    /** Whether this key has words. */
    public boolean has(String key) {
        return messages.getMessage(key, null, null, locale) != null;
    }

    /** The words for {@code key.code}, or the fallback where this code has none. */
    public String code(String key, String code, String fallback) {
        return has(key + "." + code) ? get(key + "." + code) : fallback;
    }

    /** {@code key.one} for one thing, {@code key.zero} for none where it is written, else {@code key.other}; {0} is the number. */
    public String count(String key, long n, @Nullable Object... more) {
        String form = n == 1 ? ".one" : n == 0 && has(key + ".zero") ? ".zero" : ".other";
        @Nullable Object[] args = new @Nullable Object[more.length + 1];
        args[0] = number(n);
        System.arraycopy(more, 0, args, 1, more.length);
        return get(key + form, args);
    }

    public String number(long n) {
        return NumberFormat.getIntegerInstance(locale).format(n);
    }

    /** A number with as many decimals as it has, two at most. */
    public String number(BigDecimal n) {
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        format.setMaximumFractionDigits(2);
        return format.format(n);
    }

    public String date(@Nullable LocalDate date) {
        return date == null
                ? ""
                : DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                        .withLocale(locale)
                        .format(date);
    }

    public String date(@Nullable Instant at) {
        return at == null ? "" : date(at.atZone(zone).toLocalDate());
    }

    /**
     * A FHIR date, dateTime or instant as a day in the reader's zone; year or year and month alone stay so. Text that is no date
     * comes back as it is.
     */
    public String date(@Nullable String fhir) {
        if (fhir == null) {
            return "";
        }
        try {
            return switch (fhir.length()) {
                case 4 -> fhir;
                case 7 -> format(fhir, YearMonth.parse(fhir));
                case 10 -> date(LocalDate.parse(fhir));
                default -> date(OffsetDateTime.parse(fhir).toInstant());
            };
        } catch (DateTimeParseException e) {
            return fhir;
        }
    }

    private String format(String fhir, TemporalAccessor month) {
        return fhir.isEmpty()
                ? ""
                : DateTimeFormatter.ofPattern("MMM uuuu", locale).format(month);
    }

    /** Day and time of day, in the reader's zone. */
    public String time(LocalTime time) {
        return DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT)
                .withLocale(locale)
                .format(time);
    }

    public String time(@Nullable Instant at) {
        return at == null
                ? ""
                : DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
                        .withLocale(locale)
                        .withZone(zone)
                        .format(at);
    }

    /** A FHIR dateTime with its time of day when it has one, else its day. */
    public String time(@Nullable String fhir) {
        if (fhir == null || fhir.length() <= 10) {
            return date(fhir);
        }
        try {
            return time(OffsetDateTime.parse(fhir).toInstant());
        } catch (DateTimeParseException e) {
            return fhir;
        }
    }

    /** Whole years between a FHIR birth date and today; empty when the date is not known to the day. */
    public String age(@Nullable String birthDate) {
        if (birthDate == null || birthDate.length() != 10) {
            return "";
        }
        try {
            int years = Period.between(LocalDate.parse(birthDate), LocalDate.now(zone))
                    .getYears();
            return count("ui.years", years);
        } catch (DateTimeParseException e) {
            return "";
        }
    }
}
