package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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

    private final ReviewStore store;
    private final IdentityStore identity;
    private final ActStore acts;
    private final Audit audit;

    Reviews(ReviewStore store, IdentityStore identity, ActStore acts, Audit audit) {
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
                store.why(Math.min(a, b), Math.max(a, b)).orElse(null),
                acts.among(List.of(a, b)).assertions().stream()
                        .map(held -> new PairReview.Said(
                                held.verdict(), held.actorName(), held.reason(), held.at(), held.act()))
                        .findFirst()
                        .orElse(null));
    }

    /** @throws Problem not found, for an id that was never given out */
    public LinkStory story(Caller caller, String id) {
        Stewards.refuseOthers(caller, audit);
        String person =
                identity.answering(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "identity.problem.person"));
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
