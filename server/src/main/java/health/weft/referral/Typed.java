package health.weft.referral;

import health.weft.ui.DateParts;
import health.weft.ui.Errors;
import health.weft.ui.Text;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads what people type into the forms of a referral; what cannot be read is an error at its field. */
final class Typed {
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,7}|\\d{1,3}(,\\d{3}){1,2})(\\.\\d{1,2})?");

    private final Said said;
    private final Text text;

    Typed(Said said, Text text) {
        this.said = said;
        this.text = text;
    }

    Errors errors() {
        return said.errors();
    }

    /** Words of at most {@link Said#LONGEST} characters, from the field {@code words}. */
    String words() {
        String words = said.of("words");
        if (words.length() > Said.LONGEST) {
            errors().add("words-" + said.step(), text.get("referral.note.long"));
        }
        return words;
    }

    String shortWords(String field, int longest) {
        String words = said.of(field);
        if (words.length() > longest) {
            errors().add(field, text.get("referral.problem.long", longest));
        }
        return words;
    }

    /** A moment in the reader's zone from a day and a time of day; empty when neither was typed, or with an error. */
    Optional<Instant> moment(String day, String time) {
        DateParts parts = said.day(day);
        String clock = said.of(time);
        if (parts.isEmpty() && clock.isEmpty()) {
            return Optional.empty();
        }
        Optional<LocalDate> date = parts.date();
        if (date.isEmpty()) {
            errors().add(day, text.get("referral.problem.day"));
        }
        Optional<LocalTime> at = clock(clock);
        if (at.isEmpty()) {
            errors().add(time, text.get("referral.problem.time"));
        }
        return date.flatMap(
                on -> at.map(hour -> on.atTime(hour).atZone(text.zone()).toInstant()));
    }

    private static Optional<LocalTime> clock(String typed) {
        try {
            return Optional.of(LocalTime.parse(typed.length() == 4 ? "0" + typed : typed));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** A place in a line; empty when nothing was typed, or with an error. */
    Optional<Integer> position(String field) {
        String typed = said.of(field);
        if (typed.isEmpty()) {
            return Optional.empty();
        }
        if (typed.matches("\\d{1,4}") && Integer.parseInt(typed) > 0) {
            return Optional.of(Integer.parseInt(typed));
        }
        errors().add(field, text.get("referral.problem.position", Progress.LAST_POSITION));
        return Optional.empty();
    }

    /** A number of at most two decimals, with or without a dollar sign and commas; empty when nothing was typed, or with an error. */
    Optional<BigDecimal> number(String field, String problem) {
        String typed = said.of(field).replace("$", "").strip();
        if (typed.isEmpty()) {
            return Optional.empty();
        }
        if (NUMBER.matcher(typed).matches()) {
            return Optional.of(new BigDecimal(typed.replace(",", "")));
        }
        errors().add(field, text.get(problem));
        return Optional.empty();
    }

    /** The form's own key; a new one for a form that carries none. */
    UUID once() {
        try {
            return UUID.fromString(said.of("_once"));
        } catch (IllegalArgumentException e) {
            return UUID.randomUUID();
        }
    }
}
