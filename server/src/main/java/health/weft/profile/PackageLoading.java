package health.weft.profile;

import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWriting;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings what packages define into the record, in the background after a start: each definition in a transaction of its own, with a
 * note that it is there. So a server that is killed goes on where it was, a second start writes nothing, and a package that changed
 * makes new versions. It is the network's own: nobody else changes it, or stores another under its address.
 */
@Component
class PackageLoading implements SmartLifecycle, RecordListener {
    private static final Logger log = LoggerFactory.getLogger(PackageLoading.class);
    private static final int TELL_EVERY = 25;
    private static final long AGAIN_MS = 10_000;

    private final PackageFolder folder;
    private final PackageStore store;
    private final Records records;
    private final TransactionTemplate transaction;
    private volatile boolean running;

    PackageLoading(PackageFolder folder, PackageStore store, Records records, TransactionTemplate transaction) {
        this.folder = folder;
        this.store = store;
        this.records = records;
        this.transaction = transaction;
    }

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        if (folder.isSet()) {
            Thread.ofVirtual().name("packages").start(this::work);
        }
    }

    private void work() {
        while (running) {
            try {
                load();
                return;
            } catch (RuntimeException e) {
                log.warn(
                        "Loading packages failed and is tried again: {}",
                        e.getClass().getName());
            }
            try {
                Thread.sleep(AGAIN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Loads what stands in the folder now and is not in the record yet. */
    void load() {
        PackageFolder.Contents contents = folder.read();
        List<String> names = new ArrayList<>();
        contents.refused().forEach((file, why) -> {
            log.warn("The package {} is left out: {}", file, why);
            store.tell(file, "", "refused", 0, 0, why);
            names.add(file + "@");
        });
        Map<String, List<String>> missing = IgPackage.missing(contents.packages());
        for (IgPackage p : contents.packages()) {
            names.add(p.id());
            load(p, missing.getOrDefault(p.id(), List.of()));
        }
        store.keepOnly(names);
    }

    private void load(IgPackage p, List<String> missing) {
        int total = p.definitions().size();
        int done = 0;
        int written = 0;
        List<String> left = new ArrayList<>();
        for (Definition definition : p.definitions()) {
            if (!running) {
                return;
            }
            try {
                if (Boolean.TRUE.equals(transaction.execute(status -> write(definition, p)))) {
                    written++;
                    if (written % TELL_EVERY == 0) {
                        store.tell(p.name(), p.version(), "loading", done, total, "");
                    }
                }
                done++;
            } catch (Problem e) {
                if (e.category() == Category.UNAVAILABLE || e.category() == Category.STORAGE_FULL) {
                    throw e;
                }
                left.add(definition.type() + " " + definition.canonical() + ": " + e.getMessage());
            }
        }
        StringBuilder message = new StringBuilder();
        if (!missing.isEmpty()) {
            message.append("It leans on packages that are not here: ")
                    .append(String.join(", ", missing))
                    .append(". ");
        }
        if (!left.isEmpty()) {
            message.append("Left out: ").append(String.join("; ", left));
        }
        store.tell(
                p.name(), p.version(), "loaded", done, total, message.toString().strip());
        if (written > 0 || !left.isEmpty()) {
            log.info("Package {}: {} of {} definitions are in the record. {}", p.id(), done, total, message);
        }
    }

    private boolean write(Definition definition, IgPackage from) {
        boolean fresh = store.claim(definition, from.id());
        if (fresh) {
            records.put(Caller.PLATFORM, definition.kept());
        }
        return fresh;
    }

    /** What a package defines is found by its address: nobody else may stand there. */
    @Override
    public void writing(ResourceWriting writing) {
        ObjectNode after = writing.after();
        if (after == null || writing.by().equals(Caller.PLATFORM)) {
            return;
        }
        String type = Json.text(after, "resourceType");
        String url = Definition.TYPES.contains(type) ? Json.text(after, "url") : "";
        List<String> owners = url.isEmpty() ? List.of() : store.definedBy(type, url);
        if (!owners.isEmpty()) {
            throw Problem.forbidden("This address belongs to the package " + String.join(", ", owners)
                    + ". Give yours an address of your own.");
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
