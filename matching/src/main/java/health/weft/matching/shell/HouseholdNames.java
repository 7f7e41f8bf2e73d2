package health.weft.matching.shell;

import health.weft.matching.Demographics;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Names and places for made-up people: few that many have, many that few have. */
final class HouseholdNames {
    private static final String[] WOMEN = words(
            "Mary Elizabeth Patricia Jennifer Linda Barbara Susan Jessica Margaret Sarah"
                    + " Karen Nancy Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura"
                    + " Cynthia Amy Kathleen Angela Shirley María José Ana Guadalupe Sofía Lucía Inés Rosa Carmen Isabel Juana Beatriz"
                    + " Aisha Fatima Mei Ling Priya Anh Thuy Olga Irina Chloé Zoë Renée Adaeze Ngozi Yara Leila Noor Hana Ingrid"
                    + " Abigail Victoria Katherine Christine Samantha Theresa Judith Virginia Frances Pamela Catherine Eleanor Josephine");
    private static final String[] MEN = words(
            "James Robert John Michael William David Richard Joseph Thomas Charles Christopher"
                    + " Daniel Matthew Anthony Steven Andrew Kenneth Joshua Kevin Edward Ronald Timothy Jeffrey Gregory Benjamin"
                    + " Samuel Patrick Alexander Nicholas Jonathan Raymond Frederick Lawrence Theodore Leonard José Juan Luis Jesús"
                    + " Andrés Raúl Íñigo Francisco Antonio Miguel Mohammed Ahmed Omar Wei Minh Quan Raj Sanjay Dmitri Sergei Jürgen"
                    + " Søren François Kwame Chidi Tariq Hassan Walter Gerald Albert Eugene Vincent Philip Stanley Donald Henry");
    private static final String[] COMMON = words(
            "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodríguez Martínez"
                    + " Hernández López González Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Pérez Thompson White Harris"
                    + " Sánchez Clark Ramírez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green"
                    + " Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gómez Phillips Evans Turner Díaz Parker Cruz"
                    + " Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutiérrez Ortiz Morgan Cooper Peterson Bailey"
                    + " Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chávez Wood James Bennett Gray Mendoza Ruiz"
                    + " Hughes Price Álvarez Castillo Sanders Patel Myers Long Ross Foster Jiménez Núñez O'Brien McCarthy D'Angelo");
    private static final String[] HEADS = words(
            "Ash Black Bright Brook Cald Cran Dal East Elm Fair Farn Gold Green Hal Har"
                    + " Hart Hazel Holm Kel Kirk Lang Lin Lock Mar Mel Nor Oak Pen Quar Rad Red Ros Shel Stan Thorn Wal Wat West Whit Win");
    private static final String[] TAILS = words(
            "acre bank beck berg bourne bridge brook burn by combe croft dale den field ford"
                    + " gate grove ham hurst land leigh ley low man mere mont more ridge row shaw side son stead stone ton wald well wick wood");
    private static final String[] KINDS_OF_STREET = words("St Ave Rd Dr Ln Ct Pl Blvd");
    private static final String[] PROVIDERS = words("mail.example post.example inbox.example web.example net.example");

    private static final Map<String, List<String>> NICKNAMES = new HashMap<>();

    private final SplittableRandom random;

    HouseholdNames(SplittableRandom random) {
        this.random = random;
    }

    private static String[] words(String words) {
        return words.trim().split(" +");
    }

    /** Earlier words far more often than later ones. */
    private String skewed(String[] from) {
        double x = random.nextDouble();
        return from[(int) (x * x * from.length)];
    }

    String given(String sex) {
        String name = skewed(sex.equals("F") ? WOMEN : MEN);
        return random.nextDouble() < .08
                ? name + HEADS[random.nextInt(HEADS.length)].toLowerCase(java.util.Locale.ROOT)
                : name;
    }

    /** One in seven is compound. */
    String family() {
        String name = random.nextDouble() < .45
                ? skewed(COMMON)
                : HEADS[random.nextInt(HEADS.length)] + TAILS[random.nextInt(TAILS.length)];
        return random.nextDouble() < .14 ? name + " " + skewed(COMMON) : name;
    }

    String nickname(String given) {
        List<String> others = NICKNAMES.computeIfAbsent(given, HouseholdNames::nicknames);
        return others.isEmpty() ? given : others.get(random.nextInt(others.size()));
    }

    private static List<String> nicknames(String given) {
        return List.copyOf(Demographics.nicknames(given));
    }

    static String plain(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKD).replaceAll("\\p{M}+", "");
    }

    String street() {
        return HEADS[random.nextInt(HEADS.length)]
                + TAILS[random.nextInt(TAILS.length)]
                + " "
                + KINDS_OF_STREET[random.nextInt(KINDS_OF_STREET.length)];
    }

    /** A town and its postcode; the more people, the more towns. */
    String[] town(int people) {
        int town = random.nextInt(20 + people / 4_000);
        return new String[] {
            HEADS[town % HEADS.length] + TAILS[town / HEADS.length % TAILS.length] + " City",
            "%05d".formatted(1_001 + town * 7)
        };
    }

    String provider() {
        return PROVIDERS[random.nextInt(PROVIDERS.length)];
    }
}
