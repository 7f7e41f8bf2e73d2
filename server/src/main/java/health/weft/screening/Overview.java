package health.weft.screening;

import health.weft.audit.Audit;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Visibility;
import health.weft.ui.SmallCells;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Screenings as an organisation looks at them: who was screened, who is due again, and figures; one query each. */
@Component
@Transactional
public class Overview {
    private final JdbcClient jdbc;
    private final Audit audit;
    private final Duration again;
    private final Duration sooner;
    private final int smallest;

    /**
     * @param again after how long a person is asked again
     * @param sooner the same for somebody who declined, or of whom nothing is known after all
     * @param smallest numbers of people below this one are not told, except none
     */
    Overview(
            JdbcClient jdbc,
            Audit audit,
            @Value("${weft.screening.again:365d}") Duration again,
            @Value("${weft.screening.again-unanswered:90d}") Duration sooner,
            @Value("${weft.screening.smallest-cell:11}") int smallest) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.again = again;
        this.sooner = sooner;
        this.smallest = smallest;
    }

    /** A screening of one person. */
    public record Line(
            String id,
            long pat,
            String person,
            String name,
            String title,
            String titleEs,
            Instant at,
            String way,
            boolean declined,
            List<String> needs,
            List<String> unknown) {
        public String title(String language) {
            return language.equals("es") ? titleEs : title;
        }
    }

    /** Somebody who is to be asked again. */
    public record Due(
            long pat,
            String person,
            String name,
            String formId,
            String title,
            String titleEs,
            Instant last,
            Instant due) {
        public String title(String language) {
            return language.equals("es") ? titleEs : title;
        }
    }

    /**
     * How often a form found a kind of need.
     *
     * @param needs how many; null when it is too few to be told, or would tell another that is
     */
    public record Figure(
            String title,
            String titleEs,
            String category,
            @Nullable Integer needs,
            @Nullable Integer clear,
            @Nullable Integer unknown) {
        public String title(String language) {
            return language.equals("es") ? titleEs : title;
        }
    }

    /** The screenings of the caller's organisation that the caller may see, the newest first. */
    public List<Line> screenings(Caller caller, Instant since, int most) {
        Visibility visible = Access.visibility(caller);
        List<Line> lines = jdbc.sql("""
                select s.id, s.pat, coalesce(l.person, '') as person, coalesce(i.shown, '') as name, f.title, f.title_es, s.at, s.way,
                       s.declined, s.needs, s.unknown
                  from screening.screening s join record.res r using (rid) join screening.form f on f.id = s.form_id
                  left join identity.link l on l.pat = s.pat left join identity.source i on i.pat = s.pat
                 where s.owner = ? and s.at >= ? and not r.deleted and\s""" + visible.sql() + " order by s.at desc limit ?")
                .param(caller.party())
                .param(java.sql.Timestamp.from(since))
                .params(visible.args())
                .param(most)
                .query((row, n) -> new Line(
                        row.getString("id"),
                        row.getLong("pat"),
                        row.getString("person"),
                        row.getString("name"),
                        row.getString("title"),
                        row.getString("title_es"),
                        row.getTimestamp("at").toInstant(),
                        row.getString("way"),
                        row.getBoolean("declined"),
                        List.of((String[]) row.getArray("needs").getArray()),
                        List.of((String[]) row.getArray("unknown").getArray())))
                .list();
        audit.record(
                caller,
                Audit.Action.SEARCH,
                "screening list",
                lines.stream().map(Line::pat).toList());
        return lines;
    }

    /**
     * Who was screened by the caller's organisation and is due again, by what the caller may see: by the last screening of each form,
     * whoever asked then.
     */
    public List<Due> due(Caller caller, int most) {
        Visibility visible = Access.visibility(caller);
        List<Due> due = jdbc.sql("""
                select pat, person, name, form_id, title, title_es, at as last, due from (
                    select distinct on (l.person, s.form_id) s.pat, l.person, i.shown as name, s.form_id, f.title, f.title_es, s.at,
                           bool_or(s.owner = ?) over (partition by l.person, s.form_id) as ours,
                           s.at + make_interval(secs => case when s.declined or (s.needs = '{}' and s.clear = '{}') then ? else ? end) as due
                      from screening.screening s join record.res r using (rid) join screening.form f on f.id = s.form_id
                      join identity.link l on l.pat = s.pat join identity.source i on i.pat = s.pat
                     where not r.deleted and\s""" + visible.sql() + """
                     order by l.person, s.form_id, s.at desc) latest
                 where ours and due <= now() order by due limit ?""")
                .param(caller.party())
                .param(sooner.toSeconds())
                .param(again.toSeconds())
                .params(visible.args())
                .param(most)
                .query(Due.class)
                .list();
        audit.record(
                caller,
                Audit.Action.SEARCH,
                "screenings due",
                due.stream().map(Due::pat).toList());
        return due;
    }

    /** When a person is due again by what the caller may see, by form; empty for one never screened. */
    public Map<String, Instant> dueOf(Caller caller, List<Long> pats) {
        Visibility visible = Access.visibility(caller);
        Map<String, Instant> due = new TreeMap<>();
        jdbc.sql("""
                select distinct on (s.form_id) s.form_id,
                       s.at + make_interval(secs => case when s.declined or (s.needs = '{}' and s.clear = '{}') then ? else ? end) as due
                  from screening.screening s join record.res r using (rid)
                 where s.pat = any(?) and not r.deleted and\s""" + visible.sql() + " order by s.form_id, s.at desc")
                .param(sooner.toSeconds())
                .param(again.toSeconds())
                .param(pats.toArray(Long[]::new))
                .params(visible.args())
                .query((row, n) -> due.put(
                        row.getString("form_id"), row.getTimestamp("due").toInstant()))
                .list();
        return due;
    }

    /** A screening of a person that the caller may see, as their timeline shows it. */
    public record Past(
            String id,
            String title,
            String titleEs,
            Instant at,
            String way,
            boolean declined,
            String ownerName,
            int needs,
            int unknown) {
        public String title(String language) {
            return language.equals("es") ? titleEs : title;
        }
    }

    /** The screenings of a person that the caller may see, the newest first. */
    public List<Past> past(Caller caller, List<Long> pats) {
        Visibility visible = Access.visibility(caller);
        audit.record(caller, Audit.Action.SEARCH, "QuestionnaireResponse?patient", pats);
        return jdbc.sql("""
                select s.id, f.title, f.title_es, s.at, s.way, s.declined,
                       coalesce((select p.name from security.party p where p.party = s.owner), '') as owner_name,
                       cardinality(s.needs) as needs, cardinality(s.unknown) as unknown
                  from screening.screening s join record.res r using (rid) join screening.form f on f.id = s.form_id
                 where s.pat = any(?) and not r.deleted and\s""" + visible.sql() + " order by s.at desc, s.rid desc limit 50")
                .param(pats.toArray(Long[]::new))
                .params(visible.args())
                .query(Past.class)
                .list();
    }

    /** How often each form found each kind of need among those whom the caller's organisation screened; each person counts once, by the last. */
    public List<Figure> figures(Caller caller, Instant since) {
        Visibility visible = Access.visibility(caller);
        return jdbc
                .sql("""
                with latest as (
                    select distinct on (coalesce(l.person, s.pat::text), s.form_id, s.needs || s.clear || s.unknown = '{}',
                                        'intimate-partner-violence' = any(s.needs || s.clear || s.unknown))
                           s.form_id, s.needs, s.clear, s.unknown
                      from screening.screening s join record.res r using (rid) left join identity.link l on l.pat = s.pat
                     where s.owner = ? and s.at >= ? and not s.declined and not r.deleted and\s""" + visible.sql() + """
                     order by coalesce(l.person, s.pat::text), s.form_id, s.needs || s.clear || s.unknown = '{}',
                              'intimate-partner-violence' = any(s.needs || s.clear || s.unknown), s.at desc)
                select f.title, f.title_es, c.category, count(*) filter (where c.kind = 'needs') as needs,
                       count(*) filter (where c.kind = 'clear') as clear, count(*) filter (where c.kind = 'unknown') as unknown
                  from latest join screening.form f on f.id = form_id
                  cross join lateral (select 'needs' as kind, unnest(needs) as category union all select 'clear', unnest(clear)
                                      union all select 'unknown', unnest(unknown)) c
                 group by 1, 2, 3 order by 1, 3""")
                .param(caller.party())
                .param(java.sql.Timestamp.from(since))
                .params(visible.args())
                .query(Figure.class)
                .list()
                .stream()
                .map(this::suppressed)
                .toList();
    }

    private Figure suppressed(Figure all) {
        List<@Nullable Integer> cells = SmallCells.told(
                List.of(
                        Objects.requireNonNullElse(all.needs(), 0),
                        Objects.requireNonNullElse(all.clear(), 0),
                        Objects.requireNonNullElse(all.unknown(), 0)),
                smallest);
        return new Figure(all.title(), all.titleEs(), all.category(), cells.get(0), cells.get(1), cells.get(2));
    }
}
