package health.weft.conversation;

import health.weft.security.Caller;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of conversations. What a page may show of it is for the record to say: rows are asked for by who reads them. */
@Component
class ConversationStore {
    private static final String MESSAGE = """
            select id, party, party_name, name, addressee, words, document_id, binary_id, file, content_type, size, at, seen, withdrawn, delivery
              from conversation.message
            """;
    private static final String STEP = """
            select id, referral_id, words, party, party_name, due, added, added_by, status, done, done_by from conversation.step
            """;

    private final JdbcClient jdbc;

    ConversationStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // ------------------------------------------------------------------------------------------------ messages

    /** What was said about a referral, oldest first; of notes those of this party alone. */
    List<Message> messages(String referral, String reader) {
        return jdbc.sql(MESSAGE + " where referral_id = ? and (addressee is not null or party = ?) order by at, id")
                .params(referral, reader)
                .query(ConversationStore::message)
                .list();
    }

    Optional<Message> message(String id) {
        return jdbc.sql(MESSAGE + " where id = ?")
                .param(id)
                .query(ConversationStore::message)
                .optional();
    }

    /** The referral that a message is about. */
    Optional<String> referralOf(String message) {
        return jdbc.sql("select referral_id from conversation.message where id = ?")
                .param(message)
                .query(String.class)
                .optional();
    }

    int count(String referral) {
        return jdbc.sql("select count(*)::int from conversation.message where referral_id = ?")
                .param(referral)
                .query(Integer.class)
                .single();
    }

    /** How many files a party has sent about a referral, without those it took back. */
    int files(String referral, String party) {
        return jdbc.sql("""
                select count(*)::int from conversation.message
                 where referral_id = ? and party = ? and document_id is not null and withdrawn is null""").params(referral, party).query(Integer.class).single();
    }

    void said(String id, String referral, Caller by, @Nullable String addressee, String words) {
        jdbc.sql("""
                insert into conversation.message (id, referral_id, party, party_name, name, addressee, words)
                values (?, ?, ?, ?, ?, ?, ?)""")
                .param(id)
                .param(referral)
                .param(by.party())
                .param(by.partyName())
                .param(by.name())
                .param(addressee)
                .param(words)
                .update();
    }

    void attach(String id, Message.File file, byte @Nullable [] sha256) {
        jdbc.sql("""
                update conversation.message
                   set document_id = ?, binary_id = ?, file = ?, content_type = ?, size = ?, sha256 = ? where id = ?""")
                .param(file.id())
                .param(file.binary())
                .param(file.name())
                .param(file.contentType())
                .param(file.size())
                .param(sha256)
                .param(id)
                .update();
    }

    /** The message by which a party sent this very file before. */
    Optional<String> sent(String referral, String party, byte[] sha256) {
        return jdbc.sql("""
                select id from conversation.message
                 where referral_id = ? and party = ? and sha256 = ? and withdrawn is null limit 1""").params(referral, party, sha256).query(String.class).optional();
    }

    void withdrawn(String id) {
        jdbc.sql("update conversation.message set withdrawn = coalesce(withdrawn, now()) where id = ?")
                .param(id)
                .update();
    }

    /** What was written to a party, and it opens now; how many it had not opened before. */
    int seen(Collection<String> ids, Caller reader) {
        return jdbc.sql("""
                update conversation.message set seen = now(), seen_by = ?
                 where id = any(?) and addressee = ? and seen is null""")
                .param(reader.name())
                .param(ids.toArray(String[]::new))
                .param(reader.party())
                .update();
    }

    /** The referrals with something written to a party that it has not opened, and how many of each, newest first. */
    List<Unread> unread(String party, int most) {
        return jdbc.sql("""
                select referral_id, count(*)::int as messages, max(at) as at from conversation.message
                 where addressee = ? and seen is null and withdrawn is null
                 group by referral_id order by max(at) desc limit ?""")
                .params(party, most)
                .query((rs, n) -> new Unread(
                        rs.getString("referral_id"),
                        rs.getInt("messages"),
                        rs.getTimestamp("at").toInstant()))
                .list();
    }

    /** Something that a party has not opened. */
    record Unread(String referralId, int messages, Instant at) {}

    /** After a referral has ended without help nothing of it waits for anybody. */
    void ended(String referral) {
        jdbc.sql("update conversation.message set seen = now() where referral_id = ? and seen is null")
                .param(referral)
                .update();
        jdbc.sql("update conversation.step set status = 'cancelled' where referral_id = ? and status = 'requested'")
                .param(referral)
                .update();
    }

    // ------------------------------------------------------------------------------------------------ steps

    /** The next steps of a referral: what is to be done by its day, then what has been. */
    List<NextStep> steps(String referral) {
        return jdbc.sql(STEP + """
                 where referral_id = ? and status <> 'cancelled'
                 order by (status = 'completed'), due nulls last, at, id""")
                .param(referral)
                .query(ConversationStore::step)
                .list();
    }

    /** The same with those that were taken out. */
    List<NextStep> everyStep(String referral) {
        return jdbc.sql(STEP + " where referral_id = ? order by at, id")
                .param(referral)
                .query(ConversationStore::step)
                .list();
    }

    Optional<NextStep> step(String id) {
        return jdbc.sql(STEP + " where id = ?")
                .param(id)
                .query(ConversationStore::step)
                .optional();
    }

    /** What a party is to do, whatever the referral, by its day. */
    List<NextStep> todo(String party, int most) {
        return jdbc.sql(STEP + " where party = ? and status = 'requested' order by due nulls last, at, id limit ?")
                .params(party, most)
                .query(ConversationStore::step)
                .list();
    }

    int countSteps(String referral) {
        return jdbc.sql("select count(*)::int from conversation.step where referral_id = ?")
                .param(referral)
                .query(Integer.class)
                .single();
    }

    void keep(NextStep step) {
        jdbc.sql("""
                insert into conversation.step (id, referral_id, words, party, party_name, due, added, added_by, status, done, done_by)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (id) do update
                   set status = excluded.status, done = excluded.done, done_by = excluded.done_by""")
                .param(step.id())
                .param(step.referralId())
                .param(step.words())
                .param(step.party())
                .param(step.partyName())
                .param(step.due() == null ? null : Date.valueOf(step.due()))
                .param(step.added())
                .param(step.addedBy())
                .param(step.status())
                .param(step.done() == null ? null : Timestamp.from(step.done()))
                .param(step.doneBy())
                .update();
    }

    // ------------------------------------------------------------------------------------------------ forms

    /** Whether a form was taken before; the same one sent at the same moment waits here. */
    boolean isTaken(UUID formKey) {
        jdbc.sql("select pg_advisory_xact_lock(?)")
                .param(formKey.getLeastSignificantBits())
                .query((rs, n) -> true)
                .single();
        return jdbc.sql("""
                select exists (select from conversation.message where form_key = ?)
                    or exists (select from conversation.step where form_key = ?)""").params(formKey, formKey).query(Boolean.class).single();
    }

    void messageOf(UUID formKey, String id) {
        jdbc.sql("update conversation.message set form_key = ? where id = ?")
                .params(formKey, id)
                .update();
    }

    Optional<String> messageOf(UUID formKey) {
        return jdbc.sql("select id from conversation.message where form_key = ?")
                .param(formKey)
                .query(String.class)
                .optional();
    }

    void delivered(String message, Conversations.Delivery delivery) {
        jdbc.sql("update conversation.message set delivery = ? where id = ?")
                .params(delivery.name(), message)
                .update();
    }

    void stepOf(UUID formKey, String id) {
        jdbc.sql("update conversation.step set form_key = ? where id = ?")
                .params(formKey, id)
                .update();
    }

    Optional<String> stepOf(UUID formKey) {
        return jdbc.sql("select id from conversation.step where form_key = ?")
                .param(formKey)
                .query(String.class)
                .optional();
    }

    private static Message message(ResultSet rs, int n) throws SQLException {
        Instant withdrawn = instant(rs, "withdrawn");
        String document = rs.getString("document_id");
        return new Message(
                rs.getString("id"),
                rs.getString("party"),
                rs.getString("party_name"),
                rs.getString("name"),
                rs.getString("addressee"),
                withdrawn == null ? rs.getString("words") : "",
                document == null || withdrawn != null
                        ? null
                        : new Message.File(
                                document,
                                rs.getString("binary_id"),
                                rs.getString("file"),
                                rs.getString("content_type"),
                                rs.getLong("size")),
                rs.getTimestamp("at").toInstant(),
                instant(rs, "seen"),
                withdrawn,
                rs.getString("delivery"));
    }

    private static NextStep step(ResultSet rs, int n) throws SQLException {
        return new NextStep(
                rs.getString("id"),
                rs.getString("referral_id"),
                rs.getString("words"),
                rs.getString("party"),
                rs.getString("party_name"),
                rs.getObject("due", LocalDate.class),
                rs.getString("added"),
                rs.getString("added_by"),
                rs.getString("status"),
                instant(rs, "done"),
                rs.getString("done_by"));
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        Timestamp at = rs.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
