package health.weft.referral;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What is asked for in the network and what comes of it, counted by need: one person's need of one kind, however many were asked for it.
 * A need is met when help was received for it, waits while somebody is asked or at work, and is unmet when all that was asked ended
 * without help.
 */
@Component
@Transactional(readOnly = true)
public class Demand {
    /** One pass over the referrals for all the groups. */
    private static final String SETS =
            "grouping sets ((), (category), (area), (language), (race), (ethnicity)) having count(*) > 0";

    private static final String DIMENSION = """
            case grouping(category, area, language, race, ethnicity)
              when 15 then 'CATEGORY' when 23 then 'AREA' when 27 then 'LANGUAGE' when 29 then 'RACE' when 30 then 'ETHNICITY'
              else 'ALL' end""";

    private final JdbcClient jdbc;

    Demand(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** By what needs are grouped. */
    public enum Dimension {
        ALL,
        CATEGORY,
        AREA,
        LANGUAGE,
        RACE,
        ETHNICITY;

        /** Whether it says something of persons, so that small numbers are not told. */
        public boolean isOfPersons() {
            return this != ALL && this != CATEGORY;
        }
    }

    /**
     * Needs of a group. {@code needs = met + waiting + unmet}.
     *
     * @param value of the dimension: a code, town and postcode; empty when not known
     */
    public record Needs(Dimension dimension, String value, int needs, int met, int waiting, int unmet) {}

    /**
     * How long referrals of a group took, in days; null where none came so far.
     *
     * @param toAnswer median from sent to accepted or declined
     * @param toStart median from sent to started
     * @param toHelp median from sent to help received
     */
    public record Days(
            Dimension dimension,
            String value,
            @Nullable Double toAnswer,
            @Nullable Double toStart,
            @Nullable Double toHelp) {}

    /**
     * Referrals sent in a week.
     *
     * @param monday its first day
     * @param helped of those sent in it, how many were closed with help so far
     * @param ended of those sent in it, how many ended without help so far
     */
    public record Week(LocalDate monday, int sent, int helped, int ended) {}

    /**
     * Needs by every dimension.
     *
     * @param category SDOHCC code, or empty for all
     */
    public List<Needs> needs(String category, Instant since) {
        return jdbc.sql("""
                with need as (
                    select category, max(area) as area, max(language) as language, max(race) as race, max(ethnicity) as ethnicity,
                           bool_or(loop = 'CLOSED') as met, bool_or(loop = 'OPEN') as open
                      from referral.referral where sent_at >= ? and (? = '' or category = ?) group by pat, category)
                select %s as dimension, coalesce(category, area, language, race, ethnicity, '') as value, count(*) as needs,
                       count(*) filter (where met) as met, count(*) filter (where not met and open) as waiting,
                       count(*) filter (where not met and not open) as unmet
                  from need group by %s order by 1, needs desc, value""".formatted(DIMENSION, SETS))
                .param(Timestamp.from(since))
                .params(category, category)
                .query(Needs.class)
                .list();
    }

    /** How long the steps took, by every dimension. */
    public List<Days> days(String category, Instant since) {
        return jdbc.sql("""
                select %s as dimension, coalesce(category, area, language, race, ethnicity, '') as value,
                       percentile_cont(0.5) within group (order by extract(epoch from answered_at - sent_at) / 86400) as to_answer,
                       percentile_cont(0.5) within group (order by extract(epoch from started_at - sent_at) / 86400) as to_start,
                       percentile_cont(0.5) within group (order by extract(epoch from closed_at - sent_at) / 86400)
                           filter (where loop = 'CLOSED') as to_help
                  from referral.referral where part_of is null and sent_at >= ? and (? = '' or category = ?) group by %s""".formatted(DIMENSION, SETS))
                .param(Timestamp.from(since))
                .params(category, category)
                .query(Days.class)
                .list();
    }

    /** Week by week, the oldest first; weeks in which nothing was sent are left out. */
    public List<Week> weeks(String category, Instant since) {
        return jdbc.sql("""
                select date_trunc('week', sent_at)::date as monday, count(*) as sent,
                       count(*) filter (where loop = 'CLOSED') as helped, count(*) filter (where loop = 'ENDED') as ended
                  from referral.referral where part_of is null and sent_at >= ? and (? = '' or category = ?) group by 1 order by 1""")
                .param(Timestamp.from(since))
                .params(category, category)
                .query(Week.class)
                .list();
    }

    /** Why referrals of this kind ended without help, most frequent first. */
    public List<Figures.Ending> endings(String category, Instant since) {
        return jdbc.sql("""
                select coalesce(reason_code, 'other') as reason, count(*) as number
                  from referral.referral where part_of is null and loop = 'ENDED' and sent_at >= ? and (? = '' or category = ?)
                 group by 1 order by 2 desc, 1""")
                .param(Timestamp.from(since))
                .params(category, category)
                .query(Figures.Ending.class)
                .list();
    }
}
