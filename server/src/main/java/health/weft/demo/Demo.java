package health.weft.demo;

import health.weft.directory.Directory;
import health.weft.identity.Identity;
import health.weft.security.Accounts;
import health.weft.security.Role;
import health.weft.terminal.WeftFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings the demonstration network up once the server is ready, in the background; a second start goes on where the
 * first one stopped. Without {@code weft.demo} it does nothing: a flag and no condition, since the bean definitions are
 * written when Weft is built.
 */
@Component
public class Demo {
    /** What every named person of the demonstration signs in with. */
    public static final String PASSWORD = "weft-demo";

    static final String SYNTHEA = "https://github.com/synthetichealth/synthea";

    private static final Logger log = LoggerFactory.getLogger(Demo.class);
    private static final LocalDate TODAY = LocalDate.parse(SyntheticPeople.TODAY, DateTimeFormatter.BASIC_ISO_DATE);
    /** Any number that no other part uses: only one instance imports at a time. */
    private static final long IMPORT_LOCK = 0x77656674_64656d6fL;

    private final DemoStore store;
    private final DemoProgress progress;
    private final Directory directory;
    private final Accounts accounts;
    private final Identity identity;
    private final WorkUnderWay work;
    private final DataSource dataSource;
    private final Environment environment;
    private final boolean wanted;
    private final boolean withWork;
    private final int people;
    private final int senders;
    private final Path cache;
    private final CountDownLatch finished = new CountDownLatch(1);

    Demo(
            DemoStore store,
            DemoProgress progress,
            Directory directory,
            Accounts accounts,
            Identity identity,
            WorkUnderWay work,
            DataSource dataSource,
            Environment environment,
            @Value("${weft.demo:false}") boolean wanted,
            @Value("${weft.demo.work:true}") boolean withWork,
            @Value("${weft.demo.people:120}") int people,
            @Value("${weft.demo.senders:3}") int senders,
            @Value("${weft.data:data}") Path data,
            @Value("${weft.demo.cache:}") String cache) {
        this.store = store;
        this.progress = progress;
        this.directory = directory;
        this.accounts = accounts;
        this.identity = identity;
        this.work = work;
        this.dataSource = dataSource;
        this.environment = environment;
        this.wanted = wanted;
        this.withWork = withWork;
        this.people = people;
        this.senders = senders;
        this.cache = cache.isBlank() ? data.resolve("people") : Path.of(cache);
    }

    /** Waits until this instance's import has ended; false when it has not by then. */
    public boolean await(Duration atMost) throws InterruptedException {
        return finished.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Folder of the generated people, with {@code truth.csv}. */
    Path folder() {
        return cache.resolve(SyntheticPeople.dataset(people));
    }

    @EventListener
    void on(ApplicationReadyEvent ready) {
        if (!wanted) {
            return;
        }
        URI fhir = URI.create("http://127.0.0.1:" + environment.getRequiredProperty("local.server.port") + "/fhir");
        Thread.ofPlatform().daemon().name("demo").start(() -> {
            try (Connection lock = dataSource.getConnection()) {
                if (tryLock(lock)) {
                    bringUp(fhir);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | SQLException | RuntimeException e) {
                log.error("The demonstration did not come up: {}", e.getMessage(), e);
                incomplete(0, 0, "The demonstration is incomplete: " + e.getMessage() + " Start again to go on.");
            } finally {
                finished.countDown();
            }
        });
    }

    private static boolean tryLock(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            statement.setLong(1, IMPORT_LOCK);
            try (var rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    private void bringUp(URI fhir) throws IOException, InterruptedException {
        String dataset = SyntheticPeople.dataset(people);
        Optional<DemoProgress.State> before =
                store.progress().filter(state -> state.dataset().equals(dataset));
        if (before.isPresent() && before.get().phase() == DemoProgress.Phase.DONE) {
            progress.tell(before.get());
            return;
        }
        boolean enrolled = before.isPresent()
                && (before.get().phase() == DemoProgress.Phase.SEND
                        || before.get().phase() == DemoProgress.Phase.INCOMPLETE
                                && before.get().done() > 0);
        SyntheticPeople synthea = new SyntheticPeople(cache, WeftFolder.find());
        if (!enrolled) {
            tell(DemoProgress.Phase.GENERATE, 0, people);
        }
        Path folder = synthea.folder(people, made -> {
            if (!enrolled) {
                tell(DemoProgress.Phase.GENERATE, Math.min(made, people), people);
            }
        });
        Members members = Members.read(folder, synthea.jar());
        Population population = Population.read(folder, TODAY);
        population.writeTruth(folder.resolveSibling("truth.csv"));
        members.keep(population);
        DemoPeople named = DemoPeople.read(members, population);
        if (!enrolled) {
            List<ObjectNode> all = members.all();
            for (int i = 0; i < all.size(); i++) {
                directory.publish(all.get(i));
                tell(DemoProgress.Phase.MEMBERS, i + 1, all.size());
            }
            named.ensure(accounts);
        }
        boolean complete = send(fhir, members, population);
        named.ensurePatient(accounts, identity, store, TODAY);
        if (complete) {
            if (withWork) {
                work.begin(population, TODAY);
            }
            done(members, population);
        }
    }

    /** Whether all of it was taken. */
    private boolean send(URI fhir, Members members, Population population) throws IOException, InterruptedException {
        int copies = population.copies();
        AtomicInteger done = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        long began = System.nanoTime();
        long before = store.resources();
        tell(DemoProgress.Phase.SEND, 0, copies);
        try (HttpClient http = HttpClient.newHttpClient();
                ExecutorService pool = Executors.newFixedThreadPool(senders)) {
            Map<String, SourceSystem> systems = new HashMap<>();
            Map<String, String> known = new ConcurrentHashMap<>(members.references());
            List<Future<?>> staff = new ArrayList<>();
            for (Members.Clinical member : members.clinical()) {
                String username = member.username();
                accounts.ensure(username, member.name() + " (system)", member.party(), Set.of(Role.SOURCE), "en", null);
                SourceSystem system =
                        new SourceSystem(http, fhir, member.id(), accounts.token(username, Duration.ofDays(2)));
                systems.put(member.id(), system);
                staff.add(pool.submit(() -> {
                    known.putAll(system.sendStaff(member.practitioners(), member.roles(), members.references()));
                    return null;
                }));
            }
            for (Future<?> one : staff) {
                wait(one, failed);
            }
            List<Future<?>> sending = new ArrayList<>();
            for (Population.Person person : population.people()) {
                List<String> missing = person.sources().stream()
                        .filter(source -> !store.sent(source, person.id()))
                        .toList();
                done.addAndGet(person.sources().size() - missing.size());
                if (!missing.isEmpty()) {
                    // One person after the other is held in memory; their sources send side by side.
                    Split records = person.records();
                    for (String source : missing) {
                        sending.add(pool.submit(() -> {
                            ObjectNode copy = PatientCopy.of(
                                    person.patient(),
                                    person.id(),
                                    source,
                                    Population.recordSystem(source),
                                    Population.recordNumber(source, person),
                                    source.equals(person.sources().getFirst()));
                            SourceSystem system = systems.get(source);
                            if (system == null) {
                                throw new SourceSystem.Refused("no member " + source);
                            }
                            store.sent(
                                    source,
                                    person.id(),
                                    system.send(
                                            person.id(), copy, records.parts().getOrDefault(source, List.of()), known));
                            tell(DemoProgress.Phase.SEND, done.incrementAndGet(), copies);
                            return null;
                        }));
                    }
                    while (sending.size() > senders * 3) {
                        wait(sending.removeFirst(), failed);
                    }
                }
            }
            for (Future<?> one : sending) {
                wait(one, failed);
            }
        }
        if (failed.get() > 0) {
            incomplete(
                    done.get(),
                    copies,
                    failed.get() + " of " + copies
                            + " records could not be sent; the log says why. Start again to go on.");
            return false;
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long sent = store.resources() - before;
        log.info(
                "The demonstration's members sent {} resources in {} s ({} a second)",
                sent,
                Math.round(seconds),
                Math.round(sent / seconds));
        return true;
    }

    private void done(Members members, Population population) {
        int copies = population.copies();
        progress.tell(new DemoProgress.State(
                SyntheticPeople.dataset(people),
                DemoProgress.Phase.DONE,
                copies,
                copies,
                "The network is up: " + population.people().size() + " people, "
                        + members.all().size() + " members, " + copies + " records, " + store.resources()
                        + " resources."));
    }

    private static void wait(Future<?> task, AtomicInteger failed) throws InterruptedException {
        try {
            task.get();
        } catch (ExecutionException e) {
            failed.incrementAndGet();
            log.warn(
                    "A source's bundle was not taken: {}",
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
        }
    }

    private void incomplete(int done, int total, String note) {
        progress.tell(new DemoProgress.State(
                SyntheticPeople.dataset(people), DemoProgress.Phase.INCOMPLETE, done, total, note));
    }

    private void tell(DemoProgress.Phase phase, int done, int total) {
        progress.tell(new DemoProgress.State(SyntheticPeople.dataset(people), phase, done, total, ""));
    }
}
