package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.FhirClient;
import health.weft.WeftTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What opened something for a while is removed some time after it ended, and nothing else is. */
class PruningTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final String admin = "pruner-" + mark;
    private final String party = "Organization/pruned-" + mark;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private Pruning pruning;

    @BeforeAll
    void an_organisation() {
        accounts.party(party, "Pruned " + mark, PartyKind.COMMUNITY);
        accounts.ensure(admin, "Prudence " + mark, party, Set.of(Role.ORGANISATION_ADMIN), "en", null);
    }

    @Test
    void what_ended_long_ago_goes_and_what_may_still_be_asked_for_stays() throws Exception {
        String live = accounts.token(admin, Duration.ofHours(1));
        token("long ago", "31 days");
        token("a while ago", "29 days");
        link("reset, used long ago", "RESET", "40 days", "40 days");
        link("reset, never used", "RESET", "40 days", null);
        link("reset, of today", "RESET", "1 hour", "1 hour");
        link("invitation, never taken up", "INVITATION", "40 days", null);
        link("invitation, taken up", "INVITATION", "400 days", "400 days");
        link("invitation, open", "INVITATION", "-3 days", null);
        int trail = count("select count(*) from audit.event");
        pruning.all();
        pruning.all();
        assertThat(tokens("long ago")).isZero();
        assertThat(tokens("a while ago")).isOne();
        assertThat(links())
                .containsExactlyInAnyOrder(
                        "reset, of today " + mark, "invitation, taken up " + mark, "invitation, open " + mark);
        assertThat(count("select count(*) from audit.event"))
                .as("the trail is not touched")
                .isGreaterThanOrEqualTo(trail);
        assertThat(FhirClient.send("GET", url("/fhir/Patient?_id=none"), live, "")
                        .statusCode())
                .as("a token that is good opens as before")
                .isNotEqualTo(401);
    }

    @Test
    void while_one_instance_is_at_it_another_leaves_it_and_two_at_once_harm_nothing() throws Exception {
        token("crowd", "50 days");
        transaction.executeWithoutResult(status -> {
            jdbc.sql(
                            "select count(*) from (select pg_advisory_xact_lock(hashtext('pruning of tokens and links'))) held")
                    .query(Integer.class)
                    .single();
            Thread other = Thread.startVirtualThread(pruning::all);
            try {
                assertThat(other.join(Duration.ofSeconds(20)))
                        .as("it does not wait")
                        .isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(tokens("crowd")).isOne();
        });
        try (var both = Executors.newFixedThreadPool(2)) {
            Callable<Boolean> run = () -> {
                pruning.all();
                return true;
            };
            for (var one : both.invokeAll(java.util.List.of(run, run))) {
                assertThat(one.get()).isTrue();
            }
        }
        assertThat(tokens("crowd")).isZero();
    }

    @Test
    void a_setting_that_would_remove_what_limits_count_is_refused() {
        assertThatThrownBy(() -> new Pruning(jdbc, transaction, Duration.ofMinutes(10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weft.keep-ended");
    }

    private void token(String name, String ago) {
        jdbc.sql("insert into security.access_token (hash, username, expires) values (?, ?, now() - ?::interval)")
                .params(hash(name), admin, ago)
                .update();
    }

    private int tokens(String name) {
        return jdbc.sql("select count(*)::int from security.access_token where hash = ?")
                .param(hash(name))
                .query(Integer.class)
                .single();
    }

    private void link(String name, String kind, String expired, String used) {
        jdbc.sql("""
                insert into security.mail_link (hash, kind, mail, username, party, roles, invited_by, expires, used)
                values (?, ?, ?, ?, ?, '{SOURCE}', ?, now() - ?::interval, now() - ?::interval)""")
                .param(hash(name))
                .param(kind)
                .param(name + " " + mark)
                .param(kind.equals("RESET") || used != null ? admin : null)
                .param(kind.equals("RESET") ? null : party)
                .param(kind.equals("RESET") ? null : admin)
                .param(expired)
                .param(used)
                .update();
    }

    private Iterable<String> links() {
        return jdbc.sql("select mail from security.mail_link where mail like ?")
                .param("% " + mark)
                .query(String.class)
                .list();
    }

    private byte[] hash(String name) {
        return (name + mark).getBytes(StandardCharsets.UTF_8);
    }

    private int count(String sql) {
        return Objects.requireNonNull(jdbc.sql(sql).query(Integer.class).single());
    }
}
