package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.live.Live;
import health.weft.live.LiveListener;
import health.weft.matching.Decision;
import health.weft.matching.FieldKind;
import health.weft.matching.Frequencies;
import health.weft.matching.Level;
import health.weft.matching.Model;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Puts into force what blind labels say of m: a steward sees what it would change, gives a reason, and a new version of the model is in
 * force on every instance. Every turn can be taken back. No link changes by it: what is written from then on is matched by the new version,
 * and {@link Rematching} brings the rest to it.
 *
 * <p>Labels measure pairs of the version under which they were drawn, so each version begins with none.
 */
@Component
@Transactional
public class ModelChanges {
    private static final int HISTORY = 20;
    private static final int MOST_PAIRS = 20_000;
    private static final int MOST_COPIES = 2_000;
    private static final String SUBJECT = "Patient/$model";

    /** Bits of weight below which a level is told as unchanged. */
    private static final double NOTHING = .005;

    private final ModelStore store;
    private final InForce inForce;
    private final LabelStore labels;
    private final CensusStore copies;
    private final Counting counting;
    private final Live live;
    private final Audit audit;

    ModelChanges(
            ModelStore store,
            InForce inForce,
            LabelStore labels,
            CensusStore copies,
            Counting counting,
            Live live,
            Audit audit) {
        this.store = store;
        this.inForce = inForce;
        this.labels = labels;
        this.copies = copies;
        this.counting = counting;
        this.live = live;
        this.audit = audit;
    }

    /** Who put which version into force, the newest first. */
    public List<ModelTurn> turns(Caller caller) {
        Stewards.refuseReaders(caller, audit);
        return store.turns(HISTORY);
    }

    /** Whether there is a turn to take back. */
    public boolean mayUndo(Caller caller) {
        return caller.is(Stewards.STEWARD) && store.last().isPresent();
    }

    /**
     * What the labels under the version in force would change, also where they are too few to be put into force.
     */
    public ModelProposal proposal(Caller caller) {
        Stewards.refuseReaders(caller, audit);
        Model now = inForce.model();
        List<Labelled> settled = labels.settled(now.version());
        LevelEstimates estimates = estimates(now, settled);
        Model then = proposed(now, estimates);
        long same = said(settled, Answer.SAME);
        Scorer before = inForce.scorer();
        Scorer after = new Scorer(then, Frequencies.NONE);
        Crossing crossing = new Crossing();
        counting.walk(
                copies.copies(),
                MOST_COPIES,
                MOST_PAIRS,
                (a, b) -> crossing.add(
                        before.score(a.demographics(), b.demographics()),
                        after.score(a.demographics(), b.demographics())));
        return new ModelProposal(
                now.version(),
                then.version(),
                same + said(settled, Answer.NOT_SAME),
                same,
                levels(now, then, estimates),
                crossing.before(),
                crossing.after(),
                crossing.moves(),
                labelled(now.version(), before, after));
    }

    /**
     * Puts what {@link #proposal} shows into force.
     *
     * @param from the version that the proposal was made from
     * @return the new version
     * @throws Problem unprocessable, with too few labels; conflict, when another version is in force by now
     */
    public String put(Caller caller, String from, String why) {
        String reason = Stewards.reason(caller, why, audit);
        store.alone();
        Model now = current();
        if (!now.version().equals(from)) {
            throw Problem.of(Category.CONFLICT, "model.problem.other", now.version());
        }
        List<Labelled> settled = labels.settled(now.version());
        long same = said(settled, Answer.SAME);
        long said = same + said(settled, Answer.NOT_SAME);
        if (said < ModelProposal.LEAST_SETTLED || same < ModelProposal.LEAST_SAME) {
            throw Problem.of(
                    Category.UNPROCESSABLE,
                    "model.problem.few",
                    said,
                    same,
                    ModelProposal.LEAST_SETTLED,
                    ModelProposal.LEAST_SAME);
        }
        Model then = proposed(now, estimates(now, settled));
        store.keep(then, said);
        store.turn(then.version(), now.version(), null, caller.username(), reason);
        turned(caller, then);
        return then.version();
    }

    /**
     * Takes the newest turn back that was not taken back yet.
     *
     * @param version that is in force
     * @return the version in force from now on
     * @throws Problem conflict, when another version is in force by now, or there is nothing to take back
     */
    public String undo(Caller caller, String version, String why) {
        String reason = Stewards.reason(caller, why, audit);
        store.alone();
        Model now = current();
        if (!now.version().equals(version)) {
            throw Problem.of(Category.CONFLICT, "model.problem.other", now.version());
        }
        ModelStore.Turn last = store.last().orElseThrow(() -> Problem.of(Category.CONFLICT, "model.problem.nothing"));
        Model then = inForce.model(last.before());
        store.turn(then.version(), now.version(), last.id(), caller.username(), reason);
        turned(caller, then);
        return then.version();
    }

    /** What is in force by the tables, whatever this instance was told. */
    private Model current() {
        return store.version().map(inForce::model).orElseGet(Model::standard);
    }

    private void turned(Caller caller, Model then) {
        audit.record(caller, Audit.Action.UPDATE, SUBJECT, List.of());
        counting.keep(counting.census(new Scorer(then, Frequencies.NONE)));
        live.changed(InForce.TOPIC, List.of(LiveListener.EVERYBODY));
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                inForce.turn(then);
            }
        });
    }

    private LevelEstimates estimates(Model now, List<Labelled> settled) {
        LevelEstimates estimates = new LevelEstimates(now);
        labels.drawing(now.version()).ifPresent(drawn -> estimates.labels(drawn.strata(), settled));
        return estimates;
    }

    /** m as labels have it; u, the prior and the thresholds stay. */
    private Model proposed(Model now, LevelEstimates estimates) {
        Map<FieldKind, List<Level>> levels = new EnumMap<>(FieldKind.class);
        now.levels().forEach((kind, before) -> {
            List<Level> then = estimates.of(kind);
            List<Level> mixed = new ArrayList<>();
            for (int i = 0; i < before.size(); i++) {
                Level level = before.get(i);
                mixed.add(new Level(kind, level.name(), then.get(i).m(), level.u()));
            }
            levels.put(kind, List.copyOf(mixed));
        });
        String version = Model.standard().version() + "." + (store.made() + 1);
        return new Model(version, Map.copyOf(levels), now.prior(), now.household(), now.link(), now.review());
    }

    private static long said(List<Labelled> settled, Answer answer) {
        return settled.stream().filter(label -> label.answer() == answer).count();
    }

    private static List<ModelProposal.Level> levels(Model now, Model then, LevelEstimates estimates) {
        List<ModelProposal.Level> changed = new ArrayList<>();
        now.levels().forEach((kind, before) -> {
            for (int i = 0; i < before.size(); i++) {
                Level level = before.get(i);
                Level other = then.levels().getOrDefault(kind, List.of()).get(i);
                if (Math.abs(other.weight() - level.weight()) >= NOTHING) {
                    changed.add(new ModelProposal.Level(
                            kind,
                            level.name(),
                            level.m(),
                            other.m(),
                            level.weight(),
                            other.weight(),
                            estimates.worth(kind)));
                }
            }
        });
        changed.sort(Comparator.comparingDouble(
                        (ModelProposal.Level level) -> -Math.abs(level.weightThen() - level.weight()))
                .thenComparing(ModelProposal.Level::kind)
                .thenComparing(ModelProposal.Level::name));
        return List.copyOf(changed);
    }

    private ModelProposal.Labels labelled(String version, Scorer before, Scorer after) {
        List<LabelStore.Settled> pairs = labels.pairs(version);
        Set<Long> pats = new TreeSet<>();
        pairs.forEach(pair -> pats.addAll(List.of(pair.a(), pair.b())));
        Map<Long, CensusStore.Copy> known = copies.read(pats);
        long[] same = new long[3];
        long[] other = new long[3];
        for (LabelStore.Settled pair : pairs) {
            Optional<CensusStore.Copy> a =
                    Optional.ofNullable(known.get(pair.a())).filter(copy -> copy.version() == pair.versionA());
            Optional<CensusStore.Copy> b =
                    Optional.ofNullable(known.get(pair.b())).filter(copy -> copy.version() == pair.versionB());
            if (a.isPresent() && b.isPresent()) {
                long[] of = pair.answer() == Answer.SAME ? same : other;
                of[0]++;
                of[1] += links(before, a.get(), b.get());
                of[2] += links(after, a.get(), b.get());
            }
        }
        return new ModelProposal.Labels(same[0], same[1], same[2], other[0], other[1], other[2]);
    }

    private static int links(Scorer scorer, CensusStore.Copy a, CensusStore.Copy b) {
        return scorer.score(a.demographics(), b.demographics()).decision() == Decision.LINK ? 1 : 0;
    }

    /** What pairs come to by two models. */
    private static final class Crossing {
        private final double[] linked = new double[2];
        private final double[] expected = new double[2];
        private final double[] asked = new double[2];
        private long looked;
        private long joined;
        private long parted;
        private long more;
        private long fewer;

        void add(Score before, Score after) {
            looked++;
            tally(0, before);
            tally(1, after);
            Decision one = before.decision();
            Decision other = after.decision();
            if (one != other) {
                joined += other == Decision.LINK ? 1 : 0;
                parted += one == Decision.LINK ? 1 : 0;
                more += one == Decision.NONE && other == Decision.REVIEW ? 1 : 0;
                fewer += one == Decision.REVIEW && other == Decision.NONE ? 1 : 0;
            }
        }

        private void tally(int which, Score score) {
            switch (score.decision()) {
                case LINK -> {
                    linked[which]++;
                    expected[which] += score.probability();
                }
                case REVIEW -> asked[which]++;
                case NONE -> {
                    // Nobody is asked.
                }
            }
        }

        ModelProposal.Outcome before() {
            return outcome(0);
        }

        ModelProposal.Outcome after() {
            return outcome(1);
        }

        private ModelProposal.Outcome outcome(int which) {
            return new ModelProposal.Outcome(
                    linked[which], linked[which] == 0 ? 1 : expected[which] / linked[which], asked[which]);
        }

        ModelProposal.Moves moves() {
            return new ModelProposal.Moves(looked, joined, parted, more, fewer);
        }
    }
}
