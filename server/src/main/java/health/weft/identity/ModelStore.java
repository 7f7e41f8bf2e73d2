package health.weft.identity;

import health.weft.matching.Model;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** All SQL of models that people put into force. */
@Component
class ModelStore {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient jdbc;

    ModelStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A turn that may be taken back. */
    record Turn(long id, String version, String before) {}

    /** Until the transaction ends nobody else turns. */
    void alone() {
        jdbc.sql("select count(*) from (select pg_advisory_xact_lock(1464155764, 5004)) alone")
                .query(Long.class)
                .single();
    }

    /** The version in force; empty where it is the library's own because nobody ever said otherwise. */
    Optional<String> version() {
        return jdbc.sql("select version from identity.model_turn order by id desc limit 1")
                .query(String.class)
                .optional();
    }

    /** A model that somebody put into force; empty for the library's own. */
    Optional<Model> find(String version) {
        return jdbc.sql("select body from identity.model where version = ?")
                .param(version)
                .query((rs, n) -> JSON.readValue(rs.getString(1), Model.class))
                .optional();
    }

    /** How many models were made, whatever came of them. */
    long made() {
        return jdbc.sql("select coalesce(max(id), 0) from identity.model")
                .query(Long.class)
                .single();
    }

    void keep(Model model, long labels) {
        jdbc.sql("insert into identity.model (version, body, labels) values (?, ?::jsonb, ?)")
                .params(model.version(), JSON.writeValueAsString(model), labels)
                .update();
    }

    void turn(String version, String before, @Nullable Long undoes, String actor, String reason) {
        jdbc.sql("insert into identity.model_turn (version, before, undoes, actor, reason) values (?, ?, ?, ?, ?)")
                .params(Arrays.asList(version, before, undoes, actor, reason))
                .update();
    }

    /** The newest turn that was not taken back and took none back. */
    Optional<Turn> last() {
        return jdbc.sql("""
                select t.id, t.version, t.before from identity.model_turn t
                 where t.undoes is null and not exists (select from identity.model_turn u where u.undoes = t.id)
                 order by t.id desc limit 1""").query(Turn.class).optional();
    }

    /** The newest first. */
    List<ModelTurn> turns(int most) {
        return jdbc.sql("""
                select t.version, t.before, coalesce(m.labels, 0) labels, t.undoes is not null undo,
                       coalesce(a.display_name, t.actor) actor, t.reason, t.at
                  from identity.model_turn t left join identity.model m on m.version = t.version
                  left join security.account a on a.username = t.actor
                 order by t.id desc limit ?""")
                .param(most)
                .query((rs, n) -> new ModelTurn(
                        rs.getString("version"),
                        rs.getString("before"),
                        rs.getLong("labels"),
                        rs.getBoolean("undo"),
                        rs.getString("actor"),
                        rs.getString("reason"),
                        rs.getTimestamp("at").toInstant()))
                .list();
    }
}
