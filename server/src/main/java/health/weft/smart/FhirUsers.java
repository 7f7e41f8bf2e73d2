package health.weft.smart;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

/**
 * As whom an app knows somebody ({@code fhirUser}, SMART App Launch 2.2, section 2.0.13): a patient as the Patient that it is about, staff
 * as a Practitioner. That one is made when an app first asks, with the name that others see and nothing else; it is the organisation's
 * own, whose system may say more in it, and one for each organisation that an account acts for.
 */
@Component
class FhirUsers {
    private static final Logger log = LoggerFactory.getLogger(FhirUsers.class);

    private final Records records;
    private final JdbcClient jdbc;
    private final TransactionTemplate own;

    FhirUsers(Records records, JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.records = records;
        this.jdbc = jdbc;
        // A network whose profiles want more of a Practitioner gets none by us, and the app its token all the same.
        this.own = new TransactionTemplate(transactions);
        own.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    /** {@code Patient/<id>} or {@code Practitioner/<id>}; empty for a patient whom it is not about, and where none could be made. */
    Optional<String> of(Caller caller, Authorized let) {
        if (caller.is(Role.PATIENT)) {
            return Optional.ofNullable(let.patient());
        }
        if (!caller.party().startsWith("Organization/")) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(own.execute(status -> practitioner(caller)));
        } catch (Problem e) {
            log.warn("No Practitioner could be made for an account of {}: {}", caller.party(), e.category());
            return Optional.empty();
        }
    }

    private String practitioner(Caller caller) {
        // Two tokens at the same moment know one person.
        jdbc.sql("select count(*) from (select pg_advisory_xact_lock(hashtextextended('practitioner ' || ?, 0))) held")
                .param(caller.username())
                .query(Integer.class)
                .single();
        Caller organisation = new Caller(
                caller.username(),
                caller.name(),
                caller.party(),
                caller.partyName(),
                Set.of(Role.SOURCE),
                caller.language());
        Optional<String> known = jdbc.sql(
                        "select practitioner from smart.practitioner where username = ? and party = ?")
                .params(caller.username(), caller.party())
                .query(String.class)
                .optional()
                .filter(reference -> records.find(
                                organisation, "Practitioner", reference.substring("Practitioner/".length()))
                        .isPresent());
        return known.orElseGet(() -> made(caller, organisation));
    }

    private String made(Caller caller, Caller organisation) {
        ObjectNode practitioner = Json.mapper().createObjectNode();
        practitioner.put("resourceType", "Practitioner");
        practitioner.put("active", true);
        practitioner.putArray("name").addObject().put("text", caller.name());
        String reference = records.create(organisation, practitioner).reference();
        jdbc.sql("""
                insert into smart.practitioner (username, party, practitioner) values (?, ?, ?)
                on conflict (username, party) do update set practitioner = excluded.practitioner, made = now()""").params(caller.username(), caller.party(), reference).update();
        return reference;
    }
}
