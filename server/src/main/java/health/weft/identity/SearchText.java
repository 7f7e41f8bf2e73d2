package health.weft.identity;

import health.weft.store.Text;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.Year;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What somebody typed to find a person: names, a date of birth, a phone number, a record number, in any order.
 *
 * @param words of names, normalised, each at least one letter
 * @param dates the days a date may mean (03/05/1961 is two), empty when none was typed; all must be alternatives of one date
 * @param numbers each a set of forms of which one must be found
 */
record SearchText(List<String> words, Set<LocalDate> dates, List<Set<String>> numbers) {
    private static final Pattern YEAR_FIRST = Pattern.compile("\\b(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})\\b");
    private static final Pattern YEAR_LAST = Pattern.compile("\\b(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d{2})\\b");
    private static final Pattern IN_WORDS = Pattern.compile(
            "\\b(?:(\\d{1,2})\\.?\\s+(?:de\\s+)?)?(\\p{L}{3,10})\\.?\\s+(?:de\\s+)?(?:(\\d{1,2}),?\\s+)?(\\d{4})\\b");
    private static final Pattern PHONE = Pattern.compile("(?<![\\p{L}\\d])\\+?\\(?\\d[\\d\\s().-]{5,}\\d");
    private static final Map<String, Integer> MONTHS = Map.ofEntries(
            Map.entry("jan", 1),
            Map.entry("ene", 1),
            Map.entry("feb", 2),
            Map.entry("mar", 3),
            Map.entry("apr", 4),
            Map.entry("abr", 4),
            Map.entry("may", 5),
            Map.entry("jun", 6),
            Map.entry("jul", 7),
            Map.entry("aug", 8),
            Map.entry("ago", 8),
            Map.entry("sep", 9),
            Map.entry("oct", 10),
            Map.entry("nov", 11),
            Map.entry("dec", 12),
            Map.entry("dic", 12));

    boolean isEmpty() {
        return words.isEmpty() && dates.isEmpty() && numbers.isEmpty();
    }

    static SearchText parse(String typed) {
        String text = Text.folded(typed.length() > 200 ? typed.substring(0, 200) : typed);
        Set<LocalDate> dates = new LinkedHashSet<>();
        text = takeDates(text, dates);
        List<Set<String>> numbers = new ArrayList<>();
        Matcher phone = PHONE.matcher(text);
        StringBuilder rest = new StringBuilder();
        while (phone.find()) {
            String digits = phone.group().replaceAll("\\D", "");
            numbers.add(forms(digits));
            phone.appendReplacement(rest, " ");
        }
        phone.appendTail(rest);
        List<String> words = new ArrayList<>();
        for (String token : rest.toString().split("[\\s,;]+")) {
            String plain = NameWords.closed(token);
            if (plain.isEmpty()) {
                continue;
            }
            if (plain.chars().anyMatch(Character::isDigit)) {
                numbers.add(forms(plain.replace(" ", "")));
            } else {
                words.addAll(List.of(plain.split(" ")));
            }
        }
        return new SearchText(List.copyOf(words), dates, List.copyOf(numbers));
    }

    /** How a number is kept in {@code identity.source.tokens}: record numbers whole, phone numbers by their last ten and seven digits. */
    private static Set<String> forms(String number) {
        Set<String> forms = new LinkedHashSet<>(List.of(number));
        if (number.length() > 10 && number.chars().allMatch(Character::isDigit)) {
            forms.add(number.substring(number.length() - 10));
        }
        return forms;
    }

    private static String takeDates(String text, Set<LocalDate> dates) {
        Matcher m = YEAR_FIRST.matcher(text);
        if (m.find()) {
            add(dates, m.group(1), m.group(2), m.group(3));
            if (!dates.isEmpty()) {
                return cut(text, m);
            }
        }
        m = YEAR_LAST.matcher(text);
        if (m.find()) {
            String year = m.group(3);
            if (year.length() == 2) {
                int now = Year.now(java.time.ZoneOffset.UTC).getValue();
                int guess = now / 100 * 100 + Integer.parseInt(year);
                year = Integer.toString(guess > now ? guess - 100 : guess);
            }
            // 03/05/1961 is the fifth of March to some and the third of May to others.
            add(dates, year, m.group(1), m.group(2));
            add(dates, year, m.group(2), m.group(1));
            if (!dates.isEmpty()) {
                return cut(text, m);
            }
        }
        m = IN_WORDS.matcher(text);
        if (m.find()) {
            Integer month = MONTHS.get(m.group(2).substring(0, 3));
            String day = m.group(1) != null ? m.group(1) : m.group(3);
            if (month != null && day != null) {
                add(dates, m.group(4), month.toString(), day);
                if (!dates.isEmpty()) {
                    return cut(text, m);
                }
            }
        }
        return text;
    }

    private static String cut(String text, Matcher m) {
        return text.substring(0, m.start()) + " " + text.substring(m.end());
    }

    private static void add(Set<LocalDate> dates, String year, String month, String day) {
        try {
            dates.add(LocalDate.of(Integer.parseInt(year), Integer.parseInt(month), Integer.parseInt(day)));
        } catch (DateTimeException impossible) {
            // The other reading of the same digits may still be a day.
        }
    }
}
