package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.matching.Blocks;
import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.PackedIndex;
import health.weft.matching.Score;
import health.weft.problem.Problem;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds the copies that a Patient resembles, among those that the caller may find by what stands in them: a Patient that only a
 * share opens is not among them. The scorer is the one that links.
 */
@Component
class Resembling {
    private final JdbcClient jdbc;
    private final Audit audit;
    private final InForce inForce;
    private final MatchIndex index;

    Resembling(JdbcClient jdbc, Audit audit, InForce inForce, MatchIndex index) {
        this.index = index;
        this.inForce = inForce;
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /**
     * A copy and how far it agrees.
     *
     * @param person whom it belongs to
     * @param resource as it stands in the record
     */
    record Match(String id, @Nullable String person, Score score, ObjectNode resource) {
        /** Code of http://terminology.hl7.org/CodeSystem/match-grade. */
        String grade() {
            return score.decision() != Decision.LINK ? "possible" : certain(score) ? "certain" : "probable";
        }
    }

    /** @param total of all found, of which the best are shown */
    record Found(List<Match> matches, int total) {}

    /** @param body of the best only */
    private record Candidate(long pat, String id, @Nullable String person, Score score, byte @Nullable [] body) {}

    /**
     * The best first.
     *
     * @param onlyCertain whether to tell nobody unless all that is certain is one person
     * @throws Problem unprocessable, for a Patient with too little to go by
     */
    Found find(Caller caller, JsonNode patient, boolean onlyCertain, int count) {
        Demographics wanted = PatientReading.of(patient).demographics();
        if (Blocks.keys(wanted).isEmpty()) {
            throw Problem.unprocessable(
                    "This Patient says too little to be looked for: give a name with a birth date, a phone number or an identifier with its system.");
        }
        List<PackedIndex.Near> near = index.keepUp().near(wanted, inForce.scorer(), 0).stream()
                .filter(found -> !onlyCertain || certain(found.score()))
                .sorted(Comparator.comparingDouble(
                                (PackedIndex.Near found) -> -found.score().log2())
                        .thenComparingLong(PackedIndex.Near::id))
                .toList();
        List<Candidate> candidates = near.isEmpty() ? List.of() : candidates(near, Access.matching(caller), count);
        if (onlyCertain && ofSeveral(candidates)) {
            candidates = List.of();
        }
        List<Candidate> shown = candidates.stream().limit(count).toList();
        audit.record(
                caller,
                Audit.Action.SEARCH,
                "Patient/$match",
                shown.stream().map(Candidate::pat).toList());
        return new Found(
                shown.stream()
                        .map(c ->
                                new Match(c.id(), c.person(), c.score(), Json.parse(Objects.requireNonNull(c.body()))))
                        .toList(),
                candidates.size());
    }

    private static boolean certain(Score score) {
        return score.decision() == Decision.LINK && score.probability() > .999;
    }

    private static boolean ofSeveral(List<Candidate> candidates) {
        return candidates.stream()
                        .map(c -> String.valueOf(c.person()))
                        .distinct()
                        .count()
                > 1;
    }

    /** Those of the copies met in memory that are there and that may be found, in the same order; with their bodies as many as are shown. */
    private List<Candidate> candidates(List<PackedIndex.Near> near, Visibility who, int count) {
        List<Object> args = new ArrayList<>();
        args.add(count);
        args.add(near.stream().map(PackedIndex.Near::id).toArray(Long[]::new));
        args.addAll(who.args());
        // The array comes out of a query of its own: PostgreSQL, which cannot see then how short it is, keeps one plan
        // for all questions.
        // Planning took four times as long as reading.
        return jdbc.sql("""
                select n.place, s.patient_id, l.person, case when row_number() over (order by n.place) <= ? then r.body end
                  from unnest((select ?::bigint[])) with ordinality n(pat, place)
                  join identity.source s using (pat) join record.res r on r.rid = s.pat left join identity.link l on l.pat = s.pat
                 where not r.deleted and (%s) order by n.place""".formatted(who.sql()))
                .params(args)
                .query((rs, n) -> {
                    PackedIndex.Near found = near.get(rs.getInt(1) - 1);
                    return new Candidate(found.id(), rs.getString(2), rs.getString(3), found.score(), rs.getBytes(4));
                })
                .list();
    }
}
