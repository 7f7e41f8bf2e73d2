package health.weft.referral;

import java.math.BigDecimal;
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
        ETHNICITY
    }

    /**
     * Needs of a group. {@code needs = met + waiting + unmet}.
     *
     * @param kind SDOHCC code of the needs counted, empty for all
     * @param value of the dimension: a code, town and postcode; empty when not known
     */
    public record Needs(String kind, Dimension dimension, String value, int needs, int met, int waiting, int unmet) {}

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
     * @param kind SDOHCC code, empty for all
     * @param monday its first day
     * @param helped of those sent in it, how many were closed with help so far
     * @param ended of those sent in it, how many ended without help so far
     */
    public record Week(String kind, LocalDate monday, int sent, int helped, int ended) {}

    /** Needs by every dimension, of all kinds and of each; the most first. */
    public List<Needs> needs(Instant since) {
        return jdbc.sql("""
                with need as (
                    select category, max(area) as area, max(language) as language, max(race) as race, max(ethnicity) as ethnicity,
                           bool_or(loop = 'CLOSED') as met, bool_or(loop = 'OPEN') as open
                      from referral.referral where sent_at >= ? group by pat, category)
                select case when grouping(category) = 0 and grouping(area, language, race, ethnicity) <> 15 then category else '' end as kind,
                       case grouping(area, language, race, ethnicity)
                         when 7 then 'AREA' when 11 then 'LANGUAGE' when 13 then 'RACE' when 14 then 'ETHNICITY'
                         else case when grouping(category) = 0 then 'CATEGORY' else 'ALL' end end as dimension,
                       coalesce(area, language, race, ethnicity, case when grouping(area, language, race, ethnicity) = 15 then category end, '')
                           as value,
                       count(*) as needs, count(*) filter (where met) as met, count(*) filter (where not met and open) as waiting,
                       count(*) filter (where not met and not open) as unmet
                  from need
                 group by grouping sets ((), (category), (area), (language), (race), (ethnicity),
                                         (category, area), (category, language), (category, race), (category, ethnicity))
                having count(*) > 0 order by 1, 2, needs desc, value""").param(Timestamp.from(since)).query(Needs.class).list();
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

    /** Week by week, of all kinds and of each, the oldest first; weeks in which nothing was sent are left out. */
    public List<Week> weeks(Instant since) {
        return jdbc.sql("""
                select coalesce(category, '') as kind, monday, count(*) as sent,
                       count(*) filter (where loop = 'CLOSED') as helped, count(*) filter (where loop = 'ENDED') as ended
                  from (select category, loop, date_trunc('week', sent_at)::date as monday from referral.referral
                         where part_of is null and sent_at >= ?) r
                 group by grouping sets ((monday), (category, monday)) order by 1, 2""").param(Timestamp.from(since)).query(Week.class).list();
    }

    /** Why referrals ended without help, of all kinds and of each, most frequent first. */
    public List<Ending> endings(Instant since) {
        return jdbc.sql("""
                select coalesce(category, '') as kind, reason, count(*) as number
                  from (select category, coalesce(reason_code, 'other') as reason from referral.referral
                         where part_of is null and loop = 'ENDED' and sent_at >= ?) r
                 group by grouping sets ((reason), (category, reason)) order by 1, 3 desc, 2""").param(Timestamp.from(since)).query(Ending.class).list();
    }

    /**
     * A reason and how often it was given.
     *
     * @param kind SDOHCC code, empty for all
     */
    public record Ending(String kind, String reason, int number) {}

    /** Referrals closed with help at whoever helped: of what was passed on the parts count and not the whole. */
    private static final String GIVEN = """
            from referral.referral r left join referral.outcome o on o.referral_id = r.id
             where r.loop = 'CLOSED' and r.sent_at >= ? and not exists (select from referral.referral p where p.part_of = r.id)
            """;

    /**
     * What came of referrals that were closed with help, as far as whoever helped said it.
     *
     * @param kind SDOHCC code, empty for all
     * @param resolved of how many the need was met; {@code partly}, {@code unresolved} likewise
     * @param priced of how many a cost was said; {@code cost} of all of them together, US dollars
     */
    public record Help(
            String kind,
            int helped,
            int enrolled,
            int notEnrolled,
            int onWaitlist,
            int resolved,
            int partly,
            int unresolved,
            int priced,
            BigDecimal cost) {}

    /** What came of help, of all kinds and of each. */
    public List<Help> help(Instant since) {
        return jdbc.sql("""
                select coalesce(category, '') as kind, count(*) as helped,
                       count(*) filter (where enrolment = 'enrolled') as enrolled,
                       count(*) filter (where enrolment = 'not-enrolled') as not_enrolled,
                       count(*) filter (where enrolment = 'not-enrolled-on-waitlist') as on_waitlist,
                       count(*) filter (where resolved = ?) as resolved,
                       count(*) filter (where resolved = ?) as partly,
                       count(*) filter (where resolved = ?) as unresolved,
                       count(cost) as priced, coalesce(sum(cost), 0) as cost
                """ + GIVEN + " group by grouping sets ((), (category)) having count(*) > 0 order by 2 desc, 1")
                .param(Resolved.YES.code())
                .param(Resolved.PARTLY.code())
                .param(Resolved.NO.code())
                .param(Timestamp.from(since))
                .query(Help.class)
                .list();
    }

    /**
     * How much was given of something.
     *
     * @param unit in words, such as boxes; null for those of which no amount was said
     * @param number of referrals
     */
    public record Amount(String kind, @Nullable String unit, int number, BigDecimal quantity) {}

    /** Amounts by kind and unit, those with the most referrals first. */
    public List<Amount> amounts(Instant since) {
        return jdbc.sql("""
                select category as kind, case when quantity is not null then lower(btrim(coalesce(unit, ''))) end as unit,
                       count(*) as number, coalesce(sum(quantity), 0) as quantity
                """ + GIVEN + " group by 1, 2 order by 3 desc, 1, 2")
                .param(Timestamp.from(since))
                .query(Amount.class)
                .list();
    }
}
