package health.weft.referral;

import health.weft.referral.Attempt.Medium;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of what happens between yes and help. */
@Component
class ProgressStore {
    private final JdbcClient jdbc;

    ProgressStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Progress of(String referral) {
        return jdbc.sql("""
                        select business_status, business_words, appointment_id, starts, place, words, position
                          from referral.progress where referral_id = ?""")
                .param(referral)
                .query((rs, n) -> {
                    Timestamp starts = rs.getTimestamp("starts");
                    String code = rs.getString("business_status");
                    return new Progress(
                            code == null ? null : BusinessStatus.ofCode(code).orElse(null),
                            text(rs.getString("business_words")),
                            rs.getString("appointment_id"),
                            starts == null ? null : starts.toInstant(),
                            text(rs.getString("place")),
                            text(rs.getString("words")),
                            rs.getObject("position", Integer.class));
                })
                .optional()
                .orElse(Progress.NONE);
    }

    /** The referral whose appointment this is. */
    Optional<String> ofAppointment(String appointment) {
        return jdbc.sql("select referral_id from referral.progress where appointment_id = ?")
                .param(appointment)
                .query(String.class)
                .optional();
    }

    void save(String referral, Progress progress) {
        jdbc.sql("""
                insert into referral.progress
                       (referral_id, business_status, business_words, appointment_id, starts, place, words, position)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (referral_id) do update
                   set business_status = excluded.business_status, business_words = excluded.business_words,
                       appointment_id = excluded.appointment_id, starts = excluded.starts, place = excluded.place,
                       words = excluded.words, position = excluded.position""")
                .param(referral)
                .param(progress.business() == null ? null : progress.business().code())
                .param(progress.businessWords())
                .param(progress.appointmentId())
                .param(progress.starts() == null ? null : Timestamp.from(progress.starts()))
                .param(progress.place())
                .param(progress.words())
                .param(progress.position())
                .update();
    }

    /** Whoever helps got in touch, or tried: the clock that waited for it stands still. */
    void contacted(String referral) {
        jdbc.sql("""
                update referral.referral set contacted = now(), reminded = null, overdue = null
                 where id = ? and contacted is null""").param(referral).update();
    }

    boolean isContacted(String referral) {
        return jdbc.sql("select contacted is not null from referral.referral where id = ?")
                .param(referral)
                .query(Boolean.class)
                .single();
    }

    // ------------------------------------------------------------------------------------------------ attempts

    /** The attempts of a referral, oldest first. */
    List<Attempt> attempts(String referral) {
        return jdbc.sql("select medium, at, words, name from referral.attempt where referral_id = ? order by at, id")
                .param(referral)
                .query((rs, n) -> new Attempt(
                        Medium.valueOf(rs.getString("medium")),
                        rs.getTimestamp("at").toInstant(),
                        rs.getString("words"),
                        rs.getString("name")))
                .list();
    }

    /** On how many days somebody tried. */
    int days(String referral, ZoneId zone) {
        return jdbc.sql(
                        "select count(distinct (at at time zone ?)::date)::int from referral.attempt where referral_id = ?")
                .params(zone.getId(), referral)
                .query(Integer.class)
                .single();
    }

    /** @return whether it was not known before */
    boolean attempted(String communication, String referral, Medium medium, Instant at, String words, String name) {
        return jdbc.sql("""
                        insert into referral.attempt (id, referral_id, medium, at, words, name) values (?, ?, ?, ?, ?, ?)
                        on conflict (id) do update set referral_id = excluded.referral_id, medium = excluded.medium, at = excluded.at, words = excluded.words
                        returning xmax = 0""")
                .param(communication)
                .param(referral)
                .param(medium.name())
                .param(Timestamp.from(at))
                .param(words.isBlank() ? null : words)
                .param(name)
                .query(Boolean.class)
                .single();
    }

    void notAttempted(String communication) {
        jdbc.sql("delete from referral.attempt where id = ?")
                .param(communication)
                .update();
    }

    /** Whether a form was sent before. */
    boolean isRecorded(UUID formKey) {
        return jdbc.sql("select count(*) from referral.attempt where form_key = ?")
                        .param(formKey)
                        .query(Long.class)
                        .single()
                > 0;
    }

    void setForm(String communication, UUID formKey) {
        jdbc.sql("update referral.attempt set form_key = ? where id = ?")
                .params(formKey, communication)
                .update();
    }

    // ------------------------------------------------------------------------------------------------ outcomes

    void save(String referral, Outcome outcome) {
        jdbc.sql("""
                insert into referral.outcome (referral_id, kind, quantity, unit, cost, resolved, enrolment)
                values (?, ?, ?, ?, ?, ?, ?)
                on conflict (referral_id) do update
                   set kind = excluded.kind, quantity = excluded.quantity, unit = excluded.unit, cost = excluded.cost,
                       resolved = excluded.resolved, enrolment = excluded.enrolment""")
                .param(referral)
                .param(outcome.kind() == null ? null : outcome.kind().code())
                .param(outcome.quantity())
                .param(outcome.unit().isEmpty() ? null : outcome.unit())
                .param(outcome.cost())
                .param(outcome.resolved() == null ? null : outcome.resolved().code())
                .param(outcome.enrolment() == null ? null : outcome.enrolment().code())
                .update();
    }

    Optional<Outcome> outcome(String referral) {
        return jdbc.sql(
                        "select kind, quantity, unit, cost, resolved, enrolment from referral.outcome where referral_id = ?")
                .param(referral)
                .query((rs, n) -> new Outcome(
                        Given.of(text(rs.getString("kind"))).orElse(null),
                        rs.getBigDecimal("quantity"),
                        text(rs.getString("unit")),
                        rs.getBigDecimal("cost"),
                        Resolved.of(text(rs.getString("resolved"))).orElse(null),
                        Enrolment.of(text(rs.getString("enrolment"))).orElse(null)))
                .optional();
    }

    private static String text(@Nullable String words) {
        return words == null ? "" : words;
    }
}
