package health.weft.partner;

import health.weft.database.WorkThreads;
import health.weft.partner.FollowUp.Found;
import health.weft.partner.PartnerStore.Exchange;
import health.weft.partner.PartnerStore.Step;
import health.weft.problem.Problem;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Reports;
import health.weft.referral.Sides;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * The threads that talk to partners, on every instance. What is due is worked at by whoever holds its lease; one whose holder was killed
 * is taken over when the lease has run out, and what was sent twice is there once.
 */
@Component
class PartnerWork implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(PartnerWork.class);
    private static final Duration LEASE = Duration.ofMinutes(3);
    private static final long LOOK_MILLIS = 1_000;
    /** Tries after which whoever asked is told that the server cannot be reached. */
    private static final int TOLD_AFTER = 3;
    /** After help was given there is less to hear, of many referrals: so many times the wait. */
    private static final int LISTENING = 16;

    private final PartnerStore store;
    private final Transmission transmission;
    private final FollowUp followUp;
    private final Carrying carrying;
    private final Receiving receiving;
    private final Stepping stepping;
    private final Watching watching;
    private final Refreshing refreshing;
    private final Sides sides;
    private final Reports reports;
    private final Accounts accounts;
    private final Duration poll;
    private final Duration pollUrgent;
    private final Duration firstWait;
    private final int workers;
    private final WorkThreads threads = new WorkThreads("weft-partner");

    PartnerWork(
            PartnerStore store,
            Transmission transmission,
            FollowUp followUp,
            Carrying carrying,
            Receiving receiving,
            Stepping stepping,
            Watching watching,
            Refreshing refreshing,
            Sides sides,
            Reports reports,
            Accounts accounts,
            @Value("${weft.partner.poll:15m}") Duration poll,
            @Value("${weft.partner.poll-urgent:2m}") Duration pollUrgent,
            @Value("${weft.partner.first-wait:5s}") Duration firstWait,
            @Value("${weft.partner.workers:3}") int workers) {
        this.store = store;
        this.transmission = transmission;
        this.followUp = followUp;
        this.carrying = carrying;
        this.receiving = receiving;
        this.stepping = stepping;
        this.watching = watching;
        this.refreshing = refreshing;
        this.sides = sides;
        this.reports = reports;
        this.accounts = accounts;
        this.poll = poll;
        this.pollUrgent = pollUrgent;
        this.firstWait = firstWait;
        this.workers = workers;
    }

    /** Does what is due first; whether anything was. */
    boolean part(UUID holder) {
        Exchange exchange = store.claim(holder, LEASE).orElse(null);
        if (exchange == null) {
            return false;
        }
        PartnerServer server = store.server(exchange.party()).orElse(null);
        if (server == null) {
            return true; // ended a moment ago
        }
        try {
            work(exchange, holder, server);
            store.heard(server);
        } catch (IOException e) {
            failed(exchange, holder, server, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            log.warn("Task/{} at a partner failed, trying again", exchange.taskId(), e);
            failed(exchange, holder, server, "It failed here; the log says more.");
        }
        return true;
    }

    private void work(Exchange exchange, UUID holder, PartnerServer server) throws IOException {
        Caller account = accounts.caller(server.account())
                .orElseThrow(() -> new IOException("The account " + server.account() + " has ended."));
        String remote = exchange.remote();
        try {
            switch (exchange.step()) {
                case SEND -> {
                    store.known(exchange, holder, transmission.send(server, account, exchange.taskId()), "");
                    reports.delivered(account, exchange.taskId(), true);
                    store.next(exchange, holder, Step.FOLLOW, unlessWritten(exchange, wait(exchange)), null);
                }
                case FOLLOW -> follow(exchange, holder, server, account);
                case LISTEN -> {
                    String reachable = String.valueOf(remote);
                    carry(server, account, exchange, followUp.task(server, reachable));
                    store.next(
                            exchange,
                            holder,
                            carryingEnds(exchange) ? Step.DONE : Step.LISTEN,
                            unlessWritten(exchange, poll.multipliedBy(LISTENING)),
                            null);
                }
                case WITHDRAW -> {
                    String there = remote != null
                            ? remote
                            : transmission.find(server, exchange.taskId()).orElse(null);
                    if (there != null) {
                        followUp.withdraw(server, exchange.taskId(), there);
                    }
                    store.next(exchange, holder, Step.DONE, Duration.ZERO, null);
                }
                case DONE -> {
                    // never due
                }
            }
        } catch (Problem says) {
            // What it says cannot be, or was withdrawn here meanwhile: it is kept for the convener, and looked at
            // again.
            store.next(exchange, holder, exchange.step(), wait(exchange), says.getMessage());
        }
    }

    /** What was said there comes before what became of it: after an end without help nothing more could be said here. */
    private void follow(Exchange exchange, UUID holder, PartnerServer server, Caller account) throws IOException {
        String remote = String.valueOf(exchange.remote());
        ObjectNode there = followUp.task(server, remote);
        IOException later = null;
        try {
            carry(server, account, exchange, there);
        } catch (IOException e) {
            later = e; // where it stands does not wait for what is said
        }
        Found found =
                followUp.follow(server, account, exchange.taskId(), there, String.valueOf(exchange.remoteVersion()));
        store.known(exchange, holder, remote, found.version());
        if (later != null) {
            throw later;
        }
        Step next = !found.status().isEnd()
                ? Step.FOLLOW
                : found.status() == ReferralStatus.COMPLETED ? Step.LISTEN : Step.DONE;
        Duration pause = next == Step.LISTEN ? poll.multipliedBy(LISTENING) : wait(exchange);
        store.next(exchange, holder, next, unlessWritten(exchange, pause), null);
    }

    /** What was written here meanwhile does not wait. */
    private Duration unlessWritten(Exchange exchange, Duration pause) {
        return carrying.waits(exchange.taskId()) ? Duration.ZERO : pause;
    }

    private void carry(PartnerServer server, Caller account, Exchange exchange, ObjectNode there) throws IOException {
        carrying.send(server, account, exchange.taskId(), there);
        receiving.bring(server, account, exchange.taskId(), there);
        stepping.align(server, account, exchange.taskId(), there);
    }

    private boolean carryingEnds(Exchange exchange) {
        return !sides.held(exchange.taskId()).map(sides::isReachable).orElse(false);
    }

    private Duration wait(Exchange exchange) {
        return exchange.urgent() ? pollUrgent : poll;
    }

    private void failed(Exchange exchange, UUID holder, PartnerServer server, String problem) {
        store.failed(server, problem);
        store.again(exchange, holder, firstWait.multipliedBy(1L << Math.min(exchange.tries(), 9)), problem);
        if (exchange.step() == Step.SEND && exchange.tries() + 1 == TOLD_AFTER) {
            accounts.caller(server.account())
                    .ifPresent(account -> reports.delivered(account, exchange.taskId(), false));
        }
    }

    @Override
    public void start() {
        threads.start(
                workers,
                () -> {
                    UUID holder = UUID.randomUUID();
                    return () -> part(holder) || watching.part() || refreshing.part();
                },
                () -> Thread.sleep(LOOK_MILLIS));
    }

    @Override
    public void stop() {
        threads.stop();
    }

    @Override
    public boolean isRunning() {
        return threads.isRunning();
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
