package health.weft.screening;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Keeps drafts, each for the party that asks, until they are finished or too old. */
@Component
public class Drafts {
    private static final String COLUMNS =
            "select key, form_id, form_ver, pat, person, party, username, way, language, page,"
                    + " answers, changed, response_id, done from screening.draft";

    private final JdbcClient jdbc;
    private final Duration keep;

    /** @param keep how long after the last answer a draft is thrown away */
    Drafts(JdbcClient jdbc, @Value("${weft.screening.keep-drafts:30d}") Duration keep) {
        this.jdbc = jdbc;
        this.keep = keep;
    }

    /** A draft of this party in this way; another one's is not there. */
    Optional<Draft> find(UUID key, String party, Way way) {
        return jdbc.sql(COLUMNS + " where key = ? and party = ? and way = ?")
                .params(key, party, way.name())
                .query(Draft.class)
                .optional();
    }

    /** The same, locked until the running transaction ends: two who send it at once are decided one after the other. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Draft> lock(UUID key, String party, Way way) {
        return jdbc.sql(COLUMNS + " where key = ? and party = ? and way = ? for update")
                .params(key, party, way.name())
                .query(Draft.class)
                .optional();
    }

    /** Begins it, unless it was begun already. */
    void begin(Draft draft) {
        jdbc.sql("""
                insert into screening.draft (key, form_id, form_ver, pat, person, party, username, way, language, page, answers)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do nothing""")
                .param(draft.key())
                .param(draft.formId())
                .param(draft.formVer())
                .param(draft.pat())
                .param(draft.person())
                .param(draft.party())
                .param(draft.username())
                .param(draft.way().name())
                .param(draft.language())
                .param(draft.page())
                .param(draft.answers())
                .update();
    }

    void save(UUID key, String language, int page, String answers) {
        jdbc.sql("""
                update screening.draft set language = ?, page = ?, answers = ?, changed = now()
                 where key = ? and done is null""").params(language, page, answers, key).update();
    }

    /** What was typed stays in the record alone. */
    void finish(UUID key, String responseId) {
        jdbc.sql("update screening.draft set done = now(), response_id = ?, answers = '{}' where key = ?")
                .params(responseId, key)
                .update();
    }

    void drop(UUID key, String party, Way way) {
        jdbc.sql("delete from screening.draft where key = ? and party = ? and way = ? and done is null")
                .params(key, party, way.name())
                .update();
    }

    /** A draft that can be gone on from. */
    public record Open(UUID key, String formId, String title, String titleEs, Instant changed) {
        public String title(String language) {
            return language.equals("es") ? titleEs : title;
        }
    }

    /** Those of a person that this party has begun in this way, the newest first. */
    List<Open> open(String person, String party, Way way) {
        return jdbc.sql("""
                select d.key, d.form_id, f.title, f.title_es, d.changed
                  from screening.draft d join screening.form f on f.id = d.form_id
                 where d.person = ? and d.party = ? and d.way = ? and d.done is null order by d.changed desc limit 20""").params(person, party, way.name()).query(Open.class).list();
    }

    @Scheduled(initialDelay = 120_000, fixedDelay = 3_600_000)
    void forget() {
        jdbc.sql("""
                delete from screening.draft
                 where changed < now() - make_interval(secs => ?) and (done is null or done < now() - interval '7 days')""").param(keep.toSeconds()).update();
    }
}
