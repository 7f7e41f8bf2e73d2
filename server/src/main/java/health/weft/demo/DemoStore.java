package health.weft.demo;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of the demonstration: how far it is, and what was sent. */
@Component
class DemoStore {
    private final JdbcClient jdbc;

    DemoStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<DemoProgress.State> progress() {
        return jdbc.sql("select dataset, phase, done, total, note from demo.progress")
                .query((rs, n) -> new DemoProgress.State(
                        rs.getString(1),
                        DemoProgress.Phase.valueOf(rs.getString(2)),
                        rs.getInt(3),
                        rs.getInt(4),
                        rs.getString(5)))
                .optional();
    }

    void save(DemoProgress.State state) {
        jdbc.sql("""
                insert into demo.progress (dataset, phase, done, total, note) values (?, ?, ?, ?, ?)
                on conflict (one) do update set dataset = excluded.dataset, phase = excluded.phase, done = excluded.done,
                    total = excluded.total, note = excluded.note, updated = now()""")
                .params(state.dataset(), state.phase().name(), state.done(), state.total(), state.note())
                .update();
    }

    boolean sent(String source, String person) {
        return jdbc.sql("select exists (select from demo.sent where source = ? and person = ?)")
                .params(source, person)
                .query(Boolean.class)
                .single();
    }

    void sent(String source, String person, SourceSystem.Sent sent) {
        jdbc.sql(
                        "insert into demo.sent (source, person, resources, patient) values (?, ?, ?, ?) on conflict do nothing")
                .params(source, person, sent.resources(), sent.patientId())
                .update();
    }

    /** Ids of the Patients that one person's copies became. */
    List<String> patients(String person) {
        return jdbc.sql("select patient from demo.sent where person = ? order by resources desc, source")
                .param(person)
                .query(String.class)
                .list();
    }

    long resources() {
        return jdbc.sql("select coalesce(sum(resources), 0) from demo.sent")
                .query(Long.class)
                .single();
    }
}
