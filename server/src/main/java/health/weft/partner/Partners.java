package health.weft.partner;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.partner.PartnerStore.Count;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.security.ServerAddress;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The organisations that work on a server of their own. The network's convener says which, and where. */
@Component
public class Partners {
    private static final int LONGEST_TOKEN = 4_000;
    private static final String ORGANIZATION = "Organization/[A-Za-z0-9.-]{1,64}";

    private final PartnerStore store;
    private final WatchStore watchStore;
    private final Watching watching;
    private final PartnerKeys keys;
    private final PartnerRequests requests;
    private final Accounts accounts;
    private final Audit audit;
    private final Set<String> httpHosts;
    private final String address;

    Partners(
            PartnerStore store,
            WatchStore watchStore,
            Watching watching,
            PartnerKeys keys,
            PartnerRequests requests,
            Accounts accounts,
            Audit audit,
            @Value("${weft.partner.http-hosts:}") Set<String> httpHosts,
            @Value("${weft.base-url:}") String address) {
        this.store = store;
        this.watchStore = watchStore;
        this.watching = watching;
        this.keys = keys;
        this.requests = requests;
        this.accounts = accounts;
        this.audit = audit;
        this.httpHosts = Set.copyOf(httpHosts);
        this.address = address;
    }

    /**
     * What the convener says of one.
     *
     * @param token bearer token for it; blank keeps the one that is there
     * @param clientId as which it knows this server by its keys; blank for one that wants a token
     * @param scopes that are asked for then
     */
    public record Said(
            String party,
            String base,
            String asker,
            String asked,
            boolean copies,
            String token,
            String clientId,
            String scopes) {

        /** One that wants a token. */
        public Said(String party, String base, String asker, String asked, boolean copies, String token) {
            this(party, base, asker, asked, copies, token, "", "");
        }
    }

    /** What a partner's server is asked for by default: what goes there, what comes of it, and to hear of it. */
    public static final String SCOPES =
            "system/Task.cruds system/ServiceRequest.cruds system/Patient.cruds system/Condition.cruds"
                    + " system/Consent.cruds system/Communication.cruds system/DocumentReference.cruds system/Binary.cruds"
                    + " system/Procedure.rs system/Observation.rs system/Subscription.cruds";

    /**
     * One with how many referrals stand where.
     *
     * @param sending on their way there
     * @param following under way there
     * @param stuck of both, with a problem
     * @param unsaid messages that could not be carried one way or the other
     * @param watched whether it says by itself that something changed
     * @param watchProblem why it does not, although it could
     * @param told when it did last
     */
    public record Row(
            PartnerServer server,
            int sending,
            int following,
            int stuck,
            int unsaid,
            boolean watched,
            @Nullable String watchProblem,
            @Nullable Instant told) {}

    public List<Row> all(Caller caller) {
        mayDecide(caller);
        return store.servers().stream().map(this::row).toList();
    }

    private Row row(PartnerServer server) {
        Count count = store.count(server.party());
        List<WatchStore.Watch> watches = watches(server);
        return new Row(
                server,
                count.sending(),
                count.following(),
                count.stuck(),
                count.unsaid(),
                watches.stream().anyMatch(watch -> watch.type().equals("Task") && watch.remote() != null),
                watches.stream()
                        .map(WatchStore.Watch::problem)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                watchStore.lastTold(server).orElse(null));
    }

    private List<WatchStore.Watch> watches(PartnerServer server) {
        return server.offers().equals("nothing") ? List.of() : watchStore.watches(server);
    }

    /** Organisations that can be one. */
    public List<Accounts.Member> organisations(Caller caller) {
        mayDecide(caller);
        return accounts.organisations();
    }

    /**
     * What is wrong with what was said.
     *
     * @param field of {@link Said}
     * @param key of the words that say what to do
     */
    record Wrong(String field, String key) {}

    /** The first thing that is wrong; empty when nothing is. */
    Optional<Wrong> wrong(Said said) {
        if (accounts.partyName(said.party()).isEmpty() || !said.party().matches(ORGANIZATION)) {
            return Optional.of(new Wrong("party", "partner.problem.party"));
        }
        if (!ServerAddress.isBase(bare(said.base()), httpHosts)) {
            return Optional.of(new Wrong("base", "partner.problem.base"));
        }
        if (!said.asker().matches(ORGANIZATION)) {
            return Optional.of(new Wrong("asker", "partner.problem.reference"));
        }
        if (!said.asked().matches(ORGANIZATION)) {
            return Optional.of(new Wrong("asked", "partner.problem.reference"));
        }
        if (!said.copies() && address.isBlank()) {
            return Optional.of(new Wrong("way", "partner.problem.address"));
        }
        if (!said.clientId().matches("[\\x21-\\x7e]{0,200}")) {
            return Optional.of(new Wrong("clientId", "partner.problem.client"));
        }
        if (!said.clientId().isEmpty() && !said.scopes().matches("system/[\\x21-\\x7e]+( system/[\\x21-\\x7e]+)*")
                || said.scopes().length() > LONGEST_TOKEN) {
            return Optional.of(new Wrong("scopes", "partner.problem.scopes"));
        }
        return said.token().length() > LONGEST_TOKEN || !said.token().matches("[\\x21-\\x7e]*")
                ? Optional.of(new Wrong("token", "partner.problem.token"))
                : Optional.empty();
    }

    /**
     * From now on referrals to this organisation go there.
     *
     * @throws Problem forbidden for others than the convener; unprocessable, saying what is wrong with it
     */
    @Transactional
    public PartnerServer add(Caller caller, Said said) {
        mayDecide(caller);
        wrong(said).ifPresent(wrong -> {
            throw Problem.of(Category.UNPROCESSABLE, wrong.key());
        });
        String name = accounts.partyName(said.party()).orElseThrow();
        PartnerServer before = store.server(said.party()).orElse(null);
        PartnerServer server = new PartnerServer(
                before == null ? UUID.randomUUID() : before.id(),
                said.party(),
                name,
                bare(said.base()),
                said.asker(),
                said.asked(),
                said.copies(),
                before == null ? UUID.randomUUID() : before.nudge(),
                "partner-" + said.party().substring("Organization/".length()),
                said.clientId().isEmpty() ? null : said.clientId(),
                said.clientId().isEmpty() ? "" : said.scopes(),
                "unknown",
                null,
                null);
        accounts.ensure(server.account(), name, server.party(), Set.of(Role.SOURCE), "en", null);
        store.save(server, said.token(), caller.username());
        audit.record(caller, Audit.Action.CREATE, "Endpoint/" + server.id(), List.of());
        return server;
    }

    /** Nothing goes there any more; what is on its way stays where it is. */
    @Transactional
    public void end(Caller caller, String party) {
        PartnerServer server = find(caller, party);
        store.end(party);
        accounts.end(server.account());
        audit.record(caller, Audit.Action.DELETE, "Endpoint/" + server.id(), List.of());
    }

    /**
     * Asks the server who it is.
     *
     * @return what is wrong, empty when it is a FHIR R4 server that answers
     */
    public Optional<String> check(Caller caller, String party) {
        PartnerServer server = find(caller, party);
        try {
            var statement = requests.get(server, "metadata").good("metadata").json();
            if (!Json.text(statement, "fhirVersion").startsWith("4.0")) {
                throw new IOException("The server speaks FHIR " + Json.text(statement, "fhirVersion") + ", not 4.0.");
            }
            store.heard(server);
            store.look(party);
            watchStore.soon(party);
            return Optional.empty();
        } catch (IOException e) {
            store.failed(server, String.valueOf(e.getMessage()));
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** A partner says that something changed; whether there is one that says so at this address. */
    boolean nudged(UUID nudge) {
        Optional<PartnerServer> server = store.nudged(nudge);
        server.ifPresent(partner -> store.look(partner.party()));
        return server.isPresent();
    }

    /**
     * A Subscription that was made here tells something; what it tells is not read.
     *
     * @param bearer what it carries
     * @return whether it carries what only that partner was told
     */
    boolean told(UUID id, String bearer) {
        return watching.told(id, bearer);
    }

    /** The public keys by which this server shows partners who it is, each a JWK. */
    List<String> keys() {
        return keys.published();
    }

    private PartnerServer find(Caller caller, String party) {
        mayDecide(caller);
        return store.server(party).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "partner.problem.none"));
    }

    private static void mayDecide(Caller caller) {
        if (!caller.is(Role.CONVENER)) {
            throw Problem.of(Category.FORBIDDEN, "partner.problem.role");
        }
    }

    private static String bare(String base) {
        return base.strip().replaceAll("/+$", "");
    }
}
