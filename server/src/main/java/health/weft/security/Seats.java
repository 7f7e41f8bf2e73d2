package health.weft.security;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The seats that care teams give to organisations. What a seat opens is worked out by {@link ChartPolicy}, with the running transaction:
 * whoever recorded the team must be somebody who may give it.
 */
@Component
@Transactional
public class Seats {
    private final JdbcClient jdbc;
    private final Relations relations;

    Seats(JdbcClient jdbc, Relations relations) {
        this.jdbc = jdbc;
        this.relations = relations;
    }

    /**
     * A seat.
     *
     * @param party {@code Organization/<id>}
     * @param role {@code PractitionerRole/<id>} by which the organisation sits there; null when it is named itself
     * @param since null for always
     * @param until excluded; null for never
     */
    public record Seat(
            String party,
            @Nullable String role,
            @Nullable Instant since,
            @Nullable Instant until) {}

    /**
     * A CareTeam was recorded, changed or taken away: these are its seats now, and no others.
     *
     * @param careTeam row id of the CareTeam
     * @param pat row id of the Patient it is about
     * @param owner party that recorded it
     */
    public void given(long careTeam, long pat, String owner, Collection<Seat> seats) {
        Collection<Long> pats = new TreeSet<>(jdbc.sql("delete from security.seat where careteam = ? returning pat")
                .param(careTeam)
                .query(Long.class)
                .list());
        for (Seat seat : seats) {
            jdbc.sql("""
                    insert into security.seat (careteam, pat, owner, party, role, since, until)
                    values (?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz)""")
                    .param(careTeam)
                    .param(pat)
                    .param(owner)
                    .param(seat.party())
                    .param(seat.role())
                    .param(timestamp(seat.since()))
                    .param(timestamp(seat.until()))
                    .update();
            pats.add(pat);
        }
        relations.reopen(pats);
    }

    /**
     * A PractitionerRole was changed: seats that an organisation has by it end when it is another's now, and last no longer than it does. It
     * never gives a seat: whoever recorded the team named the organisation that the role belonged to then.
     *
     * @param held the seat that it would give now; null when it gives none
     */
    public void held(String role, @Nullable Seat held) {
        List<Long> gone = jdbc.sql(
                        "delete from security.seat where role = ? and party is distinct from ?::text returning pat")
                .param(role)
                .param(held == null ? null : held.party())
                .query(Long.class)
                .list();
        Collection<Long> pats = new TreeSet<>(gone);
        if (held != null) {
            pats.addAll(jdbc.sql("""
                    update security.seat set since = greatest(since, :since::timestamptz), until = least(until, :until::timestamptz)
                     where role = :role and (since is distinct from greatest(since, :since::timestamptz)
                                             or until is distinct from least(until, :until::timestamptz)) returning pat""")
                    .param("since", timestamp(held.since()))
                    .param("until", timestamp(held.until()))
                    .param("role", role)
                    .query(Long.class)
                    .list());
        }
        relations.reopen(pats);
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant at) {
        return at == null ? null : Timestamp.from(at);
    }
}
