package health.weft.identity;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What matching again would change, or has changed: people who become one, or copies that leave a person.
 *
 * @param a row id of the Patient that, with {@code b}, shows it best
 * @param score log2 odds of that pair
 * @param veto name of a rule that speaks against the pair
 * @param here one side of a join; of a part, those who stay
 * @param there the other side; of a part, those who leave
 */
public record RematchChange(
        long id,
        Kind kind,
        State state,
        long a,
        long b,
        double score,
        @Nullable String veto,
        Because because,
        List<Copy> here,
        List<Copy> there) {

    public enum Kind {
        /** Copies leave a person and become a person of their own. */
        PART,
        /** Two people become one. */
        JOIN;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public enum State {
        PROPOSED,
        /** A steward left it out. */
        EXCLUDED,
        APPLIED,
        /** When it was to be applied, its copies or links had moved: no longer fits. */
        UNFIT,
        /** Applying was stopped before it came to this one. */
        LEFT,
        UNDONE,
        /** Could not be undone: what came later stands on it. */
        KEPT;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public enum Because {
        /** They agree, and so does enough of all the copies. */
        AGREES,
        /** A person said that they are the same. */
        HELD,
        /** Their source says that one has taken the place of the other. */
        FOLLOWS,
        /** A rule keeps them apart. */
        VETO,
        /** They agree better with another person. */
        ELSEWHERE,
        /** Too few of the copies agree. */
        WEAK;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A copy as it is shown in a list. */
    public record Copy(long pat, String name, @Nullable LocalDate birthDate, String organisation) {}
}
