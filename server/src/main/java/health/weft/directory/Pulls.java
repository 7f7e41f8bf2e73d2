package health.weft.directory;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Which APIs of others are read, and how often. The network's convener says so. */
@Component
@Transactional
public class Pulls {
    /** Hours between two readings that can be chosen. */
    static final List<Integer> HOURS = List.of(1, 6, 24, 168);

    private final PullStore store;
    private final FeedStore feeds;
    private final PullRequests requests;
    private final Audit audit;

    Pulls(PullStore store, FeedStore feeds, PullRequests requests, Audit audit) {
        this.store = store;
        this.feeds = feeds;
        this.requests = requests;
        this.audit = audit;
    }

    /**
     * What the convener says of one.
     *
     * @param feed its short name
     * @param applies whether what differs is written at once
     */
    public record Said(String feed, String base, int hours, boolean applies) {
        static final Said NOTHING = new Said("", "", 24, false);
    }

    @Transactional(readOnly = true)
    public List<Pull> all(Caller caller) {
        Feeds.allowed(caller);
        return store.all();
    }

    /** The first field that is wrong, with the key of why; empty when nothing is. */
    Optional<List<String>> wrong(Said said) {
        if (!Feeds.isName(said.feed())) {
            return Optional.of(List.of("feed", "directory.problem.feed"));
        }
        if (!requests.isBase(bare(said.base()))) {
            return Optional.of(List.of("base", "directory.pull.problem.base"));
        }
        return HOURS.contains(said.hours())
                ? Optional.empty()
                : Optional.of(List.of("hours", "directory.pull.problem.hours"));
    }

    /**
     * From now on it is read, at once for the first time.
     *
     * @throws Problem forbidden for others than the convener; unprocessable, saying what is wrong with it
     */
    public void add(Caller caller, Said said) {
        mayDecide(caller);
        wrong(said).ifPresent(wrong -> {
            throw Problem.of(Category.UNPROCESSABLE, wrong.getLast());
        });
        feeds.feed(said.feed(), said.feed());
        store.save(said.feed(), bare(said.base()), said.hours(), said.applies(), caller.username());
        audit.record(caller, Audit.Action.CREATE, "directory pull " + said.feed(), List.of());
    }

    /** It is read no more; what it brought stays. */
    public void end(Caller caller, String feed) {
        mayDecide(caller);
        if (!store.end(feed)) {
            throw Problem.of(Category.NOT_FOUND, "directory.pull.problem.none");
        }
        audit.record(caller, Audit.Action.DELETE, "directory pull " + feed, List.of());
    }

    /** It is read as soon as somebody gets to it. */
    public void now(Caller caller, String feed) {
        Feeds.allowed(caller);
        if (!store.now(feed)) {
            throw Problem.of(Category.NOT_FOUND, "directory.pull.problem.none");
        }
    }

    static boolean decides(Caller caller) {
        return Set.of(Role.CONVENER).stream().anyMatch(caller.roles()::contains);
    }

    private static void mayDecide(Caller caller) {
        if (!decides(caller)) {
            throw Problem.of(Category.FORBIDDEN, "directory.pull.problem.role");
        }
    }

    private static String bare(String base) {
        return base.strip().replaceAll("/+$", "");
    }
}
