package health.weft.matching;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.codec.language.DoubleMetaphone;

/**
 * Keys under which a record is filed, so that only records sharing one are compared. Each key stands on other fields, so
 * that no single wrong field hides a pair.
 */
public final class Blocks {
    /** Files larger than this say nothing about a person (a shelter's phone); they are left out and counted. */
    public static final int LARGEST = 400;

    private Blocks() {}

    /** Sorted, without repeats; empty for a record with nothing to go by. */
    public static List<String> keys(Demographics d) {
        Set<String> keys = new TreeSet<>();
        DoubleMetaphone sound = new DoubleMetaphone();
        List<String> givens = new ArrayList<>();
        if (d.given() != null) {
            Nicknames.formal(d.given()).forEach(name -> givens.add(sound(sound, name)));
        }
        List<String> families = new ArrayList<>();
        for (String family : d.families()) {
            for (String part : family.split(" ")) {
                families.add(sound(sound, part));
            }
        }
        String birth = d.birthDate();
        if (birth != null) {
            String year = birth.substring(0, 4);
            String p = birth.substring(4, 6);
            String q = birth.substring(6);
            // Day and month in one order, so that swapped ones meet.
            String date = year + (p.compareTo(q) <= 0 ? p + q : q + p);
            keys.add("b:" + date);
            for (String family : families) {
                keys.add("fy:" + family + ":" + year);
                keys.add("fm:" + family + ":" + birth.substring(4));
            }
            for (String given : givens) {
                keys.add("gy:" + given + ":" + birth.substring(0, 6));
                keys.add("gd:" + given + ":" + birth.substring(4));
            }
        }
        for (String given : givens) {
            for (String family : families) {
                // In one order, so that swapped names meet.
                keys.add("n:" + (given.compareTo(family) <= 0 ? given + ":" + family : family + ":" + given));
            }
            if (d.postcode() != null) {
                keys.add("gp:" + given + ":" + d.postcode());
            }
        }
        if (d.postcode() != null) {
            for (String family : families) {
                keys.add("fp:" + family + ":" + d.postcode());
            }
        }
        if (d.street() != null && d.houseNumber() != null) {
            keys.add("a:" + d.houseNumber() + ":" + sound(sound, d.street()));
        }
        for (String phone : d.phones()) {
            keys.add("p:" + phone);
        }
        for (String email : d.emails()) {
            keys.add("e:" + email);
            if (email.indexOf('@') > 3) {
                keys.add("el:" + email.substring(0, email.indexOf('@')));
            }
        }
        d.identifiers().forEach((system, values) -> values.forEach(value -> keys.add("i:" + system + "|" + value)));
        return List.copyOf(keys);
    }

    /** The keys as 64-bit hashes, for a batch. */
    static long[] hashes(Demographics d) {
        List<String> keys = keys(d);
        long[] hashes = new long[keys.size()];
        for (int i = 0; i < hashes.length; i++) {
            String key = keys.get(i);
            long h = 0xCBF29CE484222325L;
            for (int j = 0; j < key.length(); j++) {
                h = (h ^ key.charAt(j)) * 0x100000001B3L;
            }
            h ^= h >>> 32;
            hashes[i] = h * 0x9E3779B97F4A7C15L;
        }
        return hashes;
    }

    private static String sound(DoubleMetaphone sound, String name) {
        String code = sound.doubleMetaphone(name);
        // Names in other scripts have no English sound; they are filed as written.
        return code == null || code.isEmpty() ? name : code;
    }
}
