package health.weft.consent;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.store.Stored;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reads the CareTeams that were in the record before they gave seats, once. Goes on where it stopped, on whichever instance; what is
 * written meanwhile is read as it is written.
 */
@Component
class EarlierCareTeams {
    private static final Logger log = LoggerFactory.getLogger(EarlierCareTeams.class);
    private static final int AT_ONCE = 100;

    private final JdbcClient jdbc;
    private final CareTeamLedger ledger;
    private final TransactionTemplate transaction;

    EarlierCareTeams(JdbcClient jdbc, CareTeamLedger ledger, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.ledger = ledger;
        this.transaction = transaction;
    }

    /** All that are not read yet. */
    @Scheduled(initialDelay = 6_000, fixedDelay = 60_000)
    void all() {
        long read = InTurn.all(transaction, this::part);
        if (read > 0) {
            log.info("{} care teams that were there before were read", read);
        }
    }

    /** The next part; 0 when there is none, or another instance is at it. */
    private int part() {
        List<Long> at = jdbc.sql("select position from security.seating where not done for update skip locked")
                .query(Long.class)
                .list();
        if (at.isEmpty()) {
            return 0;
        }
        // Held, so that one that is being changed is read as it is after that.
        List<Stored> teams = InTurn.next(jdbc, at.getFirst(), "rtype = 'CareTeam'", List.of(), AT_ONCE, "for share");
        for (Stored team : teams) {
            try {
                ledger.seat(team, Json.parse(team.body()));
            } catch (Problem unreadable) {
                // Written before such a period was refused: it gives no seat until it is corrected.
                log.warn("{} gives no seat", team.reference());
            }
        }
        jdbc.sql("update security.seating set position = ?, done = ?")
                .params(teams.isEmpty() ? at.getFirst() : teams.getLast().rid(), teams.size() < AT_ONCE)
                .update();
        return teams.size();
    }
}
