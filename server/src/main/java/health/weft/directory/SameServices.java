package health.weft.directory;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Services that two directories bring under different names, of organisations that somebody said are one. Nothing is joined without a
 * person; what was said counts also when the directories come again (decision 48).
 */
@Component
@Transactional
public class SameServices {
    private static final int SHOWN = 60;

    private final JdbcClient jdbc;
    private final SameListings listings;
    private final Audit audit;

    SameServices(JdbcClient jdbc, SameListings listings, Audit audit) {
        this.jdbc = jdbc;
        this.listings = listings;
        this.audit = audit;
    }

    /** Two that may be one, of an organisation. */
    public record Candidate(
            String organization,
            String one,
            String oneName,
            String oneFeed,
            String other,
            String otherName,
            String otherFeed) {}

    /** What was said of two. */
    public record Decided(
            String one, String other, String oneName, String otherName, String verdict, String by, Instant at) {}

    /** Those of two feeds that are not one yet, the names most alike first. */
    @Transactional(readOnly = true)
    public List<Candidate> candidates(Caller caller) {
        Feeds.allowed(caller);
        return jdbc.sql("""
                select o.name as organization, a.id as one, a.name as one_name, a.feed as one_feed,
                       b.id as other, b.name as other_name, b.feed as other_feed
                  from directory.alike g join directory.alike h on h.whole = g.whole
                  join directory.service a on a.organization_id = g.id join directory.service b on b.organization_id = h.id and b.id > a.id
                  join directory.organization o on o.id = g.id
                 where a.feed <> b.feed and a.status = 'active' and b.status = 'active'
                   and coalesce(a.same_as, a.id) <> coalesce(b.same_as, b.id)
                   and not exists (select from directory.same_service s where s.one = a.id and s.other = b.id and s.verdict <> 'undone'
                                      and s.n = (select max(n) from directory.same_service l where l.one = a.id and l.other = b.id))
                 order by public.similarity(directory.plain(a.name), directory.plain(b.name)) desc, a.name, b.name limit ?""").param(SHOWN).query(Candidate.class).list();
    }

    /** What was decided, the latest first. */
    @Transactional(readOnly = true)
    public List<Decided> decided(Caller caller) {
        Feeds.allowed(caller);
        return jdbc.sql("""
                select s.one, s.other, a.name as one_name, b.name as other_name, s.verdict, s.by_whom as "by", s.at
                  from (select distinct on (one, other) * from directory.same_service order by one, other, n desc) s
                  join directory.service a on a.id = s.one join directory.service b on b.id = s.other
                 where s.verdict <> 'undone' order by s.n desc limit ?""").param(SHOWN).query(Decided.class).list();
    }

    /**
     * Decides about two, or takes the decision back.
     *
     * @param verdict {@code same}, {@code different} or {@code undone}
     * @throws Problem forbidden; invalid for any other verdict, or one service twice; not found, unless both are services of organisations
     *     that are one; unavailable, while a feed is written
     */
    public void decide(Caller caller, String one, String other, String verdict) {
        List<String> pair = listings.held(caller, one, other, verdict);
        int kept = jdbc.sql("""
                insert into directory.same_service (one, other, verdict, by_whom)
                select least(a.id, b.id), greatest(a.id, b.id), ?, ?
                  from directory.service a join directory.alike g on g.id = a.organization_id,
                       directory.service b join directory.alike h on h.id = b.organization_id
                 where a.id = ? and b.id = ? and g.whole = h.whole""")
                .params(verdict, "account:" + caller.username(), pair.getFirst(), pair.getLast())
                .update();
        if (kept == 0) {
            throw Problem.of(Category.NOT_FOUND, "directory.problem.none");
        }
        listings.join();
        audit.record(caller, Audit.Action.UPDATE, "directory services " + String.join(" ", pair), List.of());
    }
}
