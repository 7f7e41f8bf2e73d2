package health.weft.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change as it was worked out; see {@link RematchChange}.
 *
 * @param members all copies that the person of {@code there} should have in the end
 */
record ProposedChange(
        RematchChange.Kind kind,
        long a,
        long b,
        double score,
        @Nullable String veto,
        RematchChange.Because because,
        List<Long> here,
        List<Long> there,
        List<Long> members) {}
