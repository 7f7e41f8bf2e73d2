package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.matching.Blocks;
import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.Score;
import health.weft.problem.Problem;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
            return score.decision() != Decision.LINK ? "possible" : score.probability() > .999 ? "certain" : "probable";
        }
    }

    /** @param total of all found, of which the best are shown */
    record Found(List<Match> matches, int total) {}

    private record Candidate(long pat, String id, @Nullable String person, Score score) {}

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
        Visibility who = Access.matching(caller);
        List<Candidate> candidates = candidates(wanted, who);
        if (onlyCertain) {
            candidates = candidates.stream()
                    .filter(c ->
                            c.score().decision() == Decision.LINK && c.score().probability() > .999)
                    .toList();
            if (candidates.stream()
                            .map(c -> String.valueOf(c.person()))
                            .distinct()
                            .count()
                    > 1) {
                candidates = List.of();
            }
        }
        List<Candidate> shown = candidates.stream().limit(count).toList();
        audit.record(
                caller,
                Audit.Action.SEARCH,
                "Patient/$match",
                shown.stream().map(Candidate::pat).toList());
        Map<Long, ObjectNode> resources =
                resources(shown.stream().map(Candidate::pat).toList(), who);
        return new Found(
                shown.stream()
                        .filter(c -> resources.containsKey(c.pat()))
                        .map(c -> new Match(
                                c.id(), c.person(), c.score(), Objects.requireNonNull(resources.get(c.pat()))))
                        .toList(),
                candidates.size());
    }

    /** Those that resemble somebody and that may be found, the best first. */
    private List<Candidate> candidates(Demographics wanted, Visibility who) {
        index.keepUp();
        Map<Long, Score> near = new HashMap<>();
        index.near(wanted, inForce.scorer(), 0).forEach(found -> near.put(found.id(), found.score()));
        if (near.isEmpty()) {
            return List.of();
        }
        List<Object> args = new ArrayList<>();
        args.add(near.keySet().toArray(Long[]::new));
        args.addAll(who.args());
        return jdbc
                .sql("""
                select s.pat, s.patient_id, l.person
                  from identity.source s join record.res r on r.rid = s.pat left join identity.link l on l.pat = s.pat
                 where s.pat = any(?) and not r.deleted and (%s)""".formatted(who.sql()))
                .params(args)
                .query((rs, n) -> new Candidate(
                        rs.getLong(1),
                        rs.getString(2),
                        rs.getString(3),
                        Objects.requireNonNull(near.get(rs.getLong(1)))))
                .list()
                .stream()
                .sorted(Comparator.comparingDouble((Candidate c) -> -c.score().log2())
                        .thenComparing(Candidate::id))
                .toList();
    }

    private Map<Long, ObjectNode> resources(List<Long> pats, Visibility who) {
        Map<Long, ObjectNode> resources = new HashMap<>();
        if (pats.isEmpty()) {
            return resources;
        }
        List<Object> args = new ArrayList<>();
        args.add(pats.toArray(Long[]::new));
        args.addAll(who.args());
        jdbc.sql("select r.rid, r.body from record.res r where r.rid = any(?) and not r.deleted and (%s)"
                        .formatted(who.sql()))
                .params(args)
                .query(rs -> {
                    resources.put(rs.getLong(1), Json.parse(rs.getBytes(2)));
                });
        return resources;
    }
}
