package health.weft.identity;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The people to whom a copy may belong, with all their copies: read while their rows are locked, so that nobody else changes them before
 * the transaction ends, and kept in step with what the match does to them.
 */
final class PeopleAround {
    private final Map<Long, IdentityStore.Linked> copies = new TreeMap<>();

    /** @param read every copy of every person that is locked */
    PeopleAround(Collection<IdentityStore.Linked> read) {
        read.forEach(copy -> copies.put(copy.pat(), copy));
    }

    /** Whom a copy belongs to; null when it is nobody's, or not around. */
    @Nullable
    String of(long pat) {
        IdentityStore.Linked copy = copies.get(pat);
        return copy == null ? null : copy.person();
    }

    /** A person's copies by their row ids; none when the person is not around. */
    List<IdentityStore.Linked> copies(String person) {
        return copies.values().stream()
                .filter(copy -> person.equals(copy.person()))
                .toList();
    }

    /** Row ids of all that are around. */
    Set<Long> pats() {
        return copies.keySet();
    }

    /** A copy is, or is now, somebody's. */
    void put(IdentityStore.Linked copy) {
        copies.put(copy.pat(), copy);
    }

    /** Every copy of one person is another's. */
    void merge(String from, String into) {
        copies.replaceAll((pat, copy) -> from.equals(copy.person()) ? copy.in(into) : copy);
    }
}
