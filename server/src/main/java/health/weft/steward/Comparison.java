package health.weft.steward;

import health.weft.identity.PairReview;
import health.weft.identity.SourcePatient;
import health.weft.security.ClearName;
import health.weft.ui.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One fact of two copies side by side. */
public record Comparison(String key, String one, String other, String state) {

    /** State {@code same}, {@code differs}, or {@code missing} where one of them does not say; of names also {@code alike}. */
    private Comparison(String key, String one, String other) {
        this(
                key,
                one,
                other,
                one.isEmpty() || other.isEmpty() ? "missing" : plain(one).equals(plain(other)) ? "same" : "differs");
    }

    static List<Comparison> of(PairReview pair, Text text) {
        return of(pair.one(), pair.other(), text);
    }

    static List<Comparison> of(SourcePatient one, SourcePatient other, Text text) {
        List<Comparison> rows = new ArrayList<>();
        rows.add(name(one.name(), other.name()));
        rows.add(new Comparison("birthDate", text.date(one.birthDate()), text.date(other.birthDate())));
        rows.add(new Comparison("sex", sex(one, text), sex(other, text)));
        rows.add(new Comparison("phone", said(one.phone()), said(other.phone())));
        rows.add(new Comparison("address", said(one.address()), said(other.address())));
        Comparison numbers = new Comparison("numbers", numbers(one), numbers(other));
        // Two organisations number people each in their own way: only numbers of one system can differ.
        Set<String> systems =
                one.numbers().stream().map(SourcePatient.Number::system).collect(Collectors.toSet());
        boolean comparable = other.numbers().stream().anyMatch(number -> systems.contains(number.system()));
        rows.add(
                numbers.state().equals("differs") && !comparable
                        ? new Comparison("numbers", numbers.one(), numbers.other(), "apart")
                        : numbers);
        return rows;
    }

    /** State {@code alike} where only the alphabet differs, or a name is not what it looks like: an eye takes them for the same. */
    static Comparison name(String one, String other) {
        Comparison names = new Comparison("name", one, other);
        boolean alike = ClearName.mimics(one, other)
                || ClearName.wrong(one).isPresent()
                || ClearName.wrong(other).isPresent();
        return alike && names.state().equals("differs") ? new Comparison("name", one, other, "alike") : names;
    }

    private static String sex(SourcePatient copy, Text text) {
        String sex = copy.sex();
        return sex == null ? "" : text.code("chart.sex", sex, sex);
    }

    private static String numbers(SourcePatient copy) {
        return copy.numbers().stream().map(SourcePatient.Number::value).collect(Collectors.joining(", "));
    }

    private static String said(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** Letters and digits alone: a phone number is the same with and without its dashes. */
    private static String plain(String value) {
        return value.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }
}
