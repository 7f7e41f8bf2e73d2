package health.weft.directory;

import health.weft.ui.Text;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a service costs, for whom (HSDS {@code cost_option}).
 *
 * @param option for whom, or on what condition; empty for everybody
 * @param amount null when no number is said
 * @param currency its code, as its source writes it; empty when not said
 * @param description what the amount is for, {@code per session}; or words instead of a number
 * @param from the first day of it; null when not said
 * @param to its last day; null when not said
 */
public record CostOption(
        String option,
        @Nullable BigDecimal amount,
        String currency,
        String description,
        @Nullable LocalDate from,
        @Nullable LocalDate to) {

    /** Those of a document's list that are not over. */
    public static List<CostOption> of(JsonNode costs, LocalDate today) {
        return costs.valueStream()
                .map(CostOption::of)
                .filter(cost -> cost.to == null || !cost.to.isBefore(today))
                .filter(cost -> cost.amount != null || !cost.option.isEmpty() || !cost.description.isEmpty())
                .toList();
    }

    private static CostOption of(JsonNode cost) {
        return new CostOption(
                words(cost, "option"),
                amount(words(cost, "amount")),
                words(cost, "currency"),
                words(cost, "amount_description"),
                day(words(cost, "valid_from")),
                day(words(cost, "valid_to")));
    }

    /** {@code Under 18s: $3.50 per session (from Jan 1, 2027)}. */
    public String words(Text text, LocalDate today) {
        String what = Stream.of(amount == null ? "" : money(text, amount), description)
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining(" "));
        String whole = Stream.of(option, what).filter(words -> !words.isEmpty()).collect(Collectors.joining(": "));
        String when = Stream.of(
                        from == null || !from.isAfter(today) ? "" : text.get("directory.cost.from", text.date(from)),
                        to == null ? "" : text.get("directory.cost.to", text.date(to)))
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining(", "));
        return when.isEmpty() ? whole : whole + " (" + when + ")";
    }

    private String money(Text text, BigDecimal sum) {
        if (sum.signum() == 0) {
            return text.get("directory.free");
        }
        Set<String> known = Currency.getAvailableCurrencies().stream()
                .map(Currency::getCurrencyCode)
                .collect(Collectors.toSet());
        String code = currency.toUpperCase(Locale.ROOT);
        if (!known.contains(code)) {
            return (text.number(sum) + " " + currency).strip();
        }
        // The sign stands as in this country, which a language alone does not say.
        NumberFormat format = NumberFormat.getCurrencyInstance(Locale.of(text.language(), "US"));
        format.setCurrency(Currency.getInstance(code));
        return format.format(sum);
    }

    private static String words(JsonNode cost, String field) {
        return cost.path(field).asString("").strip();
    }

    private static @Nullable BigDecimal amount(String words) {
        try {
            return words.isEmpty() || words.length() > 20 ? null : new BigDecimal(words);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable LocalDate day(String words) {
        try {
            return words.length() < 10 ? null : LocalDate.parse(words.substring(0, 10));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
