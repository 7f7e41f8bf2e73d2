package health.weft.partner;

import static health.weft.fhir.Elements.target;

import health.weft.fhir.Json;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.partner.PartnerStore.Origin;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Reason;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Referrals;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Looks after the copies of what came by reference, while their referral is on its way: a consent that was taken back there ends here what
 * it opened, a request that was revoked is withdrawn.
 */
@Component
class Refreshing {
    private static final Logger log = LoggerFactory.getLogger(Refreshing.class);
    private static final Map<String, String> GONE = Map.of("Consent", "inactive", "ServiceRequest", "revoked");

    private final PartnerStore store;
    private final PartnerRequests requests;
    private final Records records;
    private final Referrals referrals;
    private final Accounts accounts;
    private final Duration refresh;

    Refreshing(
            PartnerStore store,
            PartnerRequests requests,
            Records records,
            Referrals referrals,
            Accounts accounts,
            @Value("${weft.partner.refresh:1h}") Duration refresh) {
        this.store = store;
        this.requests = requests;
        this.records = records;
        this.referrals = referrals;
        this.accounts = accounts;
        this.refresh = refresh;
    }

    /** Looks after the copy whose turn it is; whether there was one. */
    boolean part() {
        Origin origin = store.due(refresh).orElse(null);
        if (origin == null) {
            return false;
        }
        Optional<PartnerServer> server = store.server(origin.party());
        Optional<Caller> account = server.flatMap(partner -> accounts.caller(partner.account()));
        if (server.isPresent() && account.isPresent()) {
            try {
                look(origin, server.get(), account.get());
            } catch (IOException e) {
                store.failed(server.get(), String.valueOf(e.getMessage()));
            } catch (Problem e) {
                log.info("A copy of {} was not brought up to date: {}", origin.reference(), e.category());
            }
        }
        return true;
    }

    private void look(Origin origin, PartnerServer server, Caller account) throws IOException {
        String there = server.within(origin.url()).orElseThrow();
        Answer answer = requests.get(server, there);
        String[] here = origin.reference().split("/");
        ObjectNode copy = records.read(account, here[0], here[1]).json();
        if (answer.status() == 404 || answer.status() == 410) {
            if (GONE.containsKey(here[0])) {
                keep(origin, account, copy.put("status", GONE.get(here[0])), null);
            }
            return;
        }
        ObjectNode resource = answer.good(there).json();
        String version = ByReference.version(resource);
        if (!there.equals(Json.text(resource, "resourceType") + "/" + Json.text(resource, "id"))
                || version.equals(origin.version())) {
            return;
        }
        ObjectNode own = ByReference.own(server, account, owner(origin), origin.url(), resource, store.names(origin));
        own.put("id", here[1]);
        keep(origin, account, own, version);
    }

    private String owner(Origin origin) {
        return store.task(origin)
                .map(task -> target(
                        records.read(Caller.PLATFORM, "Task", task).json().path("owner")))
                .orElse("");
    }

    private void keep(Origin origin, Caller account, ObjectNode resource, @Nullable String version) {
        records.update(account, resource, null);
        store.version(origin, version);
        if (Json.text(resource, "resourceType").equals("ServiceRequest")
                && Json.text(resource, "status").matches("revoked|entered-in-error")) {
            store.task(origin)
                    .map(task -> referrals.find(account, task))
                    .filter(referral -> !referral.status().isEnd())
                    .ifPresent(referral -> referrals.stop(
                            account,
                            referral.id(),
                            referral.version(),
                            ReferralStatus.CANCELLED,
                            Reason.NO_LONGER_NEEDED,
                            ""));
        }
    }
}
