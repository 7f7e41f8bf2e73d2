package health.weft.listing;

import health.weft.directory.Edits;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Organisations with listings that nobody has called right for long, the longest first. */
@Component
@Transactional
public class StaleListings {
    private static final int BETWEEN_ASKS_DAYS = 30;

    private final JdbcClient jdbc;
    private final Edits edits;
    private final int days;

    /** @param after how long a listing counts as right after somebody said so */
    StaleListings(JdbcClient jdbc, Edits edits, @Value("${weft.directory.stale-after:180d}") Duration after) {
        this.jdbc = jdbc;
        this.edits = edits;
        this.days = (int) after.toDays();
    }

    /**
     * An organisation with stale listings.
     *
     * @param services how many of them
     * @param assured when the oldest was called right; null for never
     * @param mail where it can be asked; null for nowhere
     * @param asked when it was asked last
     * @param failed whether that mail was not taken
     */
    public record Stale(
            String id,
            String name,
            int services,
            @Nullable LocalDate assured,
            @Nullable String mail,
            @Nullable Instant asked,
            boolean failed,
            @Nullable Instant answered) {
        /** Whether a mail may be sent now: there is an address, and none was sent of late. */
        public boolean canBeAsked() {
            return mail != null
                    && (asked == null
                            || failed
                            || asked.isBefore(Instant.now().minus(Duration.ofDays(BETWEEN_ASKS_DAYS))));
        }
    }

    private static final String STALE = """
            from directory.service s
            where s.status in ('active', 'temporarily closed') and (s.assured_date is null or s.assured_date < current_date - :days)""";

    /** @param words a part of the organisation's name; empty for all */
    @Transactional(readOnly = true)
    public List<Stale> find(Caller caller, String words, int from, int size) {
        Suggestions.steward(caller);
        return jdbc.sql("""
                with stale as (
                    select s.organization_id, count(*)::int as services,
                           case when bool_and(s.assured_date is not null) then min(s.assured_date) end as assured
                      %s group by 1)
                select o.id, o.name, t.services, t.assured, directory.mail_of(o.id) as mail, a.made as asked,
                       a.failed is not null as failed, a.answered
                  from stale t join directory.organization o on o.id = t.organization_id
                  left join lateral (select made, failed, answered from directory.ask a
                                      where a.organization_id = o.id order by made desc limit 1) a on true
                 where :words = '' or position(directory.plain(:words) in directory.plain(o.name)) > 0
                 order by t.assured nulls first, o.name, o.id offset :from limit :size""".formatted(STALE))
                .param("days", days)
                .param("words", words)
                .param("from", from)
                .param("size", size)
                .query(Stale.class)
                .list();
    }

    /** How many organisations, and how many of their listings. */
    public record Total(int organizations, int services) {}

    @Transactional(readOnly = true)
    public Total total(Caller caller) {
        Suggestions.steward(caller);
        return jdbc.sql("select count(distinct s.organization_id)::int as organizations, count(*)::int as services "
                        + STALE)
                .param("days", days)
                .query(Total.class)
                .single();
    }

    /** Says that all listings of these organisations are right, as somebody who has asked them knows. */
    public int assure(Caller caller, List<String> organizations) {
        Suggestions.steward(caller);
        List<String> services = services(organizations);
        if (services.isEmpty()) {
            throw Problem.of(Category.INVALID, "listing.problem.none");
        }
        edits.assure(services, "account:" + caller.username());
        return services.size();
    }

    private List<String> services(List<String> organizations) {
        return jdbc.sql("""
                select id from directory.service where organization_id = any (?) and status in ('active', 'temporarily closed')""")
                .param(organizations.toArray(String[]::new))
                .query(String.class)
                .list();
    }

    /**
     * Puts a mail to each of these organisations in the queue; those that cannot be asked are passed over.
     *
     * @return how many will be asked
     */
    public int ask(Caller caller, List<String> organizations) {
        Suggestions.steward(caller);
        return jdbc.sql("""
                insert into directory.ask (organization_id, mail, by_whom)
                select o.id, m.mail, :by from directory.organization o, lateral (select directory.mail_of(o.id) as mail) m
                 where o.id = any (:ids) and m.mail is not null and length(m.mail) <= 200 and m.mail ~ '^[^[:space:]@<>"]+@[^[:space:]@<>"]+$'
                   and not exists (select from directory.ask a where a.organization_id = o.id and a.failed is null
                                      and a.made > now() - make_interval(days => :between))""")
                .param("by", caller.username())
                .param("ids", organizations.toArray(String[]::new))
                .param("between", BETWEEN_ASKS_DAYS)
                .update();
    }
}
