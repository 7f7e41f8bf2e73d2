package health.weft.casework;

import health.weft.audit.Audit;
import health.weft.casework.Report.Amount;
import health.weft.casework.Report.Service;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Visibility;
import java.time.YearMonth;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Counts what an organisation did, out of the rows of its case list that the caller may see. */
@Component
@Transactional
public class Months {
    /** The visits of the month; a person with two copies is one. */
    private static final String MONTH = """
            with month as (
                select v.attendance, coalesce(v.service, '') as service, v.quantity, coalesce(v.unit, '') as unit, v.day, v.id,
                       coalesce(l.person, c.pat::text) as person,
                       case when s.address like '%%,%%' then lower(regexp_replace(s.address, '[^[:alnum:]]+', '', 'g')) end as place
                  from casework.visit v join record.res r on r.rid = v.rid join casework.client c on c.id = v.client_id
                  left join identity.link l on l.pat = c.pat left join identity.source s on s.pat = c.pat
                 where v.party = ? and v.day between ? and ? and not r.deleted and (%s))
            """;

    private final JdbcClient jdbc;
    private final Audit audit;

    Months(JdbcClient jdbc, Audit audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    private record Counted(int clients, int households, int attended, int missed, int cancelled) {}

    private record Begun(int added, int closed) {}

    private record Kind(String name, int visits, int clients) {}

    /** The report of a month. */
    public Report of(Caller caller, YearMonth month) {
        CasePolicy.mayWork(caller);
        Counted counted = visits(caller, month, """
                select count(distinct person) filter (where attendance = 'ATTENDED') as clients,
                       count(distinct coalesce(place, person)) filter (where attendance = 'ATTENDED') as households,
                       count(*) filter (where attendance = 'ATTENDED') as attended,
                       count(*) filter (where attendance = 'NO_SHOW') as missed,
                       count(*) filter (where attendance = 'CANCELLED') as cancelled from month""").query(Counted.class).single();
        List<Amount> amounts = visits(caller, month, """
                select lower(service) as service, min(unit) as unit, sum(quantity) as sum from month
                 where attendance = 'ATTENDED' and quantity is not null group by lower(service), lower(unit) order by 1, 2""").query(Amount.class).list();
        List<Service> services = visits(caller, month, """
                select (array_agg(service order by day, id))[1] as name, count(*) as visits, count(distinct person) as clients from month
                 where attendance = 'ATTENDED' group by lower(service) order by 2 desc, 1""").query(Kind.class).list().stream()
                .map(kind -> new Service(
                        kind.name(),
                        kind.visits(),
                        kind.clients(),
                        amounts.stream()
                                .filter(amount -> amount.service().equalsIgnoreCase(kind.name()))
                                .toList()))
                .toList();
        Begun begun = begun(caller, month);
        audit.record(caller, Audit.Action.SEARCH, "report of a case list", List.of());
        return new Report(
                month,
                counted.clients(),
                counted.households(),
                counted.attended(),
                counted.missed(),
                counted.cancelled(),
                begun.added(),
                begun.closed(),
                services);
    }

    private JdbcClient.StatementSpec visits(Caller caller, YearMonth month, String select) {
        Visibility visible = Access.visibility(caller);
        return jdbc.sql(MONTH.formatted(visible.sql()) + select)
                .params(caller.party(), month.atDay(1), month.atEndOfMonth())
                .params(visible.args());
    }

    private Begun begun(Caller caller, YearMonth month) {
        Visibility visible = Access.visibility(caller);
        return jdbc.sql("""
                select count(*) filter (where c.since between ? and ?) as added, count(*) filter (where c.closed between ? and ?) as closed
                  from casework.client c join record.res r on r.rid = c.rid
                 where c.party = ? and not r.deleted and (%s)""".formatted(visible.sql()))
                .params(month.atDay(1), month.atEndOfMonth(), month.atDay(1), month.atEndOfMonth(), caller.party())
                .params(visible.args())
                .query(Begun.class)
                .single();
    }
}
