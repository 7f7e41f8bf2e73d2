package health.weft.matching;

import java.util.List;

/** Links records with a model as it is, and says whether two people's records may become one person's. */
public final class Linkage {
    /** A cluster larger than this is not merged further: nobody has so many charts. */
    static final int LARGEST_CLUSTER = 40;

    /** The share of cross pairs that must reach review at least, for two clusters to merge. */
    static final double AGREEING = .5;

    /** The same where hardly anybody lives with another, so that what is not the same is mostly an error. */
    static final double AGREEING_ALONE = .25;

    /** How two records compare: a scorer, or one that remembers what it was asked. */
    public interface Scores {
        Score of(Demographics a, Demographics b);
    }

    private final Scorer scorer;

    public Linkage(Scorer scorer) {
        this.scorer = scorer;
    }

    /** Two record indices, {@code a < b}, and their score in log2 odds. */
    public record Pair(int a, int b, double log2) {}

    /** Groups a whole set of records by the scorer's model, nothing learned from them. */
    public Linked link(List<Demographics> records) {
        Batch batch = new Batch(false);
        records.forEach(record -> batch.add(record, 0));
        return batch.link(scorer.model(), false, Progress.SILENT);
    }

    /** Whether two clusters, of which one pair links, are one person as a whole. */
    public static boolean mayMerge(List<Demographics> left, List<Demographics> right, Scores scores) {
        if (left.size() + right.size() > LARGEST_CLUSTER) {
            return false;
        }
        int agreeing = 0;
        for (Demographics a : left) {
            for (Demographics b : right) {
                Score score = scores.of(a, b);
                if (score.veto() != null) {
                    return false;
                }
                if (score.decision() != Decision.NONE) {
                    agreeing++;
                }
            }
        }
        return agreeing >= AGREEING * left.size() * right.size();
    }
}
