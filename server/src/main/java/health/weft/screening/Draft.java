package health.weft.screening;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Answers that are not finished.
 *
 * @param key made with the form: the same one twice is one screening
 * @param formVer version of the Questionnaire in the record that is being answered
 * @param pat row id of the Patient in the record
 * @param person id, without its type
 * @param party that asks
 * @param username who began it
 * @param page where they are, 0 for the first
 * @param answers a QuestionnaireResponse, also with what is not asked now
 * @param responseId of the QuestionnaireResponse, once it is done
 */
record Draft(
        UUID key,
        String formId,
        int formVer,
        long pat,
        String person,
        String party,
        String username,
        Way way,
        String language,
        int page,
        String answers,
        Instant changed,
        @Nullable String responseId,
        @Nullable Instant done) {}
