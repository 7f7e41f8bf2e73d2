package health.weft.identity;

import health.weft.live.LiveListener;
import health.weft.matching.Frequencies;
import health.weft.matching.Level;
import health.weft.matching.Model;
import health.weft.matching.Scorer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The model in force: what somebody put into force last ({@link ModelChanges}), else the library's own. Every instance keeps it in
 * memory and is told when it changes. Who scores several pairs for one answer asks once and stays with what it got.
 */
@Component
class InForce implements LiveListener {
    static final String TOPIC = "model";
    private static final Logger log = LoggerFactory.getLogger(InForce.class);

    private final ModelStore store;
    private volatile @Nullable Scorer scorer;

    InForce(ModelStore store) {
        this.store = store;
    }

    Scorer scorer() {
        Scorer known = scorer;
        if (known == null) {
            changed();
            known = scorer;
        }
        return known == null ? new Scorer(Model.standard(), Frequencies.NONE) : known;
    }

    Model model() {
        return scorer().model();
    }

    /** On this instance, from now on; the others are told by {@code live}. */
    synchronized void turn(Model model) {
        scorer = new Scorer(model, Frequencies.NONE);
    }

    @Override
    public String topic() {
        return TOPIC;
    }

    /** Reads it anew. */
    @Override
    public synchronized void changed() {
        turn(store.version().map(this::model).orElseGet(Model::standard));
    }

    /** The model of a version, the library's own where there is none or it has other levels than are compared by now. */
    Model model(String version) {
        Model own = Model.standard();
        Model found = store.find(version).orElse(own);
        if (!fits(found, own)) {
            log.warn("Model {} has other levels than this version compares; {} is in force", version, own.version());
            return own;
        }
        return found;
    }

    private static boolean fits(Model model, Model own) {
        return own.levels().entrySet().stream().allMatch(entry -> names(entry.getValue())
                .equals(names(model.levels().getOrDefault(entry.getKey(), List.of()))));
    }

    private static List<String> names(List<Level> levels) {
        return levels.stream().map(Level::name).toList();
    }
}
