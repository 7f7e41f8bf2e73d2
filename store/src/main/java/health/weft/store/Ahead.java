package health.weft.store;

import health.weft.store.RecordStore.Question;
import org.jspecify.annotations.Nullable;

/** A question that goes to the database in the journey of the first statement of some work, before it; the work ends when the answer is no. */
final class Ahead {
    private @Nullable Question<Boolean> open;

    Ahead(Question<Boolean> question) {
        this.open = question;
    }

    /** The question when it is not asked yet; whoever takes it asks it. */
    @Nullable
    Question<Boolean> take() {
        Question<Boolean> question = open;
        open = null;
        return question;
    }

    /** That the answer was no: what the work has found counts for nothing. */
    static final class No extends RuntimeException {
        private static final long serialVersionUID = 1;

        No() {
            super("The question that went ahead was answered with no.", null, false, false);
        }
    }
}
