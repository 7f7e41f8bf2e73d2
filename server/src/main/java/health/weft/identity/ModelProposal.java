package health.weft.identity;

import health.weft.matching.FieldKind;
import java.util.List;

/**
 * A model with m as labels have it, beside the one in force, and what would follow: numbers alone, nothing of any person.
 *
 * @param version the version in force, from which it was made
 * @param next the version that it would become
 * @param settled labelled pairs that say same or not the same
 * @param same of them, those of one person
 * @param levels those whose m would change, the largest change first
 * @param moves what the pairs that blocking finds would come to, of all those that were looked at
 * @param labelled what labelled pairs come to by both
 */
public record ModelProposal(
        String version,
        String next,
        long settled,
        long same,
        List<Level> levels,
        Outcome before,
        Outcome after,
        Moves moves,
        Labels labelled) {

    /** Labelled pairs that are needed, and pairs of one person among them: what fewer say is chance. */
    public static final int LEAST_SETTLED = 100;

    public static final int LEAST_SAME = 40;

    public boolean enough() {
        return settled >= LEAST_SETTLED && same >= LEAST_SAME;
    }

    /** @param worth how many labels of one person's pairs stand behind it */
    public record Level(
            FieldKind kind, String name, double m, double then, double weight, double weightThen, double worth) {}

    /**
     * What a model makes of the network's pairs.
     *
     * @param linked pairs that join without asking
     * @param precision the share of them that it expects to be one person's; 1 where there is none
     * @param asked pairs that a person is asked about
     */
    public record Outcome(double linked, double precision, double asked) {}

    /** How many pairs would cross a threshold. */
    public record Moves(long looked, long joined, long parted, long asked, long dropped) {
        public long all() {
            return joined + parted + asked + dropped;
        }
    }

    /**
     * Labelled pairs that are still as they were.
     *
     * @param same of one person
     * @param other of two people
     */
    public record Labels(
            long same, long sameLinked, long sameLinkedThen, long other, long otherLinked, long otherLinkedThen) {}
}
