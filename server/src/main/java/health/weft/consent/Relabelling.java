package health.weft.consent;

import health.weft.fhir.Json;
import health.weft.store.StoreListener.Written;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Labels what was in the record before a code or a party became sensitive: after an update of Weft, of the network's own list, or a word of
 * the operator's. Goes on where it stopped, on whichever instance; what is written meanwhile is labelled as it is written.
 */
@Component
class Relabelling {
    private static final Logger log = LoggerFactory.getLogger(Relabelling.class);
    private static final int AT_ONCE = 500;

    private final JdbcClient jdbc;
    private final SensitiveCodes codes;
    private final Labelling labelling;
    private final TransactionTemplate transaction;

    Relabelling(JdbcClient jdbc, SensitiveCodes codes, Labelling labelling, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.codes = codes;
        this.labelling = labelling;
        this.transaction = transaction;
    }

    /** All that is not labelled yet. */
    @Scheduled(initialDelay = 5_000, fixedDelay = 30_000)
    void all() {
        long labelled = InTurn.all(transaction, this::part);
        if (labelled > 0) {
            log.info("{} resources were held against what is sensitive now", labelled);
        }
    }

    /** The next part; 0 when there is none, or another instance is at it. */
    private int part() {
        List<Long> at = jdbc.sql(
                        "select position from security.labelling where not done or codes <> ? for update skip locked")
                .param(codes.fingerprint())
                .query(Long.class)
                .list();
        if (at.isEmpty()) {
            return 0;
        }
        boolean begin = jdbc.sql("update security.labelling set codes = ?, position = 0, done = false where codes <> ?")
                        .params(codes.fingerprint(), codes.fingerprint())
                        .update()
                == 1;
        List<Written> written =
                InTurn.next(jdbc, begin ? 0L : at.getFirst(), "pat <> 0", List.of(), AT_ONCE, "").stream()
                        .map(row -> new Written(row, Json.parse(row.body())))
                        .toList();
        labelling.label(written);
        jdbc.sql("update security.labelling set position = ?, done = ?")
                .params(written.isEmpty() ? 0L : written.getLast().now().rid(), written.size() < AT_ONCE)
                .update();
        return written.size();
    }
}
