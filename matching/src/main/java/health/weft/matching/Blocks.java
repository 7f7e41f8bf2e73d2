package health.weft.matching;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keys under which a record is filed, so that only records sharing one are compared. Each key stands on other fields, so
 * that no single wrong field hides a pair.
 */
public final class Blocks {
    /** Files larger than this say nothing about a person (a shelter's phone); they are left out and counted. */
    public static final int LARGEST = 400;

    private Blocks() {}

    /** What takes a key in its parts, which stand between colons where it is written. */
    private interface Sink {
        void key(String rule, String one, String two);
    }

    /** Sorted, without repeats; empty for a record with nothing to go by. */
    public static List<String> keys(Demographics d) {
        Set<String> keys = new TreeSet<>();
        each(d, (rule, one, two) -> keys.add(two.isEmpty() ? rule + ":" + one : rule + ":" + one + ":" + two));
        return List.copyOf(keys);
    }

    /** The {@link #keys} as 64-bit hashes, without repeats and in no order that tells anything. */
    static long[] online(Demographics d) {
        Hashes hashes = new Hashes();
        each(d, hashes);
        return hashes.sorted();
    }

    /** The keys and {@link #wider} ones as 64-bit hashes, without repeats and in no order that tells anything: for a batch. */
    static long[] hashes(Demographics d) {
        Hashes hashes = new Hashes();
        each(d, hashes);
        wider(d, hashes);
        return hashes.sorted();
    }

    private static void each(Demographics d, Sink sink) {
        String[] givens = givens(d);
        String[] families = families(d);
        String birth = d.birthDate();
        if (birth != null) {
            dates(birth, givens, families, sink);
        }
        String postcode = d.postcode();
        for (String given : givens) {
            for (String family : families) {
                // In one order, so that swapped names meet.
                boolean turned = given.compareTo(family) > 0;
                sink.key("n", turned ? family : given, turned ? given : family);
            }
            if (postcode != null) {
                sink.key("gp", given, postcode);
            }
        }
        if (postcode != null) {
            for (String family : families) {
                sink.key("fp", family, postcode);
            }
        }
        String street = d.street();
        String number = d.houseNumber();
        if (street != null && number != null) {
            sink.key("a", number, Sounds.first(street));
        }
        for (String phone : d.phones()) {
            sink.key("p", phone, "");
        }
        for (String email : d.emails()) {
            sink.key("e", email, "");
            if (email.indexOf('@') > 3) {
                sink.key("el", email.substring(0, email.indexOf('@')), "");
            }
        }
        d.identifiers().forEach((system, values) -> values.forEach(value -> sink.key("i", system + "|" + value, "")));
    }

    /**
     * Keys for files, whose errors come thicker than those of one record sent at a time: beginnings of names where they do not sound as they
     * should, and a month of birth at a place, whatever the name is.
     */
    private static void wider(Demographics d, Sink sink) {
        String given = d.given();
        String family = d.families().isEmpty() ? null : d.families().getFirst();
        String birth = d.birthDate();
        String start = given == null || family == null ? null : start(given, family);
        if (birth != null && start != null) {
            sink.key("sy", start, birth.substring(0, 4));
            sink.key("sd", start, birth.substring(4));
        }
        String postcode = d.postcode();
        if (birth != null && postcode != null) {
            sink.key("pm", postcode, birth.substring(0, 6));
            sink.key("pd", postcode, birth.substring(4));
        }
        String number = d.houseNumber();
        if (number != null && start != null) {
            sink.key("as", number, start);
        }
    }

    /** Two letters of each name, in one order, so that swapped names meet. */
    private static String start(String given, String family) {
        String one = given.substring(0, Math.min(2, given.length()));
        String other = family.substring(0, Math.min(2, family.length()));
        return one.compareTo(other) <= 0 ? one + other : other + one;
    }

    private static void dates(String birth, String[] givens, String[] families, Sink sink) {
        String year = birth.substring(0, 4);
        String day = birth.substring(4);
        String p = birth.substring(4, 6);
        String q = birth.substring(6);
        // Day and month in one order, so that swapped ones meet.
        sink.key("b", p.compareTo(q) <= 0 ? birth : year + q + p, "");
        for (String family : families) {
            sink.key("fy", family, year);
            sink.key("fm", family, day);
        }
        String month = birth.substring(0, 6);
        for (String given : givens) {
            sink.key("gy", given, month);
            sink.key("gd", given, day);
        }
    }

    private static String[] givens(Demographics d) {
        if (d.given() == null) {
            return new String[0];
        }
        Set<String> formal = Nicknames.formal(d.given());
        String[] sounds = new String[formal.size()];
        int n = 0;
        for (String name : formal) {
            sounds[n++] = Sounds.first(name);
        }
        return sounds;
    }

    private static String[] families(Demographics d) {
        String[] sounds = new String[d.families().size()];
        int n = 0;
        for (String family : d.families()) {
            if (family.indexOf(' ') < 0) {
                sounds = n == sounds.length ? Arrays.copyOf(sounds, n + 1) : sounds;
                sounds[n++] = Sounds.first(family);
            } else {
                for (String part : family.split(" ")) {
                    sounds = n == sounds.length ? Arrays.copyOf(sounds, n + 2) : sounds;
                    sounds[n++] = Sounds.first(part);
                }
            }
        }
        return n == sounds.length ? sounds : Arrays.copyOf(sounds, n);
    }

    /** Takes keys as hashes of their letters (FNV-1a), without making them. */
    private static final class Hashes implements Sink {
        private long[] found = new long[24];
        private int size;

        @Override
        public void key(String rule, String one, String two) {
            long h = mix(mix(mix(0xCBF29CE484222325L, rule), one), two);
            h ^= h >>> 32;
            if (size == found.length) {
                found = Arrays.copyOf(found, size * 2);
            }
            found[size++] = h * 0x9E3779B97F4A7C15L;
        }

        private static long mix(long h, String part) {
            for (int i = 0; i < part.length(); i++) {
                h = (h ^ part.charAt(i)) * 0x100000001B3L;
            }
            return (h ^ ':') * 0x100000001B3L;
        }

        long[] sorted() {
            Arrays.sort(found, 0, size);
            int n = 0;
            for (int i = 0; i < size; i++) {
                if (n == 0 || found[i] != found[n - 1]) {
                    found[n++] = found[i];
                }
            }
            return Arrays.copyOf(found, n);
        }
    }
}
