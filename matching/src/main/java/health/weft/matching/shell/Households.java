package health.weft.matching.shell;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A made-up region in which people live together: couples with children, twins, fathers and sons of one name, shelters with
 * one address and phone for all. Each person has one to four records of different sources, with what goes wrong in them: moves,
 * marriages, nicknames, dropped halves of compound names, swapped names, lost diacritics, placeholders, typing errors. The
 * same seed makes the same region.
 */
public final class Households {
    static final String SCHEMA = """
            {"id": "rec_id", "fields": [
              {"column": "given", "kind": "given"}, {"column": "middle", "kind": "middle"},
              {"column": "family", "kind": "family"}, {"column": "former", "kind": "former family"},
              {"column": "suffix", "kind": "suffix"}, {"column": "born", "kind": "birth date"},
              {"column": "sex", "kind": "sex"}, {"column": "phone", "kind": "phone"}, {"column": "email", "kind": "email"},
              {"column": "street", "kind": "street line"}, {"column": "city", "kind": "city"},
              {"column": "postcode", "kind": "postcode"}, {"column": "ssn", "kind": "identifier", "system": "ssn"},
              {"column": "mothers_maiden", "kind": "mother's maiden name"}]}""";

    private final SplittableRandom random;
    private final HouseholdNames names;
    private final int people;
    private int made;
    private int records;

    private record Home(String street, String city, String postcode, String phone) {}

    private record Person(
            int number,
            String given,
            String middle,
            String family,
            String suffix,
            LocalDate born,
            String sex,
            String cell,
            String email,
            String ssn,
            String mothersMaiden) {}

    public Households(int people, long seed) {
        this.people = people;
        this.random = new SplittableRandom(seed);
        this.names = new HouseholdNames(random.split());
    }

    /** Writes the records in no order; the truth stands in the column {@code person}. */
    public void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>(people * 2);
        while (made < people) {
            double kind = random.nextDouble();
            if (kind < .0008) {
                shelter(lines);
            } else {
                household(lines);
            }
        }
        for (int i = lines.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            lines.set(i, lines.set(j, lines.get(i)));
        }
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            out.write("rec_id,person,given,middle,family,former,suffix,born,sex,phone,email,street,city,postcode,ssn,"
                    + "mothers_maiden\n");
            for (String line : lines) {
                out.write(line);
                out.write('\n');
            }
        }
    }

    private boolean chance(double p) {
        return random.nextDouble() < p;
    }

    private void shelter(List<String> lines) {
        Home home = home();
        int guests = 30 + random.nextInt(90);
        for (int i = 0; i < guests; i++) {
            String sex = chance(.5) ? "F" : "M";
            tell(lines, person(names.given(sex), names.family(), "", adult(), sex, names.family()), home, true);
        }
    }

    private void household(List<String> lines) {
        Home home = home();
        String family = names.family();
        String maiden = names.family();
        LocalDate born = adult();
        Person father = null;
        if (chance(.7)) {
            boolean senior = chance(.03);
            father = person(names.given("M"), family, senior && chance(.6) ? "Sr" : "", born, "M", names.family());
            tell(lines, father, home, false);
        }
        if (father == null || chance(.75)) {
            Person mother = person(
                    names.given("F"), family, "", born.plusDays(random.nextInt(4_000) - 2_000), "F", names.family());
            tell(lines, mother, home, false);
        }
        int children = chance(.45) ? 1 + random.nextInt(3) : 0;
        LocalDate birth = born.plusYears(20).plusDays(random.nextInt(5_000));
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < children && birth.getYear() < 2026; i++) {
            boolean named = i == 0 && father != null && chance(.06);
            String sex = named || chance(.5) ? "M" : "F";
            String given = named && father != null ? father.given() : other(sex, taken);
            String suffix = named && chance(.5) ? "Jr" : "";
            tell(lines, person(given, family, suffix, birth, sex, maiden), home, false);
            if (chance(.03)) {
                String twin = chance(.6) ? sex : sex.equals("F") ? "M" : "F";
                tell(lines, person(other(twin, taken), family, "", birth, twin, maiden), home, false);
            }
            birth = birth.plusDays(400 + random.nextInt(1_500));
        }
    }

    /** Brothers and sisters have names of their own. */
    private String other(String sex, Set<String> taken) {
        String given = names.given(sex);
        while (!taken.add(given)) {
            given = names.given(sex);
        }
        return given;
    }

    private LocalDate adult() {
        return LocalDate.of(1935, 1, 1).plusDays(random.nextInt(25_000));
    }

    private Home home() {
        String[] town = names.town(people);
        return new Home(
                (1 + random.nextInt(900)) + " " + names.street()
                        + (chance(.25) ? " Apt " + (1 + random.nextInt(40)) : ""),
                town[0],
                town[1],
                phone());
    }

    private String phone() {
        return "%03d-%03d-%04d".formatted(508 + random.nextInt(4), 200 + random.nextInt(700), random.nextInt(10_000));
    }

    private Person person(
            String given, String family, String suffix, LocalDate born, String sex, String mothersMaiden) {
        String email = (given.charAt(0) + family.replace(" ", "") + (10 + random.nextInt(90)) + "@" + names.provider())
                .toLowerCase(java.util.Locale.ROOT);
        return new Person(
                made++,
                given,
                chance(.7) ? names.given(sex) : "",
                family,
                suffix,
                born,
                sex,
                phone(),
                email,
                "%03d-%02d-%04d".formatted(100 + random.nextInt(600), 1 + random.nextInt(99), random.nextInt(10_000)),
                mothersMaiden);
    }

    private void tell(List<String> lines, Person person, Home home, boolean shelter) {
        double n = random.nextDouble();
        int copies = n < .5 ? 1 : n < .8 ? 2 : n < .95 ? 3 : 4;
        String married = person.sex().equals("F") && chance(.12) ? names.family() : "";
        Home moved = chance(.25) ? home() : home;
        for (int i = 0; i < copies; i++) {
            boolean later = i > 0 && chance(.5);
            lines.add(line(person, later ? moved : home, later ? married : "", shelter && !later));
        }
    }

    private String line(Person person, Home home, String married, boolean shelter) {
        String given = chance(.10) ? names.nickname(person.given()) : person.given();
        String family = married.isEmpty() ? person.family() : married;
        String former = married.isEmpty() || chance(.5) ? "" : person.family();
        if (family.indexOf(' ') > 0 && chance(.35)) {
            family = family.substring(0, family.indexOf(' '));
        }
        given = chance(.04) ? typo(given) : given;
        family = chance(.04) ? typo(family) : family;
        if (chance(.3)) {
            given = HouseholdNames.plain(given);
            family = HouseholdNames.plain(family);
        }
        if (chance(.01)) {
            String held = given;
            given = family;
            family = held;
        }
        if (person.number() % 50 == 0 && chance(.1)) {
            given = "Baby " + (person.sex().equals("F") ? "Girl" : "Boy");
        }
        String middle = chance(.5)
                ? ""
                : chance(.5) && !person.middle().isEmpty() ? person.middle().substring(0, 1) : person.middle();
        String ssn = chance(.45) ? "" : chance(.01) ? "999-99-9999" : chance(.02) ? digit(person.ssn()) : person.ssn();
        String phone = chance(.2) ? "" : shelter || chance(.5) ? home.phone() : person.cell();
        return String.join(
                ",",
                String.valueOf(++records),
                String.valueOf(person.number()),
                given,
                middle,
                family,
                former,
                chance(.7) ? person.suffix() : "",
                born(person.born()),
                chance(.03) ? "" : person.sex(),
                phone,
                chance(.6) ? "" : person.email(),
                chance(.1) ? "" : chance(.05) ? typo(home.street()) : home.street(),
                chance(.05) ? "" : home.city(),
                chance(.08) ? "" : home.postcode(),
                ssn,
                chance(.6) ? "" : person.mothersMaiden());
    }

    private String born(LocalDate date) {
        double error = random.nextDouble();
        if (error < .015) {
            return "1900-01-01";
        }
        if (error < .025) {
            return "";
        }
        if (error < .035 && date.getDayOfMonth() <= 12) {
            return LocalDate.of(date.getYear(), date.getDayOfMonth(), date.getMonthValue())
                    .toString();
        }
        return error < .05 ? digit(date.toString()) : date.toString();
    }

    /** One of the last two digits is another. */
    private String digit(String value) {
        int at = value.length() - 1 - random.nextInt(2);
        char other = (char) ('0' + random.nextInt(at == value.length() - 2 ? 3 : 10));
        return value.substring(0, at) + other + value.substring(at + 1);
    }

    /** A letter left out, doubled, changed, or two neighbours in each other's place. */
    private String typo(String value) {
        if (value.length() < 3) {
            return value;
        }
        int at = 1 + random.nextInt(value.length() - 2);
        String before = value.substring(0, at);
        char c = value.charAt(at);
        return switch (random.nextInt(4)) {
            case 0 -> before + value.substring(at + 1);
            case 1 -> before + c + value.substring(at);
            case 2 -> before + (char) ('a' + random.nextInt(26)) + value.substring(at + 1);
            default -> before + value.charAt(at + 1) + c + value.substring(at + 2);
        };
    }
}
