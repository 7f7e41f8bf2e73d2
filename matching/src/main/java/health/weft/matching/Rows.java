package health.weft.matching;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records packed one after the other into ints: ten single values at fixed places, then lists of those that may be many.
 * Values are numbers of a {@link Dictionary}; a birth date stands as its eight digits too, four bits each.
 */
final class Rows {
    static final int GIVEN = 0;
    static final int BIRTH = 1;
    static final int BIRTH_CODE = 2;
    static final int SEX = 3;
    static final int GENERATION = 4;
    static final int HOUSE = 5;
    static final int STREET = 6;
    static final int CITY = 7;
    static final int STATE = 8;
    static final int POSTCODE = 9;
    static final int MAIDEN = 10;
    private static final int COUNTS = 11;
    private static final int LISTS = 12;

    /** What of a list is kept: no record has more, but a broken one may. */
    private static final int MOST = 63;

    final Dictionary values;
    private int[] cells;
    private int[] starts;
    private int used;
    private int size;

    Rows(int expected) {
        values = new Dictionary(expected * 4);
        cells = new int[Math.max(64, expected * 20)];
        starts = new int[expected + 1];
    }

    /** Number of records. */
    int size() {
        return size;
    }

    void clear() {
        values.clear();
        used = 0;
        size = 0;
    }

    /** Packs a record at the end. */
    void add(Demographics d) {
        if (used + LISTS + 6 * (MOST + 1) > cells.length) {
            cells = Arrays.copyOf(cells, Math.max(cells.length + LISTS + 6 * (MOST + 1), cells.length / 2 * 3));
        }
        if (size + 1 == starts.length) {
            starts = Arrays.copyOf(starts, starts.length * 3 / 2 + 2);
        }
        int at = used;
        cells[at + GIVEN] = values.code(d.given());
        cells[at + BIRTH] = d.birthDate() == null ? 0 : Integer.parseUnsignedInt(d.birthDate(), 16);
        cells[at + BIRTH_CODE] = values.code(d.birthDate());
        cells[at + SEX] = values.code(d.sex());
        cells[at + GENERATION] = values.code(d.generation());
        cells[at + HOUSE] = values.code(d.houseNumber());
        cells[at + STREET] = values.code(d.street());
        cells[at + CITY] = values.code(d.city());
        cells[at + STATE] = values.code(d.state());
        cells[at + POSTCODE] = values.code(d.postcode());
        cells[at + MAIDEN] = values.code(d.mothersMaiden());
        used = at + LISTS;
        int middles = list(d.middles());
        int families = list(d.families());
        int phones = list(d.phones());
        int emails = list(d.emails());
        int identifiers = 0;
        for (Map.Entry<String, Set<String>> system : d.identifiers().entrySet()) {
            for (String value : system.getValue()) {
                if (identifiers < MOST) {
                    cells[used++] = values.code(system.getKey());
                    cells[used++] = values.code(value);
                    identifiers++;
                }
            }
        }
        cells[at + COUNTS] = middles | families << 6 | phones << 12 | emails << 18 | identifiers << 24;
        starts[++size] = used;
    }

    private int list(Iterable<String> from) {
        int n = 0;
        for (String value : from) {
            if (n < MOST) {
                cells[used++] = values.code(value);
                n++;
            }
        }
        return n;
    }

    /** Where a record begins. */
    int start(int record) {
        return starts[record];
    }

    int cell(int at) {
        return cells[at];
    }

    int middles(int start) {
        return cells[start + COUNTS] & MOST;
    }

    int families(int start) {
        return cells[start + COUNTS] >>> 6 & MOST;
    }

    int phones(int start) {
        return cells[start + COUNTS] >>> 12 & MOST;
    }

    int emails(int start) {
        return cells[start + COUNTS] >>> 18 & MOST;
    }

    /** How many identifiers; each takes two cells, system and value. */
    int identifiers(int start) {
        return cells[start + COUNTS] >>> 24 & MOST;
    }

    int middlesAt(int start) {
        return start + LISTS;
    }

    int familiesAt(int start) {
        return start + LISTS + middles(start);
    }

    int phonesAt(int start) {
        return familiesAt(start) + families(start);
    }

    int emailsAt(int start) {
        return phonesAt(start) + phones(start);
    }

    int identifiersAt(int start) {
        return emailsAt(start) + emails(start);
    }

    /** The current family name, or 0. */
    int family(int start) {
        return families(start) == 0 ? 0 : cells[familiesAt(start)];
    }

    static Rows of(List<Demographics> records) {
        Rows rows = new Rows(Math.max(4, records.size()));
        records.forEach(rows::add);
        return rows;
    }

    @Nullable
    String text(int code) {
        return code == 0 ? null : values.text(code);
    }
}
