package health.weft.identity;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person found by a search.
 *
 * @param person id for {@code /people/{id}}
 * @param pats row ids of the copies that it was found in
 * @param organisations how many organisations the caller may read keep a copy
 */
public record PersonHit(
        String person,
        String name,
        @Nullable LocalDate birthDate,
        @Nullable String sex,
        @Nullable String phone,
        @Nullable String city,
        List<Long> pats,
        int organisations,
        boolean unsure) {}
