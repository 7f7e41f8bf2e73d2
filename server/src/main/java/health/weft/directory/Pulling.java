package health.weft.directory;

import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads all services of an HSDS 3.x API, page by page, into a file, and brings that in as any feed: nothing is withdrawn by it, and what
 * people said of a field stays.
 */
@Component
class Pulling {
    /** What such a file is called; its list says what it holds. */
    static final String FILE = "services.ndjson";

    /** A page, and one service where lists do not say all, are read well within it. */
    static final Duration LEASE = Duration.ofMinutes(5);

    private static final Duration LEASE_OF_IMPORT = Duration.ofHours(1);
    private static final int PAGE = 100;

    private final PullStore store;
    private final PullRequests requests;
    private final Feeds feeds;
    private final Accounts accounts;
    private final long largest;
    private final int mostPages;

    Pulling(
            PullStore store,
            PullRequests requests,
            Feeds feeds,
            Accounts accounts,
            @Value("${weft.directory.largest-pull:200000000}") long largest,
            @Value("${weft.directory.most-pages:5000}") int mostPages) {
        this.store = store;
        this.requests = requests;
        this.feeds = feeds;
        this.accounts = accounts;
        this.largest = largest;
        this.mostPages = mostPages;
    }

    /** Reads it once; whoever has lost the lease meanwhile lets go. */
    void pull(Pull pull, UUID holder) throws PullFailure {
        Caller account = accounts.caller(pull.by())
                .filter(Edits::isSteward)
                .orElseThrow(() -> new PullFailure("account", pull.by()));
        Path file = null;
        try {
            file = Files.createTempFile("weft-pull", "");
            int services = read(pull, holder, file);
            if (!store.progress(pull.feed(), holder, services, services, LEASE_OF_IMPORT)) {
                return;
            }
            bring(pull, holder, account, file, services);
        } catch (Problem says) {
            throw new PullFailure("import", String.valueOf(says.getMessage()));
        } catch (IOException e) {
            throw new PullFailure("disk", "");
        } finally {
            delete(file);
        }
    }

    private static void delete(@org.jspecify.annotations.Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    private int read(Pull pull, UUID holder, Path file) throws IOException, PullFailure {
        int services = 0;
        long bytes = 0;
        String first = "";
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int page = 1; ; page++) {
                if (page > mostPages) {
                    throw new PullFailure("endless", Integer.toString(mostPages));
                }
                PullRequests.Answer answer =
                        requests.get(pull.base() + "/services?full=true&per_page=" + PAGE + "&page=" + page);
                JsonNode contents = answer.json().path("contents");
                if (!contents.isArray()) {
                    throw new PullFailure("json", "");
                }
                if (contents.isEmpty()) {
                    break;
                }
                String begins = contents.path(0).path("id").asString("");
                if (begins.equals(first)) {
                    throw new PullFailure("same", Integer.toString(page)); // it does not turn pages
                }
                first = begins;
                bytes += answer.bytes();
                for (JsonNode entry : contents) {
                    PullRequests.Answer whole = whole(pull, entry);
                    bytes += whole.bytes();
                    if (bytes > largest) {
                        throw new PullFailure("huge", Long.toString(largest / 1_000_000));
                    }
                    out.write(whole.json().toString());
                    out.write('\n');
                    services++;
                }
                int total = answer.json().path("total_items").asInt(0);
                if (!store.progress(pull.feed(), holder, services, total, LEASE)) {
                    throw new PullFailure("stopped", "");
                }
                if (isLast(answer.json(), page)) {
                    break;
                }
            }
        }
        if (services == 0) {
            throw new PullFailure("empty", "");
        }
        return services;
    }

    private static boolean isLast(ObjectNode answer, int page) {
        return answer.path("last_page").asBoolean(false)
                || answer.has("total_pages")
                        && page >= answer.path("total_pages").asInt(0);
    }

    /** A service with whose it is; lists of some APIs do not say it. */
    private PullRequests.Answer whole(Pull pull, JsonNode entry) throws PullFailure {
        String id = entry.path("id").asString("");
        if (entry instanceof ObjectNode service && service.path("organization").isObject()) {
            return new PullRequests.Answer(service, 0);
        }
        if (!id.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new PullFailure("json", "");
        }
        return requests.get(pull.base() + "/services/" + id);
    }

    private void bring(Pull pull, UUID holder, Caller account, Path file, int services) {
        FeedRun run = feeds.check(account, pull.feed(), FILE, file, false);
        int missing = store.missing(pull.feed(), run.id());
        store.waiting(pull.feed(), run.id()).forEach(older -> feeds.discard(account, older));
        boolean differs = run.count("new") + run.count("changed") > 0;
        if (!differs && run.leftOut() == 0) {
            feeds.discard(account, run.id());
        } else if (differs && pull.applies()) {
            feeds.apply(account, run.id());
        }
        store.ended(pull, holder, differs || run.leftOut() > 0 ? run.id() : null, services, missing);
    }
}
