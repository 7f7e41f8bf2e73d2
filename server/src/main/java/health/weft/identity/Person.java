package health.weft.identity;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person as one caller may see them: what most of the copies the caller may read say.
 *
 * @param sources at least one, the caller's own copy first, then the newest
 * @param unsure whether a copy waits for somebody to say if it is this person or another
 */
public record Person(
        String id,
        String name,
        @Nullable LocalDate birthDate,
        @Nullable String sex,
        @Nullable String phone,
        @Nullable String address,
        List<SourcePatient> sources,
        boolean unsure) {

    /** Row ids of the source Patients, for questions to the record. */
    public List<Long> pats() {
        return sources.stream().map(SourcePatient::pat).toList();
    }
}
