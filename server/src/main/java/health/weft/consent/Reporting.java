package health.weft.consent;

import health.weft.fhir.Json;
import health.weft.record.RecordListener;
import health.weft.security.Caller;
import health.weft.store.StoreListener.Written;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/**
 * Marks what is reportable to public health ({@code security.reportable}): at each write, and anew in the background when
 * {@link ReportableCodes} have changed. What is reportable no longer closes at once, with all the rest until it was looked at again; what has become so opens as
 * it is come upon.
 */
@Component
class Reporting implements RecordListener {
    /** Where the code stands that says what was found or given, by type. */
    private static final Map<String, List<String>> CODED = Map.of(
            "Condition", List.of("code"),
            "Observation", List.of("code", "valueCodeableConcept"),
            "DiagnosticReport", List.of("code", "conclusionCode"),
            "Immunization", List.of("vaccineCode"));

    private static final Logger log = LoggerFactory.getLogger(Reporting.class);
    private static final int AT_ONCE = 500;

    private final JdbcClient jdbc;
    private final ReportableCodes codes;
    private final TransactionTemplate transaction;

    Reporting(JdbcClient jdbc, ReportableCodes codes, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.codes = codes;
        this.transaction = transaction;
    }

    @Override
    public void settled(List<Written> all, Caller by) {
        List<Written> coded = all.stream()
                .filter(each -> CODED.containsKey(each.now().type()))
                .toList();
        if (codes.named() && !coded.isEmpty()) {
            jdbc.sql("select one from security.reporting for key share")
                    .query(Boolean.class)
                    .single();
            mark(coded);
        }
    }

    /** Says which of these resources, which stand in the record, are reportable. */
    private void mark(Collection<Written> written) {
        List<Long> rids = new ArrayList<>();
        List<String> systems = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (Written each : written) {
            if (each.now().deleted() || each.now().pat() == 0) {
                continue;
            }
            for (String field : CODED.getOrDefault(each.now().type(), List.of())) {
                JsonNode concepts = each.json().path(field);
                for (JsonNode concept : concepts.isArray() ? concepts : List.of(concepts)) {
                    for (JsonNode coding : concept.path("coding")) {
                        rids.add(each.now().rid());
                        systems.add(Json.text(coding, "system"));
                        values.add(Json.text(coding, "code"));
                    }
                }
            }
        }
        jdbc.sql("""
                with written as (select * from unnest(?::bigint[], ?::bigint[]) as w (rid, pat)),
                     coded as (select distinct w.rid from unnest(?::bigint[], ?::text[], ?::text[]) as w (rid, system, code)
                                 join security.reportable_code c on c.system = w.system and c.code = w.code),
                     no_longer as (delete from security.reportable q using written w
                                    where q.rid = w.rid and w.rid not in (select rid from coded))
                insert into security.reportable (rid, pat) select w.rid, w.pat from written w join coded using (rid)
                on conflict (rid) do update set pat = excluded.pat""")
                .param(written.stream().map(each -> each.now().rid()).toArray(Long[]::new))
                .param(written.stream().map(each -> each.now().pat()).toArray(Long[]::new))
                .param(rids.toArray(Long[]::new))
                .param(systems.toArray(String[]::new))
                .param(values.toArray(String[]::new))
                .update();
    }

    /** Takes the codes as they are now, and looks at all that was not held against them yet. */
    @Scheduled(initialDelay = 1_000, fixedDelayString = "${weft.public-health.look:30s}")
    void all() {
        Set<ReportableCodes.Code> now = codes.all();
        byte[] fingerprint = codes.fingerprint(now);
        transaction.executeWithoutResult(status -> take(now, fingerprint));
        long seen = InTurn.all(transaction, this::part);
        if (seen > 0) {
            log.info("{} resources were held against what is reportable to public health now", seen);
        }
    }

    private void take(Set<ReportableCodes.Code> now, byte[] fingerprint) {
        byte[] known = jdbc.sql("select codes from security.reporting")
                .query(byte[].class)
                .single();
        if (Arrays.equals(known, fingerprint)) {
            return;
        }
        jdbc.sql("select one from security.reporting for update")
                .query(Boolean.class)
                .single();
        Set<ReportableCodes.Code> before = new HashSet<>(jdbc.sql("select system, code from security.reportable_code")
                .query(ReportableCodes.Code.class)
                .list());
        if (!now.containsAll(before)) {
            jdbc.sql("delete from security.reportable").update();
        }
        jdbc.sql("delete from security.reportable_code").update();
        jdbc.sql("insert into security.reportable_code (system, code) select * from unnest(?::text[], ?::text[])")
                .param(now.stream().map(ReportableCodes.Code::system).toArray(String[]::new))
                .param(now.stream().map(ReportableCodes.Code::code).toArray(String[]::new))
                .update();
        jdbc.sql("update security.reporting set codes = ?, position = 0, done = ?")
                .params(fingerprint, now.isEmpty())
                .update();
    }

    /** The next part; 0 when there is none, or another instance is at it. */
    private int part() {
        List<Long> at = jdbc.sql("select position from security.reporting where not done for no key update skip locked")
                .query(Long.class)
                .list();
        if (at.isEmpty()) {
            return 0;
        }
        List<Written> written = InTurn.next(
                        jdbc,
                        at.getFirst(),
                        "rtype = any(?) and pat <> 0",
                        List.<Object>of((Object) CODED.keySet().toArray(String[]::new)),
                        AT_ONCE,
                        "for share skip locked")
                .stream()
                .map(row -> new Written(row, Json.parse(row.body())))
                .toList();
        mark(written);
        jdbc.sql("update security.reporting set position = ?, done = ?")
                .params(written.isEmpty() ? 0L : written.getLast().now().rid(), written.size() < AT_ONCE)
                .update();
        return written.size();
    }
}
