package health.weft.directory;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Directories of others, brought in: read and held against what is here, looked at, then applied: its rows at once or not at all.
 *
 * <pre>{@code
 * FeedRun run = feeds.check(caller, "county-211", "county.zip", path, false);   // changes nothing
 * feeds.apply(caller, run.id());
 * }</pre>
 */
@Component
@Transactional
public class Feeds {
    private final FeedStore store;
    private final FeedApplying applying;
    private final Audit audit;
    private final long largest;

    Feeds(
            FeedStore store,
            FeedApplying applying,
            Audit audit,
            @Value("${weft.directory.largest-feed:1000000000}") long largest) {
        this.store = store;
        this.applying = applying;
        this.audit = audit;
        this.largest = largest;
    }

    /** Bytes of a feed, packed or not, that are read at most. */
    public long largest() {
        return largest;
    }

    /**
     * Reads a feed and says what it would change. A feed that is not known yet is made.
     *
     * @param feed short name of lower case letters, digits and dashes
     * @param name of the file, for findings
     * @param whole whether services that it does not have any more shall become inactive
     * @throws Problem forbidden; unprocessable or too large, and then nothing of it is kept
     */
    public FeedRun check(Caller caller, String feed, String name, Path path, boolean whole) {
        allowed(caller);
        named(feed);
        store.patient();
        store.feed(feed, feed);
        Feed known = store.feed(feed).orElseThrow();
        long run = store.begin(feed, name, "account:" + caller.username(), whole);
        try (FeedFile file = new FeedFile(path, name, largest)) {
            stage(run, known, rows -> read(file, known, rows));
        } catch (IOException e) {
            throw Problem.unprocessable("The file " + name + " could not be read to its end. Nothing was taken.");
        }
        audit.record(caller, Audit.Action.CREATE, "directory feed " + feed, List.of());
        return store.run(run, false).orElseThrow();
    }

    private interface Reader {
        void read(FeedRows rows) throws IOException;
    }

    private void stage(long run, Feed feed, Reader reader) throws IOException {
        FeedRows[] rows = new FeedRows[1];
        FeedStore.Staging staging = store.new Staging(run, row -> rows[0].idFor(row.type(), row.sourceId()));
        rows[0] = new FeedRows(feed.id(), feed.keepsIds(), staging);
        reader.read(rows[0]);
        staging.flush();
        store.prepare(run, feed);
        store.compare(run, "feed:" + feed.id());
        store.counts(run, store.count(run));
    }

    private static void read(FeedFile file, Feed feed, FeedRows rows) throws IOException {
        if (OhanaFeed.fits(file)) {
            OhanaFeed.read(file, rows);
        } else if (TabularFeed.fits(file)) {
            TabularFeed.read(file, rows);
        } else if (MappedFeed.fits(file)) {
            if (!MappedFeed.isMade(feed.mapping())) {
                throw Problem.of(Category.UNPROCESSABLE, "directory.problem.mapping");
            }
            MappedFeed.read(file, String.valueOf(feed.mapping()), rows);
        } else {
            for (String name : file.names()) {
                file.bytes(name, in -> new JsonFeed(rows, name).read(in));
            }
        }
    }

    /**
     * Whether somebody must first say what the columns of these files mean; they are kept then, to be asked about.
     *
     * @throws Problem as {@link #check}
     */
    public boolean asks(Caller caller, String feed, String name, Path path) {
        allowed(caller);
        named(feed);
        try (FeedFile file = new FeedFile(path, name, largest)) {
            if (OhanaFeed.fits(file) || TabularFeed.fits(file) || !MappedFeed.fits(file)) {
                return false;
            }
            store.feed(feed, feed);
            if (MappedFeed.isMade(store.feed(feed).orElseThrow().mapping())) {
                return false;
            }
            store.mapping(feed, MappedFeed.columns(file));
            return true;
        } catch (IOException e) {
            throw Problem.unprocessable("The file " + name + " could not be read to its end. Nothing was taken.");
        }
    }

    private static void named(String feed) {
        if (!isName(feed)) {
            throw Problem.of(Category.INVALID, "directory.problem.feed");
        }
    }

    /** Whether another directory may be called so. */
    static boolean isName(String feed) {
        return feed.matches("[a-z0-9][a-z0-9-]{0,62}") && !feed.equals("network");
    }

    /**
     * What is known of the columns of a feed: by file and column, what it means or seems to mean.
     *
     * @throws Problem not found
     */
    @Transactional(readOnly = true)
    public ObjectNode mapping(Caller caller, String feed) {
        allowed(caller);
        String mapping = store.feed(feed).map(Feed::mapping).orElse(null);
        if (mapping == null) {
            throw Problem.of(Category.NOT_FOUND, "directory.problem.run");
        }
        ObjectNode tables = Json.parse(mapping);
        return tables.path(MappedFeed.ASKED) instanceof ObjectNode asked ? asked : tables;
    }

    /**
     * Writes what was checked, against the directory as it is by now; goes on with what somebody left midway.
     *
     * @throws Problem forbidden; conflict, when it was applied or discarded before, or nothing could be used
     */
    @Transactional(propagation = Propagation.SUPPORTS)
    public FeedRun apply(Caller caller, long id) {
        allowed(caller);
        applying.begin(caller, id);
        applying.finish(id);
        return store.run(id, false).orElseThrow();
    }

    /** As {@link #apply}, but of a large one the rest is done after this has returned. */
    @Transactional(propagation = Propagation.SUPPORTS)
    public FeedRun applyOrBegin(Caller caller, long id) {
        allowed(caller);
        applying.begin(caller, id);
        applying.finishOrLeave(id);
        return store.run(id, false).orElseThrow();
    }

    /** Lets go of a feed that was checked. */
    public void discard(Caller caller, long id) {
        allowed(caller);
        FeedRun run = store.run(id, true).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.run"));
        if (run.state().equals("checked")) {
            store.ended(id, "discarded", run.counts());
            store.forget(id);
        }
    }

    /** Takes in what a member of the network says of itself: no dry run, and no row may be amiss. */
    void publish(ObjectNode organization) {
        Feed feed = store.feed("network").orElseThrow();
        store.lock();
        long run = store.begin("network", "organization", "weft", false);
        try {
            stage(run, feed, rows -> rows.entity(HsdsType.ORGANIZATION, organization));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Optional<Finding> wrong =
                store.findings(run, 1).stream().filter(Finding::error).findFirst();
        if (wrong.isPresent()) {
            throw Problem.unprocessable(wrong.get().type() + " " + wrong.get().sourceId() + ": "
                    + wrong.get().message());
        }
        applying.whole(run, feed);
    }

    @Transactional(readOnly = true)
    public List<Feed> feeds(Caller caller) {
        allowed(caller);
        return store.feeds();
    }

    @Transactional(readOnly = true)
    public List<FeedRun> runs(Caller caller) {
        allowed(caller);
        return store.runs();
    }

    /** @throws Problem not found */
    @Transactional(readOnly = true)
    public FeedRun run(Caller caller, long id) {
        allowed(caller);
        return store.run(id, false).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.run"));
    }

    @Transactional(readOnly = true)
    public List<Finding> findings(Caller caller, long id, int most) {
        allowed(caller);
        return store.findings(id, most);
    }

    @Transactional(readOnly = true)
    public List<Difference> differences(Caller caller, long id, int most) {
        allowed(caller);
        return store.differences(id, most);
    }

    /** Keeps which column of a plain CSV means what. */
    public void mapping(Caller caller, String feed, ObjectNode mapping) {
        allowed(caller);
        named(feed);
        store.feed(feed, feed);
        store.mapping(feed, mapping);
    }

    /** How far the one that is being applied has come; empty when none is. */
    @Transactional(readOnly = true)
    public Optional<FeedRun.Progress> progress() {
        return store.applying().stream()
                .flatMap(run -> Stream.ofNullable(run.progress()))
                .findFirst();
    }

    private static final Set<Role> STEWARDS = Set.of(Role.CONVENER, Role.STEWARD);

    static void allowed(Caller caller) {
        if (caller.roles().stream().noneMatch(STEWARDS::contains)) {
            throw Problem.of(Category.FORBIDDEN, "directory.problem.steward");
        }
        CapacityController.mayWrite(caller);
    }
}
