package health.weft.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A run that matches all copies of the network again.
 *
 * @param step of the work at hand, see {@link #stepKey}
 * @param done of the step
 * @param worked seconds at the step
 * @param copies source Patients that were compared
 * @param people before
 * @param touched people whom a change concerns
 * @param pairs new pairs for review
 * @param changedSince copies that were linked anew since the links were read, at most 10,000 are counted
 * @param ready when the preview was
 * @param old whether the preview says little by now: an old one, or one by another model
 * @param otherModel whether another model is in force by now; such a preview cannot be applied
 * @param trouble whether an error of ours ended the work at hand
 */
public record RematchRun(
        long id,
        State state,
        int step,
        long done,
        long total,
        double worked,
        String model,
        String startedBy,
        Instant started,
        long copies,
        long people,
        long touched,
        long pairs,
        long changedSince,
        @Nullable Instant ready,
        boolean old,
        boolean otherModel,
        @Nullable String appliedBy,
        @Nullable String reason,
        @Nullable Instant applied,
        @Nullable String undoneBy,
        @Nullable Instant undone,
        @Nullable String stoppedBy,
        boolean trouble,
        Tally tally) {

    public enum State {
        /** Compares and groups. */
        RUNNING,
        /** Waits for a steward to look. */
        PREVIEW,
        APPLYING,
        APPLIED,
        UNDOING,
        UNDONE,
        CANCELLED,
        /** Another run was started before this one was applied. */
        DISCARDED,
        FAILED;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How many changes stand where. */
    public record Tally(
            long joins, long parts, long excluded, long applied, long unfit, long left, long undone, long kept) {
        /** Changes that would be applied. */
        public long proposed() {
            return joins + parts;
        }
    }

    /** Whether something is being worked at. */
    public boolean isBusy() {
        return state == State.RUNNING || state == State.APPLYING || state == State.UNDOING;
    }

    /** The part of a message key that names what is being done: {@code comparing}. */
    public String stepKey() {
        return switch (state) {
            case RUNNING -> WorkingOut.STEPS.get(Math.clamp(step, 0, WorkingOut.STEPS.size() - 1));
            case APPLYING -> step == 0 ? "applying" : "queueing";
            case UNDOING -> step == 0 ? "undoing" : "unqueueing";
            default -> state.key();
        };
    }

    /** People when all that is proposed is applied. */
    public long peopleAfter() {
        return people - tally.joins() + tally.parts();
    }

    /** A second, of the step at hand; 0 while nothing is known. */
    public double rate() {
        return worked > 0 ? done / worked : 0;
    }

    /** Until the step ends at the rate so far; zero while nothing is known. */
    public Duration left() {
        return rate() > 0 ? Duration.ofSeconds((long) Math.ceil((total - done) / rate())) : Duration.ZERO;
    }
}
