package health.weft.store;

import health.weft.store.RecordStore.Question;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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

    /** Puts the question, when it is not asked yet, before what stands in the journey so far: nothing. */
    static @Nullable Question<Boolean> before(Sql sql, @Nullable Ahead ahead) {
        Question<Boolean> question = ahead == null ? null : ahead.take();
        if (question != null) {
            sql.add(question.sql(), question.args().toArray()).add("; ");
        }
        return question;
    }

    /**
     * Reads the answer, the first that the statement has brought, and goes on to the next.
     *
     * @throws No when it is no
     */
    static void heed(@Nullable Question<Boolean> question, Statement statement) throws SQLException {
        if (question != null) {
            try (ResultSet answer = statement.getResultSet()) {
                if (!question.answer().read(answer)) {
                    throw new No();
                }
            }
            statement.getMoreResults();
        }
    }

    /** That the answer was no: what the work has found counts for nothing. */
    static final class No extends RuntimeException {
        private static final long serialVersionUID = 1;

        No() {
            super("The question that went ahead was answered with no.", null, false, false);
        }
    }
}
