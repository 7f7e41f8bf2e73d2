package health.weft.audit;

import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Notes the heads of all chains of the trail once a day, and tells their root in the log: whoever holds the database holds the anchors in
 * it as well, but not the logs that left the machine.
 */
@Component
class Anchors {
    private static final Logger log = LoggerFactory.getLogger(Anchors.class);

    private final JdbcClient jdbc;

    Anchors(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Makes that of the day (UTC), on whichever instance comes first. */
    @Scheduled(initialDelay = 60_000, fixedDelay = 600_000)
    void make() {
        jdbc.sql("""
                insert into audit.anchor (day, lanes, numbers, hashes, root)
                select (now() at time zone 'UTC')::date, array_agg(lane order by lane), array_agg(number order by lane), array_agg(hash order by lane),
                       sha256(convert_to(string_agg(lane || ':' || number || ':' || encode(hash, 'hex'), E'\n' order by lane), 'UTF8'))
                  from audit.chain
                 where not exists (select from audit.anchor where day = (now() at time zone 'UTC')::date)
                having count(*) > 0
                on conflict do nothing returning day::text, root""")
                .query((rs, n) -> rs.getString(1) + " " + HexFormat.of().formatHex(rs.getBytes(2)))
                .optional()
                .ifPresent(
                        line -> log.info("Audit anchor {} (keep it elsewhere; ./weft audit verify asks for it)", line));
    }
}
