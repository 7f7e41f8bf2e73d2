package health.weft.referral;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Figures of all referrals of the network, counted in the database; no person is named in any. */
@Component
@Transactional(readOnly = true)
public class Figures {
    private final JdbcClient jdbc;

    Figures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Figures of a group of referrals.
     *
     * @param name of the service or organisation; empty for the whole network
     * @param owner of a service's line, the organisation asked; else empty
     * @param answered how many were accepted or declined
     * @param closed how many were closed with help received
     * @param confirmed how many of the persons said themselves that help came
     * @param ended how many ended without help: declined, not possible, withdrawn
     * @param daysToAnswer median, null when none was answered
     * @param daysToClose median from sent to help received, null when none was closed
     */
    public record Line(
            By by,
            String name,
            String owner,
            int sent,
            int answered,
            int accepted,
            int closed,
            int confirmed,
            int reopened,
            int ended,
            @Nullable Double daysToAnswer,
            @Nullable Double daysToClose) {}

    /** By what referrals are grouped. */
    public enum By {
        NETWORK,
        SERVICE,
        ASKED,
        ASKING
    }

    /** The figures since an instant of the network (what was passed on counts there once), each service, each organisation asked, and each that asks; the most sent first. */
    public List<Line> lines(Instant since) {
        return jdbc.sql("""
                select case grouping(service, owner_name, requester_name)
                         when 1 then 'SERVICE' when 5 then 'ASKED' when 6 then 'ASKING' else 'NETWORK' end as by,
                       coalesce(service, owner_name, requester_name, '') as name,
                       case when grouping(service) = 0 then coalesce(owner_name, '') else '' end as owner, count(*) as sent,
                       count(answered_at) as answered,
                       count(*) filter (where answered_at is not null and status <> 'rejected') as accepted,
                       count(*) filter (where loop = 'CLOSED') as closed,
                       count(*) filter (where help = 'YES') as confirmed,
                       count(*) filter (where loop = 'REOPENED') as reopened,
                       count(*) filter (where loop = 'ENDED') as ended,
                       percentile_cont(0.5) within group (order by extract(epoch from answered_at - sent_at) / 86400)
                           as days_to_answer,
                       percentile_cont(0.5) within group (order by extract(epoch from closed_at - sent_at) / 86400)
                           filter (where loop = 'CLOSED') as days_to_close
                  from (select service_name || ', ' || owner_name as service, part_of is not null as part, * from referral.referral where sent_at >= ?) r
                 group by grouping sets ((part), (service, owner_name), (owner_name), (requester_name)) having grouping(part) = 1 or not part
                 order by sent desc, name""")
                .param(java.sql.Timestamp.from(since))
                .query(Line.class)
                .list();
    }
}
