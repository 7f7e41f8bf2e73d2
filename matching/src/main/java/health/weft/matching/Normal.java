package health.weft.matching;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Brings values as people type them into one form, and reads placeholders as missing. */
final class Normal {
    private static final PhoneNumberUtil PHONES = PhoneNumberUtil.getInstance();
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern NOT_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final Pattern APOSTROPHES = Pattern.compile("['\u2018\u2019`\u00b4\u2032]");
    private static final Pattern UNIT =
            Pattern.compile("\\b(apt|apartment|unit|suite|ste|fl|floor|rm|room|lot|no)\\b.*$|#.*$");
    private static final Pattern HOUSE = Pattern.compile("^(\\d+[a-z]?)\\b");

    private static final Set<String> NO_NAME = Set.of(
            "unknown",
            "unk",
            "none",
            "na",
            "null",
            "nil",
            "test",
            "baby",
            "baby boy",
            "baby girl",
            "babyboy",
            "babygirl",
            "newborn",
            "infant",
            "boy",
            "girl",
            "anonymous",
            "not known",
            "not given",
            "no name",
            "xxx",
            "xx",
            "x",
            "doe",
            "desconocido",
            "desconocida",
            "sin nombre",
            "refused",
            "declined");
    private static final Set<String> GENERATIONS = Set.of("jr", "sr", "ii", "iii", "iv", "junior", "senior");
    private static final Set<String> TITLES = Set.of("mr", "mrs", "ms", "miss", "dr", "prof", "sra", "don", "dona");
    private static final Map<String, String> STREET_WORDS = Map.ofEntries(
            Map.entry("st", "street"),
            Map.entry("str", "street"),
            Map.entry("ave", "avenue"),
            Map.entry("av", "avenue"),
            Map.entry("rd", "road"),
            Map.entry("dr", "drive"),
            Map.entry("ln", "lane"),
            Map.entry("ct", "court"),
            Map.entry("pl", "place"),
            Map.entry("blvd", "boulevard"),
            Map.entry("cir", "circle"),
            Map.entry("cct", "circuit"),
            Map.entry("cres", "crescent"),
            Map.entry("hwy", "highway"),
            Map.entry("pkwy", "parkway"),
            Map.entry("sq", "square"),
            Map.entry("ter", "terrace"),
            Map.entry("terr", "terrace"),
            Map.entry("tce", "terrace"),
            Map.entry("trl", "trail"),
            Map.entry("n", "north"),
            Map.entry("s", "south"),
            Map.entry("e", "east"),
            Map.entry("w", "west"));

    private Normal() {}

    /** Lower case, no diacritics, apostrophes closed up, everything else that is no letter or digit a single blank. */
    static String text(@Nullable String raw) {
        if (raw == null) {
            return "";
        }
        String plain = ascii(raw);
        if (plain != null) {
            return plain;
        }
        String s = Normalizer.normalize(raw, Normalizer.Form.NFKD);
        s = MARKS.matcher(s).replaceAll("").toLowerCase(Locale.ROOT);
        s = APOSTROPHES.matcher(s).replaceAll("");
        // Letters that NFKD leaves whole.
        s = s.replace("ß", "ss")
                .replace("ø", "o")
                .replace("ł", "l")
                .replace("æ", "ae")
                .replace("œ", "oe")
                .replace("đ", "d");
        return NOT_WORD.matcher(s).replaceAll(" ").trim();
    }

    /** The same for what has none but ASCII characters, in one pass; null for others. */
    private static @Nullable String ascii(String raw) {
        StringBuilder out = new StringBuilder(raw.length());
        boolean blank = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c >= 128) {
                return null;
            }
            if (c >= 'A' && c <= 'Z') {
                c += 'a' - 'A';
            }
            if (c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
                if (blank && !out.isEmpty()) {
                    out.append(' ');
                }
                blank = false;
                out.append(c);
            } else if (c != '\'' && c != '`') {
                blank = true;
            }
        }
        return out.toString();
    }

    static @Nullable String name(@Nullable String raw) {
        String s = text(raw);
        if (s.isEmpty() || NO_NAME.contains(s)) {
            return null;
        }
        StringBuilder kept = new StringBuilder();
        for (String word : s.split(" ")) {
            if (!TITLES.contains(word) && !GENERATIONS.contains(word)) {
                kept.append(kept.isEmpty() ? "" : " ").append(word);
            }
        }
        String name = kept.toString();
        return name.isEmpty() || NO_NAME.contains(name) ? null : name;
    }

    /** Jr, Sr, II, III or IV where a name carries it. */
    static @Nullable String generation(@Nullable String raw) {
        for (String word : text(raw).split(" ")) {
            if (GENERATIONS.contains(word)) {
                return switch (word) {
                    case "junior" -> "jr";
                    case "senior" -> "sr";
                    default -> word;
                };
            }
        }
        return null;
    }

    /** The date as eight digits yyyymmdd, or null for a placeholder or what is no date. Takes yyyy-mm-dd and yyyymmdd. */
    static @Nullable String date(@Nullable String raw) {
        if (raw == null) {
            return null;
        }
        String digits = digits(raw);
        if (digits.length() < 8) {
            return null;
        }
        digits = digits.substring(0, 8);
        int year = Integer.parseInt(digits.substring(0, 4));
        if (year < 1880 || year > 2200) {
            return null;
        }
        String day = digits.substring(4);
        if (day.equals("0101") && (year == 1900 || year == 1901)) {
            return null;
        }
        try {
            LocalDate.of(year, Integer.parseInt(day.substring(0, 2)), Integer.parseInt(day.substring(2)));
        } catch (DateTimeException e) {
            // Kept when only day and month seem swapped or a digit is off: it still says something.
            return day.equals("0000") ? null : digits;
        }
        return digits;
    }

    private static String digits(String raw) {
        StringBuilder digits = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c >= '0' && c <= '9') {
                digits.append(c);
            }
        }
        return digits.toString();
    }

    static @Nullable String sex(@Nullable String raw) {
        String s = text(raw);
        return switch (s) {
            case "f", "female", "mujer", "femenino" -> "f";
            case "m", "male", "hombre", "masculino" -> "m";
            default -> null;
        };
    }

    static @Nullable String phone(@Nullable String raw, String region) {
        if (raw == null) {
            return null;
        }
        String number = plainAmerican(raw, region);
        if (number == null) {
            try {
                var parsed = PHONES.parse(raw, region);
                number = "+" + parsed.getCountryCode() + parsed.getNationalNumber();
            } catch (NumberParseException e) {
                return null;
            }
        }
        String national = number.length() > 10 ? number.substring(number.length() - 10) : number;
        boolean placeholder = number.length() < 8
                || oneDigit(national)
                || national.endsWith("5550000")
                || national.endsWith("1234567890");
        return placeholder ? null : number;
    }

    /** Ten digits as they are written in the United States, which nothing needs to be looked up for; null for all others. */
    private static @Nullable String plainAmerican(String raw, String region) {
        if (!region.equals("US") || raw.length() < 10 || raw.length() > 14) {
            return null;
        }
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if ((c < '0' || c > '9') && c != '-' && c != ' ' && c != '(' && c != ')' && c != '.') {
                return null;
            }
        }
        String digits = digits(raw);
        return digits.length() == 10 && digits.charAt(0) >= '2' ? "+1" + digits : null;
    }

    static @Nullable String email(@Nullable String raw) {
        if (raw == null) {
            return null;
        }
        String s = raw.trim().toLowerCase(Locale.ROOT);
        int at = s.indexOf('@');
        return at < 1 || at == s.length() - 1 || s.startsWith("none@") || s.startsWith("noemail@") ? null : s;
    }

    static @Nullable String houseNumber(@Nullable String raw) {
        var m = HOUSE.matcher(text(raw));
        return m.find() ? m.group(1) : null;
    }

    /** Street without house number and unit, abbreviations written out. */
    static @Nullable String street(@Nullable String raw) {
        if (raw == null) {
            return null;
        }
        String s = text(UNIT.matcher(raw.toLowerCase(Locale.ROOT)).replaceAll(" "));
        s = HOUSE.matcher(s).replaceFirst("").trim();
        if (s.isEmpty() || NO_NAME.contains(s) || s.equals("homeless") || s.equals("no fixed address")) {
            return null;
        }
        String[] words = s.split(" ");
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < words.length; i++) {
            // "St" before a name is a saint.
            String word = i == 0 && words.length > 1 && words[0].equals("st")
                    ? "st"
                    : STREET_WORDS.getOrDefault(words[i], words[i]);
            out.append(out.isEmpty() ? "" : " ").append(word);
        }
        return out.toString();
    }

    static @Nullable String place(@Nullable String raw) {
        String s = text(raw);
        return s.isEmpty() || NO_NAME.contains(s) ? null : s;
    }

    static @Nullable String postcode(@Nullable String raw) {
        String s = text(raw).replace(" ", "");
        if (s.isEmpty() || oneDigit(s)) {
            return null;
        }
        // ZIP+4 is compared on the ZIP.
        return s.length() == 9 && s.chars().allMatch(Character::isDigit) ? s.substring(0, 5) : s;
    }

    static @Nullable String identifier(@Nullable String raw) {
        String s = text(raw).replace(" ", "");
        if (s.length() < 3 || oneDigit(s) || s.equals("123456789") || NO_NAME.contains(s)) {
            return null;
        }
        return s;
    }

    private static boolean oneDigit(String s) {
        for (int i = 1; i < s.length(); i++) {
            if (s.charAt(i) != s.charAt(0)) {
                return false;
            }
        }
        return !s.isEmpty();
    }
}
