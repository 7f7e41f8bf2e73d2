package health.weft.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A person's facts, each once.
 *
 * <p>Two facts are one when they say the same: what holds now (an active condition, a running prescription, an allergy) by its
 * code alone, everything else by code, day and value. Of what has a day, one organisation's own two facts stay two: only a
 * second organisation's report is a repetition. The row then names every source, first the one that recorded it first.
 */
public final class Chart {
    private final Map<Section, List<Fact>> sections = new EnumMap<>(Section.class);
    private final boolean part2;

    private Chart(boolean part2) {
        this.part2 = part2;
    }

    /**
     * The chart of these facts, in any order.
     *
     * @param part2 whether some were opened to the reader under 42 CFR part 2
     */
    public static Chart of(List<Fact> facts, boolean part2) {
        Map<String, List<Fact>> rows = new LinkedHashMap<>();
        for (Fact fact : facts) {
            List<Fact> same = rows.computeIfAbsent(key(fact), k -> new ArrayList<>());
            int at = joinable(same, fact);
            if (at < 0) {
                same.add(fact);
            } else {
                same.set(at, join(same.get(at), fact));
            }
        }
        Chart chart = new Chart(part2);
        rows.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing((Fact f) -> !f.current())
                        .thenComparing(f -> f.date() == null ? "" : f.date(), Comparator.reverseOrder())
                        .thenComparing(Fact::name))
                .forEach(fact -> chart.sections
                        .computeIfAbsent(fact.section(), s -> new ArrayList<>())
                        .add(fact));
        return chart;
    }

    /** Whether it shows facts about substance use that others wrote, which may not be passed on: whoever reads or prints it is told. */
    public boolean isPart2() {
        return part2;
    }

    /** The facts of a section: what holds now first, then the newest first. */
    public List<Fact> section(Section section) {
        return sections.getOrDefault(section, List.of());
    }

    /** What holds now of a section, newest first. */
    public List<Fact> current(Section section) {
        return section(section).stream().filter(Fact::current).toList();
    }

    /** The measured values of a section by what was measured; what was measured last comes first. */
    public List<Series> series(Section section) {
        Map<String, List<Fact>> byCode = new LinkedHashMap<>();
        section(section).stream()
                .sorted(Comparator.comparing((Fact f) -> f.date() == null ? "" : f.date(), Comparator.reverseOrder()))
                .forEach(fact -> byCode.computeIfAbsent(fact.code(), c -> new ArrayList<>())
                        .add(fact));
        return byCode.values().stream().map(Series::new).toList();
    }

    private static String key(Fact fact) {
        return fact.section() + " " + fact.code()
                + (holds(fact) ? " now" : " " + fact.day() + " " + fact.value() + " " + fact.end());
    }

    /** Whether this is a lasting state, of which a person has one, rather than something that happened on a day. */
    private static boolean holds(Fact fact) {
        return fact.current()
                && switch (fact.section()) {
                    case CONDITIONS, MEDICINES, ALLERGIES, PLANS -> true;
                    case RESULTS, VITALS, IMMUNIZATIONS, VISITS, PROCEDURES, SCREENINGS, DOCUMENTS -> false;
                };
    }

    private static int joinable(List<Fact> same, Fact fact) {
        for (int i = 0; i < same.size(); i++) {
            Fact row = same.get(i);
            if (holds(fact) || row.sources().stream().noneMatch(s -> s.party().equals(party(fact)))) {
                return i;
            }
        }
        return -1;
    }

    private static String party(Fact fact) {
        return fact.sources().getFirst().party();
    }

    /** The row says what its newest source says, since the earliest day that any names; one source an organisation, the newest. */
    private static Fact join(Fact a, Fact b) {
        Map<String, Source> byParty = new LinkedHashMap<>();
        Stream.concat(a.sources().stream(), b.sources().stream())
                .sorted(Comparator.comparing((Source s) -> s.when() == null ? "" : s.when()))
                .forEach(source -> byParty.merge(
                        source.party(),
                        source,
                        (first, later) ->
                                new Source(first.party(), first.organisation(), first.when(), later.reference())));
        Fact newer = when(b).compareTo(when(a)) > 0 ? b : a;
        return newer.with(List.copyOf(byParty.values()), earlier(a.date(), b.date()));
    }

    private static String when(Fact fact) {
        String when = fact.sources().getLast().when();
        return when == null ? "" : when;
    }

    private static @Nullable String earlier(@Nullable String a, @Nullable String b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.compareTo(b) <= 0 ? a : b;
    }
}
