package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a value set holds, compiled by {@link Composing}: asked for one code it looks at no other; asked for all it goes through the
 * systems once.
 *
 * @param active inactive concepts are no members
 */
record Composition(List<Part> include, List<Part> exclude, boolean active) {

    /**
     * An include or exclude: codes of a system, those of other sets, or what both have.
     *
     * @param system null when only other sets are named
     * @param listed codes named one by one, as the set words them; null for those that the filters leave
     * @param work counts what is looked at
     */
    record Part(
            @Nullable CodeSystem system,
            @Nullable Map<String, Concept> listed,
            List<Predicate<Concept>> filters,
            List<Composition> sets,
            Work work) {

        /** Null when it is not in this part. */
        @Nullable
        Member find(String of, String code) {
            CodeSystem codes = system;
            if (codes == null) {
                return foundInSets(of, code);
            }
            if (!codes.url().equals(of)) {
                return null;
            }
            Concept concept = listed == null ? codes.find(code) : listed.get(code);
            if (concept == null || filters.stream().anyMatch(f -> !f.test(concept))) {
                return null;
            }
            return sets.isEmpty() || foundInSets(of, code) != null ? new Member(codes, concept) : null;
        }

        private @Nullable Member foundInSets(String of, String code) {
            Member found = null;
            for (Composition set : sets) {
                found = set.find(of, code);
                if (found == null) {
                    return null;
                }
            }
            return found;
        }

        void each(Consumer<Member> to) {
            CodeSystem codes = system;
            if (codes != null) {
                Collection<Concept> all = listed == null ? codes.all() : listed.values();
                for (Concept concept : all) {
                    work.one();
                    if (filters.stream().allMatch(f -> f.test(concept))
                            && (sets.isEmpty() || foundInSets(codes.url(), concept.code()) != null)) {
                        to.accept(new Member(codes, concept));
                    }
                }
            } else if (!sets.isEmpty()) {
                List<Composition> others = sets.subList(1, sets.size());
                for (Member member : sets.getFirst().all()) {
                    work.one();
                    if (others.stream()
                            .allMatch(s ->
                                    s.find(member.key().system(), member.key().code()) != null)) {
                        to.accept(member);
                    }
                }
            }
        }

        void systems(Set<String> into) {
            if (system != null) {
                into.add(system.url());
            } else {
                sets.forEach(s -> into.addAll(s.systems()));
            }
        }
    }

    /** How many concepts one operation may look at: sets that take in sets multiply. */
    static final class Work {
        private static final int MOST = 3_000_000;

        private int done;

        void one() {
            if (++done > MOST) {
                throw Refusal.tooCostly("The value set takes in so much that it was given up after " + MOST
                        + " concepts; name fewer systems and sets in it.");
            }
        }
    }

    /**
     * A code of the set; null when it is not in it.
     *
     * @throws InvalidResource when a system is not loaded, so that nobody can tell
     */
    @Nullable
    Member find(String system, String code) {
        InvalidResource untold = null;
        for (Part part : include) {
            try {
                Member found = part.find(system, code);
                if (found != null && !(active && found.concept().inactive())) {
                    return exclude.stream().anyMatch(e -> e.find(system, code) != null) ? null : found;
                }
            } catch (InvalidResource e) {
                // Another part may know it.
                untold = e;
            }
        }
        if (untold != null) {
            throw untold;
        }
        return null;
    }

    /** Every member once, in the order of the set. */
    Collection<Member> all() {
        if (include.size() == 1 && include.getFirst().system() != null) {
            return ofOneSystem(include.getFirst());
        }
        Map<Member.Key, Member> members = new LinkedHashMap<>();
        include.forEach(part -> part.each(member -> {
            if (!(active && member.concept().inactive())) {
                members.putIfAbsent(member.key(), member);
            }
        }));
        for (Part part : exclude) {
            members.keySet().removeIf(key -> part.find(key.system(), key.code()) != null);
        }
        return members.values();
    }

    /** A system has each of its codes once, so that none has to be held against the others. */
    private List<Member> ofOneSystem(Part part) {
        List<Member> members = new ArrayList<>();
        part.each(member -> {
            if (!(active && member.concept().inactive()) && !isExcluded(member)) {
                members.add(member);
            }
        });
        return members;
    }

    private boolean isExcluded(Member member) {
        for (Part part : exclude) {
            if (part.find(member.system().url(), member.concept().code()) != null) {
                return true;
            }
        }
        return false;
    }

    /** Systems that its codes come from. */
    Set<String> systems() {
        Set<String> all = new LinkedHashSet<>();
        new ArrayList<>(include).forEach(p -> p.systems(all));
        return all;
    }
}
