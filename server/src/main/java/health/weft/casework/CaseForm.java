package health.weft.casework;

import health.weft.problem.Problem;
import health.weft.ui.DateParts;
import health.weft.ui.Errors;
import health.weft.ui.Text;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A form of the case list that was sent: what was typed, and what of it cannot be read.
 *
 * @param typed by field name
 */
public record CaseForm(Map<String, String> typed, Errors errors) {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,7}(\\.\\d{1,2})?");

    static final CaseForm NONE = new CaseForm(Map.of());

    CaseForm(Map<String, String> typed) {
        this(typed, new Errors());
    }

    /** What was typed into a field; empty when nothing was. */
    public String of(String field) {
        return typed.getOrDefault(field, "").strip();
    }

    /** What was typed into a field of a form that was sent, else what stands there. */
    public String or(String field, @Nullable String known) {
        return typed.getOrDefault(field, known == null ? "" : known);
    }

    /** The three boxes of a day. */
    public DateParts day(String field, @Nullable LocalDate known) {
        return typed.containsKey(field + "-day")
                ? DateParts.of(of(field + "-day"), of(field + "-month"), of(field + "-year"))
                : DateParts.of(known);
    }

    Contact contact(Text text) {
        DateParts born = day("born", null);
        if (!born.isEmpty() && born.date().isEmpty()) {
            errors.add("born", text.get("casework.problem.born"));
        }
        return new Contact(
                of("given"),
                of("family"),
                born.date().orElse(null),
                of("phone"),
                of("line"),
                of("city"),
                of("postcode"));
    }

    /** @param today what an empty day means */
    Filled visit(Text text, LocalDate today) {
        LocalDate day = date(of("day"), today).orElseGet(() -> {
            errors.add("day", text.get("casework.problem.date"));
            return today;
        });
        Attendance attendance = Attendance.of(of("attendance")).orElseGet(() -> {
            errors.add("attendance", text.get("casework.problem.attendance"));
            return Attendance.ATTENDED;
        });
        boolean came = attendance == Attendance.ATTENDED;
        return new Filled(
                day, time(text), attendance, of("service"), came ? quantity(text) : null, of("unit"), of("note"));
    }

    private static Optional<LocalDate> date(String typed, LocalDate empty) {
        try {
            return Optional.of(typed.isEmpty() ? empty : LocalDate.parse(typed));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private @Nullable LocalTime time(Text text) {
        try {
            return of("time").isEmpty() ? null : LocalTime.parse(of("time"));
        } catch (DateTimeException e) {
            errors.add("time", text.get("casework.problem.time"));
            return null;
        }
    }

    private @Nullable BigDecimal quantity(Text text) {
        String typed = of("quantity");
        if (typed.isEmpty()) {
            return null;
        }
        if (!NUMBER.matcher(typed).matches()) {
            errors.add("quantity", text.get("referral.problem.quantity"));
            return null;
        }
        return new BigDecimal(typed);
    }

    /** Says what cannot be at the fields where it stands; what could not even be read is said already. */
    void refused(Text text, Map<String, Problem> wrong) {
        wrong.forEach((field, problem) -> errors.add(field, problem.message(text.locale())));
    }

    /** The form's own key; a new one for a form that carries none. */
    UUID once() {
        try {
            return UUID.fromString(of("_once"));
        } catch (IllegalArgumentException e) {
            return UUID.randomUUID();
        }
    }
}
