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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The organisations that work on a server of their own. The network's convener says which, and where. */
@Component
public class Partners {
    private static final int LONGEST_TOKEN = 4_000;
    private static final String ORGANIZATION = "Organization/[A-Za-z0-9.-]{1,64}";

    private final PartnerStore store;
    private final PartnerRequests requests;
    private final Accounts accounts;
    private final Audit audit;
    private final Set<String> httpHosts;
    private final String address;

    Partners(
            PartnerStore store,
            PartnerRequests requests,
            Accounts accounts,
            Audit audit,
            @Value("${weft.partner.http-hosts:}") Set<String> httpHosts,
            @Value("${weft.base-url:}") String address) {
        this.store = store;
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
     */
    public record Said(String party, String base, String asker, String asked, boolean copies, String token) {}

    /**
     * One with how many referrals stand where.
     *
     * @param sending on their way there
     * @param following under way there
     * @param stuck of both, with a problem
     */
    public record Row(PartnerServer server, int sending, int following, int stuck) {}

    public List<Row> all(Caller caller) {
        mayDecide(caller);
        return store.servers().stream()
                .map(server -> {
                    Count count = store.count(server.party());
                    return new Row(server, count.sending(), count.following(), count.stuck());
                })
                .toList();
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
