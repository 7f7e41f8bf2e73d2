package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExportTest {
    private static final Author CLINIC = new Author("Organization/clinic");
    private static final String ANOTHER = """
            insert into record.res (rid, part, rtype, id, ver, deleted, pat, owner, author, tkey, updated, body)
            select nextval('record.rid'), part, rtype, 'late', 1, false, pat, owner, author, 42, now(), body
            from record.res limit 1""";

    private final DataSource database = TestDatabase.fresh();
    private final RecordStore store = new RecordStore(database);

    private Stored patient(String family) {
        return store.create(RecordStoreTest.patient(family), CLINIC, Visibility.ALL);
    }

    private static ExportScan patients(Moment moment, @Nullable Moment since) {
        return new ExportScan("Patient", false, null, moment, since);
    }

    private List<Stored> all(ExportScan scan, int rows, long bytes, Visibility who) {
        List<Stored> found = new ArrayList<>();
        long after = 0;
        while (true) {
            ExportScan.Page page = store.export(scan, after, rows, bytes, who);
            if (page.end()) {
                return found;
            }
            assertThat(page.rows().size()).isLessThanOrEqualTo(rows);
            found.addAll(page.rows());
            after = page.last();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection c = database.getConnection();
                Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    @Test
    void pages_bounded_in_rows_and_bytes_bring_everything_once() {
        for (int i = 0; i < 25; i++) {
            patient("Page" + i);
        }
        ExportScan scan = patients(store.moment(), null);
        assertThat(all(scan, 7, 1 << 20, Visibility.ALL)).hasSize(25).doesNotHaveDuplicates();
        assertThat(store.export(scan, 0, 7, 1, Visibility.ALL).rows())
                .as("one row, however large")
                .hasSize(1);
        assertThat(all(scan, 7, 1, Visibility.ALL)).hasSize(25);
    }

    @Test
    void only_what_may_be_seen_is_read_and_pages_go_on_past_what_may_not() {
        patient("Ours");
        store.create(RecordStoreTest.patient("Theirs"), new Author("Organization/other"), Visibility.ALL);
        patient("Ours too");
        ExportScan scan = patients(store.moment(), null);
        assertThat(all(scan, 1, 1 << 20, RecordStoreTest.owned(CLINIC)))
                .hasSize(2)
                .allMatch(s -> s.owner().equals(CLINIC.party()));
        assertThat(store.exportCount(List.of("Patient"), scan, RecordStoreTest.owned(CLINIC)))
                .isEqualTo(2);
    }

    @Test
    void each_resource_is_read_in_its_version_of_the_moment_however_often_it_was_written_since() {
        Stored changed = patient("Before");
        Stored gone = patient("Gone");
        Moment moment = store.moment();
        for (int i = 0; i < 3; i++) {
            store.update(changed.json(), null, CLINIC, Visibility.ALL);
        }
        store.delete("Patient", gone.id(), null, CLINIC, Visibility.ALL);
        assertThat(all(patients(moment, null), 10, 1 << 20, Visibility.ALL))
                .extracting(Stored::toString)
                .containsExactly(changed.toString(), gone.toString());
        assertThat(all(patients(store.moment(), moment), 10, 1 << 20, Visibility.ALL))
                .extracting(s -> s.version() + (s.deleted() ? " deleted" : ""))
                .containsExactly("4", "2 deleted");
    }

    @Test
    void what_is_being_written_at_the_moment_comes_with_the_next_although_its_time_is_before() throws Exception {
        patient("First");
        Moment moment;
        try (Connection writer = database.getConnection();
                Statement s = writer.createStatement()) {
            writer.setAutoCommit(false);
            s.execute(ANOTHER);
            moment = store.moment();
            writer.commit();
        }
        assertThat(all(patients(moment, null), 10, 1 << 20, Visibility.ALL)).hasSize(1);
        List<Stored> next = all(patients(store.moment(), moment), 10, 1 << 20, Visibility.ALL);
        assertThat(next).extracting(Stored::id).containsExactly("late");
        assertThat(moment.at())
                .as("by the clock alone it would not be missed either")
                .isBeforeOrEqualTo(next.getFirst().updated());
    }

    @Test
    void rows_restored_from_a_database_that_was_further_on_are_read() throws Exception {
        patient("Restored");
        execute("update record.res set tx = '99999999999'::xid8");
        assertThat(all(patients(store.moment(), null), 10, 1 << 20, Visibility.ALL))
                .hasSize(1);
    }
}
