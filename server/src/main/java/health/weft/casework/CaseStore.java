package health.weft.casework;

import health.weft.referral.Outcome;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Stored;
import health.weft.store.Visibility;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of case lists but that of reports. What is read is the caller's own party's, and of that what the caller may see. */
@Component
class CaseStore {
    private static final String CLIENT = """
            select c.id, c.version, c.patient_id, c.pat, coalesce(l.person, '') as person, c.number, s.shown, s.birth_date, s.phone,
                   s.address, c.since, c.closed, c.reason, c.last_seen, c.taken_from
              from casework.client c join record.res r on r.rid = c.rid
              join identity.source s on s.pat = c.pat left join identity.link l on l.pat = c.pat
             where c.party = ? and not r.deleted and\s""";

    private static final String VISIT = """
            select v.id, v.version, v.client_id, c.number, s.shown, v.day, v.time, v.attendance, v.service, v.quantity, v.unit, v.name, v.referred,
                   (select n.words from casework.note n where n.visit_id = v.id order by n.at desc, n.id limit 1) as note
              from casework.visit v join record.res r on r.rid = v.rid join casework.client c on c.id = v.client_id
              join identity.source s on s.pat = c.pat
             where v.party = ? and not r.deleted and\s""";

    private final JdbcClient jdbc;

    CaseStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // ------------------------------------------------------------------------------------------------ reading

    /** SQL that grows with its arguments; it begins with what the caller may see. */
    private static final class Query {
        private final StringBuilder sql;
        private final List<Object> args = new ArrayList<>();

        Query(String select, Caller caller) {
            Visibility visible = Access.visibility(caller);
            this.sql =
                    new StringBuilder(select).append('(').append(visible.sql()).append(')');
            args.add(caller.party());
            args.addAll(visible.args());
        }

        Query and(String more, Object... with) {
            sql.append(' ').append(more);
            args.addAll(List.of(with));
            return this;
        }
    }

    private List<Client> clients(Query query) {
        return jdbc.sql(query.sql.toString())
                .params(query.args)
                .query(CaseStore::client)
                .list();
    }

    private List<Visit> visits(Query query) {
        return jdbc.sql(query.sql.toString())
                .params(query.args)
                .query(CaseStore::visit)
                .list();
    }

    Optional<Client> client(Caller caller, String id) {
        return clients(new Query(CLIENT, caller).and("and c.id = ?", id)).stream()
                .findFirst();
    }

    /** A page of the list, and one more when there is a next. */
    List<Client> list(Caller caller, Filter filter, LocalDate today, int limit, int offset) {
        Query query = new Query(CLIENT, caller);
        switch (filter.show()) {
            case OPEN -> query.and("and c.closed is null");
            case CLOSED -> query.and("and c.closed is not null");
            case ALL -> {
                // no condition
            }
        }
        if (filter.unseen() > 0) {
            query.and("and coalesce(c.last_seen, c.since) <= ?", today.minusDays(filter.unseen()));
        }
        if (!filter.words().isEmpty()) {
            query.and("and (lower(c.number) = lower(?) or (true", filter.text().strip());
            filter.words().forEach(word -> query.and("and s.names like ?", "% " + word + "%"));
            query.and("))");
        }
        query.and(
                switch (filter.sort()) {
                    case NAME -> "order by s.names, c.id";
                    case SEEN -> "order by coalesce(c.last_seen, c.since), s.names, c.id";
                    case NEW -> "order by c.since desc, s.names, c.id";
                });
        return clients(query.and("limit ? offset ?", limit, offset));
    }

    /** The clients of the caller's organisation that are one of these people, or were taken on from one of them. */
    List<Client> ofPeople(Caller caller, Collection<String> people) {
        String[] ids = people.toArray(String[]::new);
        return clients(new Query(CLIENT, caller)
                .and("and (l.person = any(?) or c.taken_from = any(?))", ids, ids)
                .and("order by c.closed nulls first, c.since, c.id"));
    }

    Optional<Visit> visit(Caller caller, String id) {
        return visits(new Query(VISIT, caller).and("and v.id = ?", id)).stream().findFirst();
    }

    List<Visit> visitsOf(Caller caller, String client) {
        return visits(new Query(VISIT, caller)
                .and("and v.client_id = ? order by v.day desc, v.time desc nulls last, v.id limit 500", client));
    }

    /** Rows in the record of the Patients of these clients. */
    List<Long> pats(Caller caller, Collection<String> clients) {
        return jdbc.sql("select pat from casework.client where party = ? and id = any(?)")
                .param(caller.party())
                .param(clients.toArray(String[]::new))
                .query(Long.class)
                .list();
    }

    /** What is between two days, both counted. */
    List<Visit> visits(Caller caller, LocalDate from, LocalDate until, int limit) {
        return visits(new Query(VISIT, caller)
                .and(
                        "and v.day between ? and ? order by v.day, v.time nulls last, s.names, v.id limit ?",
                        from,
                        until,
                        limit));
    }

    /** The notes that stand by no visit, newest first. */
    List<Note> notes(Caller caller, String client) {
        Query query = new Query("""
                select n.id, n.at, n.words, n.name from casework.note n join record.res r on r.rid = n.rid
                 where n.party = ? and not r.deleted and\s""", caller)
                .and("and n.client_id = ? and n.visit_id is null order by n.at desc, n.id limit 500", client);
        return jdbc.sql(query.sql.toString())
                .params(query.args)
                .query((row, n) -> new Note(
                        row.getString("id"),
                        row.getTimestamp("at").toInstant(),
                        row.getString("words"),
                        row.getString("name")))
                .list();
    }

    /** Ids of the Communication and the Procedure of a visit, where there are any. */
    record Parts(@Nullable String note, @Nullable String procedure, boolean referred) {}

    Parts parts(String party, String visit) {
        return jdbc.sql("""
                select (select n.id from casework.note n where n.visit_id = v.id order by n.at desc, n.id limit 1) as note,
                       v.procedure_id as procedure, v.referred
                  from casework.visit v where v.id = ? and v.party = ?""").params(visit, party).query(Parts.class).single();
    }

    /** What the organisation gave, most often in the last year first. */
    List<String> services(Caller caller, LocalDate since) {
        return jdbc.sql("""
                select service from casework.visit where party = ? and day >= ? and service <> ''
                 group by service order by count(*) desc, service limit 30""").params(caller.party(), since).query(String.class).list();
    }

    // ------------------------------------------------------------------------------------------------ writing

    /** Whether the Patient of this row is the party's own. */
    boolean isOwn(long pat, String party) {
        return jdbc.sql(
                        "select exists (select from record.res where rid = ? and owner = ? and rtype = 'Patient' and not deleted)")
                .params(pat, party)
                .query(Boolean.class)
                .single();
    }

    /** @return false when the person, or the number, is on the list by another case */
    boolean saveClient(
            Stored episode,
            String patient,
            @Nullable String number,
            LocalDate since,
            @Nullable LocalDate closed,
            @Nullable String reason) {
        boolean taken = jdbc.sql(
                        "select exists (select from casework.client where party = ? and id <> ? and (pat = ? or number = ?))")
                .param(episode.owner())
                .param(episode.id())
                .param(episode.pat())
                .param(number)
                .query(Boolean.class)
                .single();
        if (taken) {
            return false;
        }
        return jdbc.sql("""
                insert into casework.client (id, rid, version, party, patient_id, pat, number, since, closed, reason)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (id) do update set version = excluded.version, patient_id = excluded.patient_id, pat = excluded.pat,
                    number = excluded.number, since = excluded.since, closed = excluded.closed, reason = excluded.reason""")
                        .param(episode.id())
                        .param(episode.rid())
                        .param(episode.version())
                        .param(episode.owner())
                        .param(patient)
                        .param(episode.pat())
                        .param(number)
                        .param(since)
                        .param(closed)
                        .param(reason)
                        .update()
                == 1;
    }

    void removeClient(String id) {
        jdbc.sql("delete from casework.client where id = ?").param(id).update();
    }

    /** Says of whom a client was taken on: identity may not yet know that the two are one. */
    void takenFrom(String id, String person) {
        jdbc.sql("update casework.client set taken_from = ? where id = ?")
                .params(person, id)
                .update();
    }

    /** Keeps a visit, when the case is the organisation's own and of the same person. */
    void saveVisit(
            Stored encounter,
            String client,
            CaseFhir.Moment moment,
            Attendance attendance,
            String service,
            String name,
            boolean referred) {
        jdbc.sql("""
                insert into casework.visit (id, rid, version, client_id, party, day, time, attendance, service, name, referred)
                select ?, ?, ?, c.id, c.party, ?, ?, ?, ?, ?, ? from casework.client c where c.id = ? and c.party = ? and c.pat = ?
                on conflict (id) do update set version = excluded.version, day = excluded.day, time = excluded.time,
                    attendance = excluded.attendance, service = excluded.service, referred = excluded.referred""")
                .param(encounter.id())
                .param(encounter.rid())
                .param(encounter.version())
                .param(moment.day())
                .param(moment.time())
                .param(attendance.name())
                .param(service)
                .param(name)
                .param(referred)
                .param(client)
                .param(encounter.owner())
                .param(encounter.pat())
                .update();
        seen(client);
    }

    void removeVisit(String id) {
        jdbc.sql("delete from casework.visit where id = ? returning client_id")
                .param(id)
                .query(String.class)
                .list()
                .forEach(this::seen);
    }

    private void seen(String client) {
        jdbc.sql("""
                update casework.client c set last_seen = (select max(v.day) from casework.visit v
                    where v.client_id = c.id and v.attendance = 'ATTENDED') where c.id = ?""").param(client).update();
    }

    /** A visit of a client on a day at which nothing is recorded as given: one who came before one who is to come. */
    Optional<String> visitOf(String client, LocalDate day) {
        return jdbc.sql("""
                select id from casework.visit
                 where client_id = ? and day = ? and not referred and procedure_id is null and attendance in ('ATTENDED', 'PLANNED')
                 order by attendance, time nulls last, id limit 1""").params(client, day).query(String.class).optional();
    }

    /** Whether a Procedure stands by a visit of the same organisation and person. */
    boolean isVisit(String encounter, Stored procedure) {
        return jdbc.sql("""
                select exists (select from casework.visit v join casework.client c on c.id = v.client_id
                    where v.id = ? and v.party = ? and c.pat = ?)""")
                .params(encounter, procedure.owner(), procedure.pat())
                .query(Boolean.class)
                .single();
    }

    void saveGiven(String procedure, String visit, Outcome given) {
        jdbc.sql("update casework.visit set procedure_id = ?, quantity = ?, unit = ? where id = ?")
                .param(procedure)
                .param(given.quantity())
                .param(given.unit())
                .param(visit)
                .update();
    }

    void changeGiven(String procedure, Outcome given) {
        jdbc.sql("update casework.visit set quantity = ?, unit = ? where procedure_id = ?")
                .param(given.quantity())
                .param(given.unit())
                .param(procedure)
                .update();
    }

    /** An open case and its Patient. */
    record Open(String id, String patientId) {}

    /** The open case of the party that is of the same person as a Patient, or was taken on from them. */
    Optional<Open> openClient(String party, long pat) {
        return jdbc.sql("""
                select c.id, c.patient_id from casework.client c left join identity.link l on l.pat = c.pat
                 where c.party = ? and c.closed is null
                   and (select o.person from identity.link o where o.pat = ?) in (l.person, c.taken_from) order by c.since, c.id limit 1""").params(party, pat).query(Open.class).optional();
    }

    void removeGiven(String procedure) {
        jdbc.sql("update casework.visit set procedure_id = null, quantity = null, unit = null where procedure_id = ?")
                .param(procedure)
                .update();
    }

    void saveNote(Stored communication, String client, @Nullable String visit, Instant at, String words, String name) {
        jdbc.sql("""
                insert into casework.note (id, rid, client_id, visit_id, party, at, words, name)
                select ?, ?, c.id, (select v.id from casework.visit v where v.id = ? and v.client_id = c.id), c.party, ?, ?, ?
                  from casework.client c where c.id = ? and c.party = ?
                on conflict (id) do update set words = excluded.words""")
                .param(communication.id())
                .param(communication.rid())
                .param(visit)
                .param(Timestamp.from(at))
                .param(words)
                .param(name)
                .param(client)
                .param(communication.owner())
                .update();
    }

    void removeNote(String id) {
        jdbc.sql("delete from casework.note where id = ?").param(id).update();
    }

    // ------------------------------------------------------------------------------------------------ forms

    /** What a form became; a second sending of the same form waits here until the first is done. */
    Optional<String> ofForm(UUID key) {
        hold(key.toString());
        return jdbc.sql("select resource_id from casework.form where form_key = ?")
                .param(key)
                .query(String.class)
                .optional();
    }

    void setForm(UUID key, String id) {
        jdbc.sql("insert into casework.form (form_key, resource_id) values (?, ?)")
                .params(key, id)
                .update();
    }

    /** Whoever else holds the same waits until this transaction ends. */
    void hold(String what) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(?, 38))")
                .param(what)
                .query((row, n) -> true)
                .single();
    }

    // ------------------------------------------------------------------------------------------------ files

    /** A file that somebody looks at before it is brought in. */
    record Upload(Look.Kind kind, String name, String content) {}

    /** Keeps a file for a day; what is older goes. */
    UUID keep(Caller caller, Look.Kind kind, String name, String content) {
        jdbc.sql("delete from casework.upload where at < now() - interval '1 day'")
                .update();
        UUID key = UUID.randomUUID();
        jdbc.sql("insert into casework.upload (key, party, username, kind, name, content) values (?, ?, ?, ?, ?, ?)")
                .params(key, caller.party(), caller.username(), kind.name(), name, content)
                .update();
        return key;
    }

    Optional<Upload> upload(Caller caller, UUID key) {
        return jdbc.sql("select kind, name, content from casework.upload where key = ? and party = ? and username = ?")
                .params(key, caller.party(), caller.username())
                .query(Upload.class)
                .optional();
    }

    void forget(Caller caller, UUID key) {
        jdbc.sql("delete from casework.upload where key = ? and party = ? and username = ?")
                .params(key, caller.party(), caller.username())
                .update();
    }

    private static Client client(ResultSet row, int n) throws SQLException {
        return new Client(
                row.getString("id"),
                row.getInt("version"),
                row.getString("patient_id"),
                row.getLong("pat"),
                row.getString("person"),
                row.getString("number"),
                row.getString("shown"),
                row.getObject("birth_date", LocalDate.class),
                row.getString("phone"),
                row.getString("address"),
                row.getObject("since", LocalDate.class),
                row.getObject("closed", LocalDate.class),
                row.getString("reason"),
                row.getObject("last_seen", LocalDate.class),
                row.getString("taken_from"));
    }

    private static Visit visit(ResultSet row, int n) throws SQLException {
        return new Visit(
                row.getString("id"),
                row.getInt("version"),
                row.getString("client_id"),
                row.getString("number"),
                row.getString("shown"),
                row.getObject("day", LocalDate.class),
                row.getObject("time", LocalTime.class),
                Attendance.valueOf(row.getString("attendance")),
                text(row, "service"),
                row.getBigDecimal("quantity"),
                text(row, "unit"),
                text(row, "note"),
                row.getString("name"),
                row.getBoolean("referred"));
    }

    private static String text(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }
}
