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

    /** Cells that the processor brings from memory together. */
    private static final int LINE = 16;

    final Dictionary values;
    private int[] cells;
    private int[] starts;
    private int used;
    private int size;

    /** Cells that a record takes at most. */
    private static final int WIDEST = LISTS + 6 * MOST;

    /** The first records are places for those who only ask. */
    private final int guests;

    Rows(int expected) {
        this(expected, 0);
    }

    /** @param guests places for records that are compared and not kept: the records with the first numbers */
    Rows(int expected, int guests) {
        this.guests = guests;
        values = new Dictionary(expected * 4, guests * WIDEST);
        cells = new int[Math.max(64, guests * WIDEST + expected * 20)];
        starts = new int[guests + expected + 1];
        clear();
    }

    /** Number of records, places for guests among them. */
    int size() {
        return size;
    }

    final void clear() {
        values.clear();
        for (int guest = 0; guest <= guests; guest++) {
            starts[guest] = guest * WIDEST;
        }
        used = guests * WIDEST;
        size = guests;
    }

    /**
     * Puts a record into a guest's place, in place of the one before. Its values are known by their numbers where they have one and
     * leave none behind. Two threads may do so at once in different places.
     */
    void seat(int guest, Demographics d) {
        if (guest >= guests) {
            throw new IllegalArgumentException("not a place for a guest: " + guest);
        }
        int first = 1 + guest * WIDEST;
        int[] next = {first};
        pack(starts[guest], d, text -> {
            int known = text == null ? 0 : values.find(text);
            if (known != 0 || text == null) {
                return known;
            }
            for (int code = first; code < next[0]; code++) {
                if (values.text(code).equals(text)) {
                    return code;
                }
            }
            values.lend(next[0], text);
            return next[0]++;
        });
    }

    /** Packs a record at the end. */
    void add(Demographics d) {
        if (used + WIDEST > cells.length) {
            cells = Arrays.copyOf(cells, Math.max(cells.length + WIDEST, cells.length / 2 * 3));
        }
        if (size + 1 == starts.length) {
            starts = Arrays.copyOf(starts, starts.length * 3 / 2 + 2);
        }
        used = pack(used, d, values::code);
        starts[++size] = used;
    }

    /** Gives numbers to values, 0 to null. */
    private interface Numbers {
        int of(@Nullable String text);
    }

    /** Writes a record's cells from one on; the place after its last. */
    private int pack(int at, Demographics d, Numbers numbers) {
        cells[at + GIVEN] = numbers.of(d.given());
        cells[at + BIRTH] = d.birthDate() == null ? 0 : Integer.parseUnsignedInt(d.birthDate(), 16);
        cells[at + BIRTH_CODE] = numbers.of(d.birthDate());
        cells[at + SEX] = numbers.of(d.sex());
        cells[at + GENERATION] = numbers.of(d.generation());
        cells[at + HOUSE] = numbers.of(d.houseNumber());
        cells[at + STREET] = numbers.of(d.street());
        cells[at + CITY] = numbers.of(d.city());
        cells[at + STATE] = numbers.of(d.state());
        cells[at + POSTCODE] = numbers.of(d.postcode());
        cells[at + MAIDEN] = numbers.of(d.mothersMaiden());
        int middles = list(at + LISTS, d.middles(), numbers);
        int to = at + LISTS + middles;
        int families = list(to, d.families(), numbers);
        to += families;
        int phones = list(to, d.phones(), numbers);
        to += phones;
        int emails = list(to, d.emails(), numbers);
        to += emails;
        int identifiers = 0;
        for (Map.Entry<String, Set<String>> system : d.identifiers().entrySet()) {
            for (String value : system.getValue()) {
                if (identifiers < MOST) {
                    cells[to++] = numbers.of(system.getKey());
                    cells[to++] = numbers.of(value);
                    identifiers++;
                }
            }
        }
        cells[at + COUNTS] = middles | families << 6 | phones << 12 | emails << 18 | identifiers << 24;
        return to;
    }

    private int list(int at, Iterable<String> from, Numbers numbers) {
        int n = 0;
        for (String value : from) {
            if (n < MOST) {
                cells[at + n] = numbers.of(value);
                n++;
            }
        }
        return n;
    }

    /**
     * Reads what these records are compared by, one kind of thing after the other. What is far away in memory is then waited for at
     * once, and not one after the other as pairs are compared.
     *
     * @return nothing that matters, but must be used by somebody, or the compiler reads nothing
     */
    int fetch(int[] records, int from, int to) {
        int read = 0;
        for (int i = from; i < to; i++) {
            read += starts[records[i]];
        }
        for (int i = from; i < to; i++) {
            int start = starts[records[i]];
            int last = starts[records[i] + 1] - 1;
            read += cells[start] + cells[Math.min(start + LINE, last)] + cells[last];
        }
        for (int i = from; i < to; i++) {
            int start = starts[records[i]];
            int end = starts[records[i] + 1];
            for (int at = start + HOUSE; at < COUNTS + start; at++) {
                read += values.fetch(cells[at]);
            }
            for (int at = start + LISTS; at < end; at++) {
                read += values.fetch(cells[at]);
            }
        }
        return read;
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
