package health.weft.matching;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** People of whom there are two records each, the second with an error. */
final class MadeUpPeople {
    private static final String[] GIVEN = {
        "Anna", "Robert", "Maria", "Chen", "Olga", "Peter", "Aisha", "Thomas", "Lena", "Marcus"
    };
    private static final String[] FAMILY = {
        "Hale", "Garcia Lopez", "Okafor", "Nguyen", "Smith", "Ashgrove", "Novak", "Brandt"
    };

    private MadeUpPeople() {}

    /** The records of so many people, the two of one side by side. */
    static List<Demographics> pairs(int n, long seed) {
        Random random = new Random(seed);
        List<Demographics> records = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String given = GIVEN[random.nextInt(GIVEN.length)];
            String family = FAMILY[random.nextInt(FAMILY.length)];
            String born =
                    "19%02d-%02d-%02d".formatted(random.nextInt(99), 1 + random.nextInt(12), 1 + random.nextInt(28));
            String phone = "508-2%02d-%04d".formatted(random.nextInt(100), random.nextInt(10_000));
            String street = (1 + random.nextInt(300)) + " " + FAMILY[random.nextInt(FAMILY.length)] + " Street";
            int error = random.nextInt(5);
            records.add(record(given, family, born, phone, street));
            records.add(record(
                    error == 0 ? given.substring(0, 2) + "x" + given.substring(2) : given,
                    error == 1 ? family + "n" : family,
                    error == 2 ? "" : born,
                    error == 3 ? "" : phone,
                    error == 4 ? "9 Moved Road" : street));
        }
        return records;
    }

    private static Demographics record(String given, String family, String born, String phone, String street) {
        return Demographics.builder()
                .given(given)
                .family(family)
                .birthDate(born)
                .phone(phone)
                .email(phone.isEmpty() ? null : given + phone.substring(8) + "@mail.example")
                .addressLine(street)
                .build();
    }
}
