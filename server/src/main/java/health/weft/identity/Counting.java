package health.weft.identity;

import health.weft.matching.Blocks;
import health.weft.matching.Decision;
import health.weft.matching.FieldKind;
import health.weft.matching.Model;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.springframework.stereotype.Component;

/**
 * Scores the pairs that blocking finds in the network, counts them, and draws some: of each stratum as many, whatever its size, so
 * that few labels tell much of the rare ones. Each pair belongs to the copy with the smaller number; in a large network the pairs of
 * some copies taken at random stand for all.
 */
@Component
class Counting {
    /** From so many scored pairs on no further copies are looked at: seconds, not minutes. */
    private static final int MOST_PAIRS = 60_000;

    /** Copies whose pairs are scored, at most. */
    private static final int MOST_COPIES = 5_000;

    private static final int AT_ONCE = 250;

    /** Pairs taken at random, at most. */
    private static final int STRANGERS = 20_000;

    /** Copies among which they are taken. */
    private static final int MINGLED = 2_000;

    private final CensusStore store;
    private final InForce inForce;
    private final MatchIndex index;

    Counting(CensusStore store, InForce inForce, MatchIndex index) {
        this.index = index;
        this.store = store;
        this.inForce = inForce;
    }

    Model model() {
        return inForce.model();
    }

    Census census() {
        return sample(0).census();
    }

    /** Keeps what was counted as that of the day. */
    void keep(Census census) {
        store.keep(census);
    }

    /** @param wanted pairs to draw, of all strata together; fewer when there are no more that were not drawn before */
    Sample sample(int wanted) {
        return sample(wanted, MOST_COPIES);
    }

    /** @param most copies whose pairs are looked at */
    Sample sample(int wanted, int most) {
        return sample(wanted, most, inForce.scorer());
    }

    /** What a model would find. */
    Census census(Scorer scorer) {
        return sample(0, MOST_COPIES, scorer).census();
    }

    private Sample sample(int wanted, int most, Scorer scorer) {
        SplittableRandom random = new SplittableRandom();
        Tally tally = new Tally(new Strata(scorer.model()), wanted, random, wanted == 0 ? Set.of() : store.drawn());
        long copies = store.copies();
        double times = walk(
                copies, most, MOST_PAIRS, (a, b) -> tally.add(a, b, scorer.score(a.demographics(), b.demographics())));
        return new Sample(
                tally.census(scorer.model().version(), copies, times),
                tally.sizes(times),
                tally.drawn(),
                wanted == 0 ? Map.of() : strangers(random, scorer));
    }

    /**
     * Goes through the pairs that blocking finds, those of some copies taken at random where there are many.
     *
     * @param pairs from so many on no further copies are looked at
     * @return for how many pairs each of them stands
     */
    double walk(long copies, int most, int pairs, BiConsumer<CensusStore.Copy, CensusStore.Copy> then) {
        List<Long> looked = store.atRandom(most);
        int at = 0;
        long met = 0;
        while (at < looked.size() && met < pairs) {
            int to = Math.min(at + AT_ONCE, looked.size());
            met += walk(looked.subList(at, to), then);
            at = to;
        }
        return at == 0 ? 1 : Math.max(1, (double) copies / at);
    }

    private long walk(List<Long> first, BiConsumer<CensusStore.Copy, CensusStore.Copy> then) {
        Map<Long, CensusStore.Copy> copies = store.read(first);
        Map<Long, long[]> later = new TreeMap<>();
        Set<Long> missing = new HashSet<>();
        MatchIndex.Kept now = index.keepUp();
        copies.values().forEach(copy -> {
            long[] sharing = Arrays.stream(now.sharing(copy.demographics()))
                    .filter(pat -> pat > copy.pat())
                    .toArray();
            later.put(copy.pat(), sharing);
            Arrays.stream(sharing).filter(pat -> !copies.containsKey(pat)).forEach(missing::add);
        });
        copies.putAll(store.read(missing));
        long met = 0;
        for (Map.Entry<Long, long[]> one : later.entrySet()) {
            CensusStore.Copy a = Objects.requireNonNull(copies.get(one.getKey()));
            for (long other : one.getValue()) {
                CensusStore.Copy b = copies.get(other);
                if (b != null) {
                    then.accept(a, b);
                    met++;
                }
            }
        }
        return met;
    }

    /** How copies agree that share no key: those of two people, as good as always. */
    private Map<FieldKind, Map<String, Integer>> strangers(SplittableRandom random, Scorer scorer) {
        List<CensusStore.Copy> some =
                List.copyOf(store.read(store.atRandom(MINGLED)).values());
        List<Set<String>> keys = some.stream()
                .map(copy -> Set.copyOf(Blocks.keys(copy.demographics())))
                .toList();
        Map<FieldKind, Map<String, Integer>> counts = new EnumMap<>(FieldKind.class);
        int n = some.size();
        if ((long) n * (n - 1) / 2 <= STRANGERS) {
            for (int i = 0; i < n; i++) {
                for (int j = i + 1; j < n; j++) {
                    meet(some, keys, i, j, counts, scorer);
                }
            }
        } else {
            for (int taken = 0; taken < STRANGERS; taken++) {
                int i = random.nextInt(n);
                int j = random.nextInt(n - 1);
                meet(some, keys, i, j < i ? j : j + 1, counts, scorer);
            }
        }
        return counts;
    }

    private void meet(
            List<CensusStore.Copy> some,
            List<Set<String>> keys,
            int i,
            int j,
            Map<FieldKind, Map<String, Integer>> counts,
            Scorer scorer) {
        if (Collections.disjoint(keys.get(i), keys.get(j))) {
            levels(scorer.score(some.get(i).demographics(), some.get(j).demographics()))
                    .forEach((kind, level) ->
                            counts.computeIfAbsent(kind, k -> new TreeMap<>()).merge(level, 1, Integer::sum));
        }
    }

    private static Map<FieldKind, String> levels(Score score) {
        Map<FieldKind, String> levels = new EnumMap<>(FieldKind.class);
        score.fields().stream()
                .filter(field -> field.kind() != FieldKind.CONTACT_CAP)
                .forEach(field -> levels.put(field.kind(), field.level()));
        return levels;
    }

    /** What is counted so far; of each stratum some pairs, each as likely as any other (Vitter 1985, algorithm R). */
    private static final class Tally {
        private final Strata strata;
        private final int wanted;
        private final SplittableRandom random;
        private final Set<CensusStore.Two> before;
        private final double[] sizes;
        private final long[] fresh;
        private final List<List<Sample.Drawn>> reservoirs = new ArrayList<>();
        private final TreeMap<Double, double[]> bins = new TreeMap<>();
        private double pairs;
        private double expected;
        private double found;

        Tally(Strata strata, int wanted, SplittableRandom random, Set<CensusStore.Two> before) {
            this.strata = strata;
            this.wanted = wanted;
            this.random = random;
            this.before = before;
            this.sizes = new double[strata.count()];
            this.fresh = new long[strata.count()];
            for (int i = 0; i < strata.count(); i++) {
                reservoirs.add(new ArrayList<>());
            }
        }

        void add(CensusStore.Copy a, CensusStore.Copy b, Score score) {
            double probability = score.vetoed().isPresent() ? 0 : score.probability();
            pairs++;
            expected += probability;
            found += a.person().equals(b.person()) ? 1 : 0;
            double[] bin = bins.computeIfAbsent(Math.floor(score.log2() * 2) / 2, from -> new double[3]);
            if (score.vetoed().isEmpty()) {
                bin[0]++;
                bin[1] += probability;
            } else if (score.decision() == Decision.REVIEW) {
                bin[2]++;
            }
            int stratum = strata.of(score);
            sizes[stratum]++;
            if (wanted > 0 && !before.contains(new CensusStore.Two(a.pat(), b.pat()))) {
                long seen = ++fresh[stratum];
                List<Sample.Drawn> reservoir = reservoirs.get(stratum);
                long place = seen <= wanted ? reservoir.size() : random.nextLong(seen);
                if (place < wanted) {
                    var drawn = new Sample.Drawn(stratum, a.pat(), b.pat(), a.version(), b.version(), levels(score));
                    if (place == reservoir.size()) {
                        reservoir.add(drawn);
                    } else {
                        reservoir.set((int) place, drawn);
                    }
                }
            }
        }

        double[] sizes(double times) {
            double[] all = sizes.clone();
            for (int i = 0; i < all.length; i++) {
                all[i] *= times;
            }
            return all;
        }

        Census census(String model, long copies, double times) {
            List<Census.Bin> scaled = new ArrayList<>();
            bins.forEach(
                    (from, bin) -> scaled.add(new Census.Bin(from, bin[0] * times, bin[1] * times, bin[2] * times)));
            return new Census(model, copies, pairs * times, expected * times, found * times, scaled);
        }

        /** One of each stratum in turn, until there are as many as wanted. */
        List<Sample.Drawn> drawn() {
            java.util.Random order = java.util.Random.from(random);
            reservoirs.forEach(reservoir -> Collections.shuffle(reservoir, order));
            List<Sample.Drawn> drawn = new ArrayList<>();
            for (int round = 0; drawn.size() < wanted && round < wanted; round++) {
                for (List<Sample.Drawn> reservoir : reservoirs) {
                    if (round < reservoir.size() && drawn.size() < wanted) {
                        drawn.add(reservoir.get(round));
                    }
                }
            }
            return drawn;
        }
    }
}
