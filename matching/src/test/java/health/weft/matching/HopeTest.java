package health.weft.matching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a batch leaves out for speed changes nothing of what it finds. */
class HopeTest {
    private static final String[] NAMES = {
        "Anna",
        "Ana",
        "Robert",
        "Bob",
        "Roberto",
        "Maria",
        "Mary Ann",
        "Garcia",
        "Garcia Lopez",
        "Lopez",
        "Hale",
        "Hales",
        "Okafor",
        "J",
        "Nguyen",
        "Smith",
        "Smyth",
        "Katharina",
        "Catherine",
        "李",
        "Müller",
        "O'Brien"
    };
    private static final String[] NUMBERS = {
        "508-234-1234",
        "508-234-1243",
        "508-234-1235",
        "5082341234",
        "+1 508 234 1234",
        "(617) 555-0199",
        "020 7946 0018",
        "12",
        "1"
    };

    private final Random random = new Random(11);

    @Test
    void what_is_given_up_early_would_not_have_mattered() {
        Rows rows = Rows.of(people(220));
        Comparing comparing = new Comparing(rows, new LevelCache());
        for (double least : new double[] {-8, -2.4, 1}) {
            Weights weights = new Weights(Model.standard(), Frequencies.NONE);
            Hope hope = new Hope(weights, least);
            int given = 0;
            for (int a = 0; a < rows.size(); a++) {
                for (int b = a + 1; b < rows.size(); b++) {
                    long whole = comparing.compare(a, b);
                    long early = comparing.compare(a, b, hope);
                    if (early == Comparing.HOPELESS) {
                        given++;
                        assertThat(weights.matters(whole, least))
                                .as("%d and %d at %s", a, b, least)
                                .isFalse();
                    } else {
                        assertThat(early).isEqualTo(whole);
                    }
                }
            }
            assertThat(given).as("given up at %s", least).isGreaterThan(10_000);
        }
    }

    @Test
    void records_that_share_a_key_stand_in_a_block_together() {
        List<Demographics> people = people(120);
        for (Demographics one : people) {
            Set<String> keys = new HashSet<>(Blocks.keys(one));
            Set<Long> hashes = hashes(one);
            assertThat(hashes).hasSizeGreaterThanOrEqualTo(keys.size());
            for (Demographics other : people) {
                Set<Long> shared = hashes(other);
                shared.retainAll(hashes);
                long named = Blocks.keys(other).stream().filter(keys::contains).count();
                assertThat(shared).hasSizeGreaterThanOrEqualTo((int) named);
            }
        }
    }

    @Test
    void a_value_far_from_another_is_neither_close_nor_similar() {
        Dictionary values = new Dictionary(16);
        List<String> texts = new ArrayList<>();
        String letters = "abcdeimnorst";
        for (int i = 0; i < 400; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = 1 + random.nextInt(11); n > 0; n--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            texts.add(text.toString());
        }
        int far = 0;
        for (String x : texts) {
            for (String y : texts) {
                for (double similar : new double[] {.82, .85, .93}) {
                    if (values.farApart(values.code(x), values.code(y), similar)) {
                        far++;
                        assertThat(Similarity.osa(x, y)).as("%s %s", x, y).isGreaterThan(2);
                        assertThat(Similarity.jaroWinkler(x, y))
                                .as("%s %s", x, y)
                                .isLessThan(similar);
                    }
                }
                if (!values.mayBeginAlike(values.code(x), values.code(y))) {
                    assertThat(x.length() >= 5 && y.startsWith(x.substring(0, 5)))
                            .as("%s %s", x, y)
                            .isFalse();
                }
            }
        }
        assertThat(far).isGreaterThan(100_000);
    }

    @Test
    void the_places_in_which_two_numbers_differ_are_counted_by_their_digits() {
        Dictionary values = new Dictionary(16);
        for (int i = 0; i < 3_000; i++) {
            String x = "+1%010d".formatted(random.nextInt(1_000_000));
            String y = "+1%010d".formatted(random.nextInt(1_000_000));
            int places = 0;
            for (int at = 0; at < x.length(); at++) {
                places += x.charAt(at) == y.charAt(at) ? 0 : 1;
            }
            assertThat(values.placesOff(values.code(x), values.code(y))).isEqualTo(places);
        }
        assertThat(values.placesOff(values.code("12"), values.code("123"))).isEqualTo(-1);
        assertThat(values.placesOff(values.code("12"), values.code("1a"))).isEqualTo(-1);
        assertThat(values.placesOff(values.code("1234567890123456"), values.code("1234567890123457")))
                .isEqualTo(-1);
    }

    @Test
    void one_edit_between_two_numbers_is_seen_by_their_digits() {
        Dictionary values = new Dictionary(16);
        List<String> numbers = new ArrayList<>(List.of("+1", "12", "21", "012", "100", "000000000000000"));
        while (numbers.size() < 400) {
            StringBuilder number = new StringBuilder();
            for (int n = 1 + random.nextInt(numbers.size() % 2 == 0 ? 4 : 15); n > 0; n--) {
                number.append(random.nextInt(3));
            }
            if (random.nextInt(4) == 0 && number.length() < 15) {
                number.insert(0, '+');
            }
            numbers.add(number.toString());
            number.setCharAt(random.nextInt(number.length()), '7');
            numbers.add(number.toString());
        }
        int off = 0;
        for (String x : numbers) {
            for (String y : numbers) {
                if (!x.equals(y)) {
                    int p = values.code(x);
                    int q = values.code(y);
                    boolean one = Math.max(x.length(), y.length()) > 1 && Similarity.oneOff(x, y);
                    assertThat(values.numbers(p, q)).isTrue();
                    assertThat(values.oneDigitOff(p, q)).as("%s %s", x, y).isEqualTo(one);
                    off += one ? 1 : 0;
                }
            }
        }
        assertThat(off).isGreaterThan(1_000);
        assertThat(values.numbers(values.code("12"), values.code("1a"))).isFalse();
        assertThat(values.numbers(values.code("12"), values.code("1234567890123456")))
                .isFalse();
    }

    @Test
    void a_name_of_several_words_that_holds_another_has_its_letters() {
        Dictionary values = new Dictionary(16);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            List<String> words = new ArrayList<>();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                words.add(List.of("cruz", "de", "la", "lopez", "ruiz", "van", "dyk")
                        .get(random.nextInt(7)));
            }
            names.add(String.join(random.nextInt(4) == 0 ? "" : " ", words));
        }
        int not = 0;
        for (String x : names) {
            for (String y : names) {
                if (!values.mayHold(values.code(x), values.code(y)) && (x + y).indexOf(' ') >= 0) {
                    not++;
                    assertThat(Similarity.hasWordsOf(x, y)
                                    || Similarity.hasWordsOf(y, x)
                                    || Similarity.sameButBlanks(x, y))
                            .as("%s, %s", x, y)
                            .isFalse();
                }
            }
        }
        assertThat(not).isGreaterThan(10_000);
    }

    @Test
    void a_phone_number_is_the_same_whichever_way_it_is_written() {
        for (String written :
                List.of("508-234-1234", "(508) 234-1234", "508.234.1234", "5082341234", "1-508-234-1234")) {
            assertThat(Normal.phone(written, "US")).isEqualTo("+15082341234");
        }
        assertThat(Normal.phone("020 7946 0018", "GB")).isEqualTo("+442079460018");
        assertThat(Normal.phone("555-0199", "US")).isEqualTo("+15550199");
        assertThat(Normal.phone("000-000-0000", "US")).isNull();
    }

    private static Set<Long> hashes(Demographics one) {
        Set<Long> hashes = new HashSet<>();
        for (long hash : Blocks.hashes(one)) {
            hashes.add(hash);
        }
        return hashes;
    }

    private List<Demographics> people(int n) {
        List<Demographics> people = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Demographics.Builder one = Demographics.builder()
                    .given(some(NAMES, .9))
                    .middle(some(NAMES, .4))
                    .family(some(NAMES, .9))
                    .family(some(NAMES, .2))
                    .birthDate(
                            random.nextDouble() < .9
                                    ? "%d-%02d-%02d"
                                            .formatted(
                                                    1960 + random.nextInt(30),
                                                    1 + random.nextInt(12),
                                                    1 + random.nextInt(28))
                                    : null)
                    .sex(random.nextBoolean() ? "f" : "m")
                    .phone(some(NUMBERS, .6))
                    .email(some(NAMES, .4) + random.nextInt(3) + "@mail.example")
                    .addressLine(random.nextInt(30) + " " + some(NAMES, 1) + " St")
                    .city(some(NAMES, .7))
                    .postcode("0" + (2100 + random.nextInt(12)))
                    .mothersMaiden(some(NAMES, .3));
            if (random.nextDouble() < .5) {
                one.identifier("ssn", "%09d".formatted(123456700 + random.nextInt(2_000)));
            }
            people.add(one.build());
        }
        return people;
    }

    private String some(String[] of, double chance) {
        return random.nextDouble() < chance ? of[random.nextInt(of.length)] : "";
    }
}
