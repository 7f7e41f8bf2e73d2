package health.weft.ui;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A day as it is typed into three boxes, kept as typed so that a mistake loses nothing. The fields are name-day, name-month, name-year. */
public record DateParts(String day, String month, String year) {
    public static final DateParts EMPTY = new DateParts("", "", "");

    public static DateParts of(@Nullable LocalDate date) {
        return date == null
                ? EMPTY
                : new DateParts(
                        Integer.toString(date.getDayOfMonth()),
                        Integer.toString(date.getMonthValue()),
                        Integer.toString(date.getYear()));
    }

    public static DateParts of(@Nullable String day, @Nullable String month, @Nullable String year) {
        return new DateParts(trim(day), trim(month), trim(year));
    }

    public boolean isEmpty() {
        return day.isEmpty() && month.isEmpty() && year.isEmpty();
    }

    /** The day, or empty when what was typed is none. */
    public Optional<LocalDate> date() {
        try {
            return year.length() == 4
                    ? Optional.of(LocalDate.of(Integer.parseInt(year), Integer.parseInt(month), Integer.parseInt(day)))
                    : Optional.empty();
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String trim(@Nullable String typed) {
        return typed == null ? "" : typed.trim();
    }
}
