package health.weft.identity;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Two copies of which nobody has said yet whether they are one person's.
 *
 * @param score log2 odds, the prior included
 * @param veto name of a rule that speaks against it
 * @param since when it began to wait
 */
public record WaitingPair(
        long a,
        long b,
        double score,
        @Nullable String veto,
        Instant since,
        String name,
        String otherName,
        @Nullable LocalDate birthDate,
        @Nullable LocalDate otherBirthDate,
        String organisation,
        String otherOrganisation) {}
