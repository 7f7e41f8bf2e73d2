package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Sight;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What stewards look at: the pairs that wait, a pair in full, and how a person's copies came to be linked. Each look is on record. */
@Component
@Transactional
public class Reviews {
    /** Pairs on one page of the queue. */
    public static final int PAGE = 25;

    /** Pairs of a file, at most. */
    public static final int MOST = 10_000;

    @Bean
    static Sight identitySight() {
        return new Sight("identity.sight", Set.of(Stewards.STEWARD));
    }

    private final ReviewStore store;
    private final IdentityStore identity;
    private final ActStore acts;
    private final Audit audit;
    private final InForce inForce;

    Reviews(ReviewStore store, IdentityStore identity, ActStore acts, Audit audit, InForce inForce) {
        this.inForce = inForce;
        this.store = store;
        this.identity = identity;
        this.acts = acts;
        this.audit = audit;
    }

    /** @param page 0 for the first */
    public Queue queue(Caller caller, QueueFilter filter, int page) {
        Stewards.refuseOthers(caller, audit);
        Queue queue = store.queue(filter, PAGE, page * PAGE);
        audit.record(caller, Audit.Action.SEARCH, "Patient?$links", pats(queue.pairs()));
        return queue;
    }

    /** All that fit, the first {@link #MOST}. */
    public List<WaitingPair> all(Caller caller, QueueFilter filter) {
        Stewards.refuseOthers(caller, audit);
        List<WaitingPair> pairs = store.pairs(filter, MOST, 0);
        audit.record(caller, Audit.Action.EXPORT, "Patient?$links", pats(pairs));
        return pairs;
    }

    /**
     * The neighbours of a pair in the queue.
     *
     * @param before whether the one before it is wanted
     */
    public Optional<long[]> beside(Caller caller, QueueFilter filter, long a, long b, boolean before) {
        Stewards.refuseOthers(caller, audit);
        return store.beside(filter, Math.min(a, b), Math.max(a, b), before);
    }

    /** @throws Problem not found, when one of the copies is not there */
    public PairReview pair(Caller caller, long a, long b) {
        Stewards.refuseOthers(caller, audit);
        String person = identity.personOf(a).orElseThrow(Reviews::noPair);
        String other = identity.personOf(b).orElseThrow(Reviews::noPair);
        List<SourcePatient> copies = store.copies(person);
        List<SourcePatient> others = person.equals(other) ? List.of() : store.copies(other);
        List<SourcePatient> all =
                Stream.concat(copies.stream(), others.stream()).toList();
        audit.record(
                caller,
                Audit.Action.READ,
                "Patient/$links",
                all.stream().map(SourcePatient::pat).toList());
        return new PairReview(
                copy(all, a),
                copy(all, b),
                person,
                other,
                copies,
                others,
                store.why(Math.min(a, b), Math.max(a, b))
                        .or(() -> compare(a, b))
                        .orElse(null),
                acts.among(List.of(a, b)).assertions().stream()
                        .map(held -> new PairReview.Said(
                                held.verdict(), held.actorName(), held.reason(), held.at(), held.act()))
                        .findFirst()
                        .orElse(null));
    }

    /** How two copies compare that no match has put for review: the score that it would give them now. */
    private Optional<PairReview.Why> compare(long a, long b) {
        Scorer scorer = inForce.scorer();
        return identity.linked(a)
                .flatMap(one -> identity.linked(b).map(other -> scorer.score(one.demographics(), other.demographics())))
                .map(score -> new PairReview.Why(
                        score.log2(),
                        score.vetoed().map(Enum::name).orElse(null),
                        score.fields(),
                        scorer.model().version()));
    }

    /**
     * Two people, shown by those of their copies that are most alike.
     *
     * @throws Problem not found, for an id that was never given out; conflict, when both are one person
     */
    public PairReview people(Caller caller, String person, String other) {
        Stewards.refuseOthers(caller, audit);
        String one = living(person);
        String two = living(other);
        if (one.equals(two)) {
            throw Problem.of(Category.CONFLICT, "identity.problem.oneAlready");
        }
        Scorer scorer = inForce.scorer();
        long[] closest = {};
        double best = Double.NEGATIVE_INFINITY;
        for (IdentityStore.Linked left : identity.copies(one)) {
            for (IdentityStore.Linked right : identity.copies(two)) {
                Score score = scorer.score(left.demographics(), right.demographics());
                if (closest.length == 0 || score.log2() > best) {
                    closest = new long[] {left.pat(), right.pat()};
                    best = score.log2();
                }
            }
        }
        if (closest.length == 0) {
            throw Problem.of(Category.NOT_FOUND, "identity.problem.person");
        }
        return pair(caller, closest[0], closest[1]);
    }

    /**
     * Finds people among all organisations' copies, as {@link Identity#search} does.
     *
     * @param limit at most this many, by name
     */
    public List<PersonHit> find(Caller caller, String text, int limit) {
        Stewards.refuseOthers(caller, audit);
        List<PersonHit> hits = identity.search(SearchText.parse(text), Visibility.ALL, Visibility.ALL, null, limit);
        audit.record(
                caller,
                Audit.Action.SEARCH,
                "Person?text",
                hits.stream().flatMap(hit -> hit.pats().stream()).toList());
        return hits;
    }

    /** @throws Problem not found, for an id that was never given out */
    public LinkStory story(Caller caller, String id) {
        Stewards.refuseOthers(caller, audit);
        String person = living(id);
        List<SourcePatient> copies = store.copies(person);
        List<LinkStory.Step> steps = store.steps(
                identity.idsOf(person), copies.stream().map(SourcePatient::pat).toList());
        audit.record(
                caller,
                Audit.Action.READ,
                "Patient/$links",
                copies.stream().map(SourcePatient::pat).toList());
        return new LinkStory(person, copies, steps);
    }

    /** What an act was about: the pair, where it was one. */
    public Optional<Act> act(Caller caller, long act) {
        Stewards.refuseOthers(caller, audit);
        return acts.find(act);
    }

    private String living(String person) {
        return identity.answering(person).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "identity.problem.person"));
    }

    private static SourcePatient copy(List<SourcePatient> all, long pat) {
        return all.stream().filter(copy -> copy.pat() == pat).findFirst().orElseThrow(Reviews::noPair);
    }

    private static Collection<Long> pats(List<WaitingPair> pairs) {
        List<Long> pats = new ArrayList<>();
        pairs.forEach(pair -> pats.addAll(List.of(pair.a(), pair.b())));
        return pats;
    }

    private static Problem noPair() {
        return Problem.of(Category.NOT_FOUND, "identity.problem.pair");
    }
}
